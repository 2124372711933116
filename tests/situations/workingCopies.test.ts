import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { Invalid, NotFound, Referenced } from "../../provider/api/errors";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import { contextOf } from "../support/core";
import { names } from "../support/rotation";
import { type Declared, Stack } from "../support/run";
import {
  assertLogged,
  assertPushSafe,
  assertServedBy,
  branchesOf,
  codeOf,
  failureOf,
  redeploysOf,
} from "./expect";
import { binding, certificate, parts, variable, verify } from "./programs";

const branches = ["staging", "main"];
const stages = branches.map(branch => ({ branches: [branch], verify }));
const everywhere = { environments: ["development", "preview", "production"] };

describe("a project with working copies", () => {
  let emulator: Emulator;
  let stack: Stack;
  let copies: string[];
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf(...branches));
    stack = new Stack(emulator);
    copies = ["jane@acme.com", "joe@acme.com"].map(
      owner => emulator.hands.openWorkingCopy(emulator.project, "main", owner).name,
    );
  });
  afterEach(() => emulator.stop());

  const redeploysOfCopies = () =>
    emulator.writes().filter(({ kind, subject }) => kind === "deployment.deploy" && copies.includes(subject));

  /** The calls by which a certificate or a variable is changed. */
  const assertUntouched = () => assert.deepEqual(emulator.writes(), []);

  it("is rotated like any other: a branch means its own deployment", async () => {
    // given
    await stack.up(binding(await emulator.authority.issue(), stages));
    emulator.clearTrace();
    // when
    const program = binding(await emulator.authority.issue(), stages);
    await stack.up(program);
    // then
    const { name } = stack.outputs(program[0]);
    assert.deepEqual(names(emulator), [name]);
    for (const branch of branches) {
      assertServedBy(emulator, branch, name);
      assert.equal(redeploysOf(emulator, branch), 1, branch);
    }
    assert.deepEqual(redeploysOfCopies(), []);
    await assertPushSafe(emulator, ...branches);
    // and away again, without them
    await stack.destroy();
    assert.deepEqual(names(emulator), []);
    assert.deepEqual(redeploysOfCopies(), []);
  });

  describe("where a stage names one", () => {
    it("fails before the upload", async () => {
      const [copy = ""] = copies;
      const own = {
        ...certificate("backend", await emulator.authority.issue(), everywhere),
        parents: "zuplo:index:MtlsBinding",
      };
      const uses = { variable, branches: ["staging"], deployments: [copy] };
      const program: Declared[] = [{ ...own, args: { ...own.args, __uses: uses } }];
      const failure = await failureOf(stack.up(program));
      assert.ok(failure instanceof Invalid);
      assert.equal(codeOf(failure), "ZUPLO1304");
      assert.ok(failure.message.includes(copy), failure.message);
      assertUntouched();
    });

    it("as a Redeployment by itself fails, and is never redeployed", async () => {
      const [deployment = ""] = copies;
      const failure = await failureOf(
        stack.up([
          { type: "Redeployment", name: "copy", args: { deployment, certificates: [], variables: [] } },
        ]),
      );
      assert.equal(codeOf(failure), "ZUPLO1304");
      assertUntouched();
    });
  });

  it("says that a branch has nothing but working copies", async () => {
    emulator.hands.deleteDeployment(emulator.deployment("main").name);
    const failure = await failureOf(stack.up(binding(await emulator.authority.issue(), stages)));
    assert.equal(codeOf(failure), "ZUPLO1305");
    assert.match(failure.message, /'main': project 'gateway' has no such deployment, only .*working copies/);
    assertUntouched();
  });

  describe("that have bound a certificate", () => {
    /** Both save their copies while the certificate is enabled for development. */
    const bind = async () => {
      await stack.up(binding(await emulator.authority.issue(), stages, { certificate: everywhere }));
      for (const name of copies) emulator.hands.deleteDeployment(name);
      copies = ["jane@acme.com", "joe@acme.com"].map(
        owner => emulator.hands.openWorkingCopy(emulator.project, "main", owner).name,
      );
      emulator.clearTrace();
    };

    it("names each with its owner, and says what they do, where it is removed", async () => {
      await bind();
      const failure = await failureOf(stack.destroy());
      assert.ok(failure instanceof Referenced);
      assert.equal(codeOf(failure), "ZUPLO1205");
      for (const owner of ["jane@acme.com", "joe@acme.com"])
        assert.ok(failure.message.includes(`working copy '${owner}'`), failure.message);
      assert.match(
        failure.message,
        /when its owner saves the copy again in Zuplo's editor, or deletes the copy\./,
      );
      assert.doesNotMatch(failure.message, /ZUPLO_OTHERS/);
      assertUntouched();
      // when they are gone
      for (const name of copies) emulator.hands.deleteDeployment(name);
      await stack.destroy();
      assert.deepEqual(names(emulator), []);
    });

    it("is not redeployed by others: redeploy either", async () => {
      await bind();
      const failure = await failureOf(stack.destroy({ env: { ZUPLO_OTHERS: "redeploy" } }));
      assert.equal(codeOf(failure), "ZUPLO1205");
      assertUntouched();
    });

    it("names them where it is replaced, which is no failure", async () => {
      await bind();
      const log = await stack.up(
        binding(await emulator.authority.issue(), stages, { certificate: everywhere }),
      );
      const said = assertLogged(log, "ZUPLO1204");
      assert.ok(said.includes("working copy 'jane@acme.com'"), said);
      assert.match(said, /saves the copy again in Zuplo's editor/);
      assert.deepEqual(redeploysOfCopies(), []);
      await assertPushSafe(emulator, ...branches);
    });
  });
});

