import assert from "node:assert/strict";
import { type Emulator, type Fault, startEmulator } from "../../emulator";
import { ZuploError } from "../../provider/api/errors";
import { names } from "../support/rotation";
import { Stack } from "../support/run";
import { assertLogged, branchesOf, codeOf, deleteByHand, failureOf } from "./expect";
import { binding, certificate, redeployed } from "./programs";

const problem = { type: "about:blank", title: "Not Found", status: 404, detail: "There is no such thing." };
const page: Fault = {
  status: 404,
  body: "<html><h1>Not found</h1></html>",
  headers: { "content-type": "text/html" },
};

describe("situation 6: a resource lives where it was made", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator({ ...branchesOf("staging", "main"), projects: ["gateway", "other"] });
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  const start = async () => {
    const own = certificate("backend", await emulator.authority.issue());
    await stack.up([own]);
    emulator.clearTrace();
    return own;
  };

  it("its state tells the account and the project", async () => {
    const { account, project } = stack.outputs(await start());
    assert.deepEqual({ account, project }, { account: "acme", project: "gateway" });
  });

  it("a destroy with another project deletes it where it is", async () => {
    await start();
    await stack.destroy({ env: { ZUPLO_PROJECT: "other" } });
    assert.deepEqual(names(emulator), []);
  });

  it("a refresh with another project finds it where it is", async () => {
    const own = await start();
    await stack.refresh({ env: { ZUPLO_PROJECT: "other" } });
    assert.ok(stack.outputs(own));
  });

  it("another project is a replacement", async () => {
    const own = await start();
    const env = { ZUPLO_PROJECT: "other" };
    const { changes } = await stack.preview([own], { env });
    assert.ok(Object.values(changes.get(own) ?? {}).includes("replace"));
    await stack.up([own], { env });
    assert.deepEqual(names(emulator), []);
    assert.equal(emulator.certificates("other").length, 1);
  });

  it("another project, while deployments of the first still have it, leaves it to prune", async () => {
    const program = binding(await emulator.authority.issue(), [{ branches: ["main"] }]);
    await stack.up(program);
    const [old = ""] = names(emulator);
    // when
    const log = await stack.up(program, { env: { ZUPLO_PROJECT: "other" } });
    // then
    assert.deepEqual(names(emulator), [old]);
    const said = assertLogged(log, "ZUPLO1204");
    assert.ok(said.includes(old) && /`pulumi-zuplo prune cert_\w+` deletes it/.test(said), said);
    assert.doesNotMatch(said, /later run/);
  });

  it("a certificate of the same name in another project is another one: a second run writes nothing", async () => {
    // given
    const issued = await emulator.authority.issue();
    const own = certificate("one", issued, { name: "client", environments: ["production"] });
    const other = certificate("two", issued, { name: "client", environments: ["preview"], project: "other" });
    const program = [
      own,
      other,
      redeployed([own], [], "main"),
      redeployed([other], [], "staging", { redeployment: { project: "other" } }),
    ];
    await stack.up(program);
    emulator.clearTrace();
    // when
    await stack.up(program);
    // then
    assert.deepEqual(emulator.writes(), []);
  });

  it("a key of another account fails before the first write", async () => {
    const own = await start();
    emulator.onCall(({ kind }) =>
      kind === "whoami" ? { status: 200, body: { account: "intruder" } } : undefined,
    );
    const more = { ...own, args: { ...own.args, environments: ["production"] } };
    const failure = await failureOf(stack.up([more], { env: { ZUPLO_ACCOUNT: "" } }));
    assert.equal(codeOf(failure), "ZUPLO1001");
    assert.deepEqual(emulator.writes(), []);
  });

  for (const what of ["a destroy", "a refresh"] as const) {
    const run = () => (what === "a destroy" ? stack.destroy() : stack.refresh());

    it(`${what} with a key that lost its rights, and gets 404, does not take it for gone`, async () => {
      const own = await start();
      const restore = emulator.onCall(({ path }) =>
        path.includes("/projects/") ? { status: 404, body: problem } : undefined,
      );
      const failure = await failureOf(run());
      assert.equal(codeOf(failure), "ZUPLO1207");
      assert.ok(stack.outputs(own));
      assert.equal(names(emulator).length, 1);
      // when the rights are back
      restore();
      await stack.destroy();
      assert.deepEqual(names(emulator), []);
    });

    it(`${what} behind a proxy that answers with a page does not take it for gone`, async () => {
      const own = await start();
      const restore = emulator.onCall(({ path }) => (path.includes("mtls-cert") ? page : undefined));
      await assert.rejects(run(), ZuploError);
      assert.ok(stack.outputs(own));
      restore();
      await stack.destroy();
      assert.deepEqual(names(emulator), []);
    });
  }

  it("a branch that is deleted, the only preview, leaves the state with a refresh", async () => {
    // given
    const issued = await emulator.authority.issue();
    const both = binding(issued, [{ branches: ["staging"] }, { branches: ["main"] }]);
    await stack.up(both);
    // when
    emulator.hands.deleteDeployment(emulator.deployment("staging").name);
    await stack.refresh();
    // then the program without it has nothing left to wait for
    await stack.up(
      binding(issued, [{ branches: ["main"] }], { certificate: { environments: ["preview", "production"] } }),
    );
    await stack.refresh();
  });

  it("and one that is really gone is gone", async () => {
    const own = await start();
    await deleteByHand(emulator, stack.outputs(own).name);
    await stack.destroy();
    assert.throws(() => stack.outputs(own));
  });
});