describe("a branch that was never deployed", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("staging"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  const lists = () =>
    emulator.trace.filter(entry => entry.type === "call" && entry.kind === "deployment.list");

  it("is noticed before the upload, with every other one that is missing, and with what to do", async () => {
    const program = binding(await emulator.authority.issue(), [
      { branches: ["staging"] },
      { branches: ["canary", "main"] },
    ]);
    const failure = await failureOf(stack.up(program));
    assert.ok(failure instanceof NotFound);
    assert.equal(codeOf(failure), "ZUPLO1305");
    assert.match(failure.message, /'canary': .*no deployment of branch 'main'/);
    assert.match(failure.message, /\nPush the branch once/);
    assert.deepEqual(emulator.writes(), []);
    // when
    for (const branch of ["canary", "main"]) await emulator.push(branch);
    await stack.up(program);
    for (const branch of ["staging", "canary", "main"])
      assertServedBy(emulator, branch, stack.outputs(program[0]).name);
  });

  it("is noticed before a rotation begins, and before a stage that is added", async () => {
    const issued = await emulator.authority.issue();
    await stack.up(binding(issued, [{ branches: ["staging"] }]));
    emulator.clearTrace();
    const more = [{ branches: ["staging"] }, { branches: ["main"] }];
    for (const next of [issued, await emulator.authority.issue()]) {
      const failure = await failureOf(stack.up(binding(next, more)));
      assert.equal(codeOf(failure), "ZUPLO1305");
    }
    assert.deepEqual(emulator.writes(), []);
    await assertPushSafe(emulator, "staging");
  });

  it("and has left the program does not stand in the way of a rotation", async () => {
    await emulator.push("main");
    await stack.up(
      binding(await emulator.authority.issue(), [{ branches: ["staging"] }, { branches: ["main"] }]),
    );
    emulator.hands.deleteDeployment(emulator.deployment("main").name);
    const program = binding(await emulator.authority.issue(), [{ branches: ["staging"] }]);
    await stack.up(program);
    assertServedBy(emulator, "staging", stack.outputs(program[0]).name);
  });

  it("is noticed before its variable is written where a Redeployment of it has been checked", async () => {
    const { session } = contextOf(emulator);
    const context = {
      session,
      identity: { project: "shop", stack: "prod", parents: "", resource: "redeployment" },
    };
    redeployment.check(context, undefined, { branch: "main", certificates: [], variables: [] });
    const failure = await failureOf(
      environmentVariable.create({ session }, { branch: "main", name: "TEXT", value: "a" }),
    );
    assert.equal(codeOf(failure), "ZUPLO1305");
    assert.deepEqual(emulator.writes(), []);
  });

  it("costs no call where there is nothing to do, and one list where everything is there", async () => {
    const program = binding(await emulator.authority.issue(), [{ branches: ["staging"] }]);
    await stack.up(program);
    assert.equal(lists().length, 1);
    emulator.clearTrace();
    await stack.up(program);
    assert.deepEqual(emulator.trace, []);
  });

  it("says nothing of a certificate of which nobody knows where it is used", async () => {
    const own = certificate("backend", await emulator.authority.issue());
    const failure = await failureOf(stack.up(parts(own, ["main"])));
    assert.ok(failure instanceof NotFound);
    assert.equal(names(emulator).length, 1);
  });
});
