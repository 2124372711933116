import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import type { RawInputs } from "../../provider/resources/resource";
import { upload } from "../support/byHand";
import { type Declared, Stack } from "../support/run";
import {
  ask,
  assertLogged,
  assertPushSafe,
  assertServedBy,
  branchesOf,
  codeOf,
  deleteByHand,
  enableByHand,
  failureOf,
  forgive,
  makeByHand,
  redeploysOf,
  setByHand,
} from "./expect";
import { binding, certificate, named, parts, redeployed, variable, verify } from "./programs";

const stages = [{ branches: ["main"], verify }];
const otherStages = [{ branches: ["main"], verify: { path: "/via/OTHER_CERT/x", timeout: 2 } }];

/** Another binding of the branch, with a variable and a verification of its own. */
function otherOne(issued: Issued): [Declared, ...Declared[]] {
  return binding(issued, otherStages, { name: "other", variable: "OTHER_CERT", valueOnDelete: "" });
}

/** Several that use one branch: its redeploy is a redeploy for all of them. */
describe("a branch that several use", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("main"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  const issue = () => emulator.authority.issue();

  describe("and one of them is rotated without a refresh, after somebody", () => {
    let one: [Declared, ...Declared[]];
    let program: (other: Issued) => Declared[];

    beforeEach(async () => {
      const issued = await issue();
      one = binding(issued, stages);
      program = other => [...one, ...binding(other, stages, { name: "other", variable: "OTHER_CERT" })];
      await stack.up(program(await issue()));
    });

    const mishaps: Record<string, () => Promise<unknown>> = {
      "disabled the certificate of the other": () => enableByHand(emulator, stack.outputs(one[0]).name, []),
      "emptied the variable of the other": () => setByHand(emulator, "main", variable, ""),
      "named a certificate that is not there in it": () => setByHand(emulator, "main", variable, "gone"),
      "named another certificate in it": async () => {
        const authority = await createAuthority({ commonName: "Others" });
        await upload(emulator, "others", await authority.issue());
        await setByHand(emulator, "main", variable, "others");
      },
    };
    for (const [what, act] of Object.entries(mishaps)) {
      it(`${what}, the other one is served as before`, async () => {
        // given
        await act();
        assert.equal(await ask(emulator, "main"), 200);
        // what somebody has armed is not ours, until we redeploy
        forgive(emulator);
        // when
        await stack.up(program(await issue()));
        // then
        assert.deepEqual(emulator.violations, []);
        assert.equal(emulator.variables("main")[variable], stack.outputs(one[0]).name);
        forgive(emulator);
        await assertPushSafe(emulator, "main");
      });
    }

    it("set a variable that only `variables` lists, the redeploy is refused before it is asked for", async () => {
      // given a Redeployment that lists what no resource sets
      const listed = { branch: "main", name: variable, value: String(stack.outputs(one[0]).name) };
      const redeployment = (triggers: RawInputs): Declared => ({
        type: "Redeployment",
        name: "listing",
        args: { branch: "main", certificates: [listed.value], variables: [listed], triggers },
      });
      const other = new Stack(emulator, { project: "shop", stack: "other" });
      await other.up([redeployment({ commit: "a" })]);
      await setByHand(emulator, "main", variable, "gone");
      const before = redeploysOf(emulator, "main");
      // when
      const failure = await failureOf(other.up([redeployment({ commit: "b" })]));
      // then
      assert.equal(codeOf(failure), "ZUPLO1317");
      assert.match(
        failure.message,
        /'main\/BACKEND_MTLS_CERT' no longer has the value that `variables` lists/,
      );
      assert.equal(redeploysOf(emulator, "main"), before);
      assert.equal(await ask(emulator, "main"), 200);
    });
  });

  describe("and two Redeployments list one variable, of which one is refused", () => {
    const wrong = { path: "/orders", status: 204, timeout: 1 };
    let two: Issued;
    let program: (issued: Issued, second?: RawInputs) => Declared[];

    beforeEach(async () => {
      two = await issue();
      program = (issued, second) => {
        const own = certificate("backend", issued);
        const value = named(own, "main");
        const use = (name: string, verify: RawInputs) =>
          redeployed([own], [value], "main", { name, redeployment: { verify } });
        return [own, value, use("first", verify), ...(second === undefined ? [] : [use("second", second)])];
      };
      await stack.up(program(await issue(), verify));
    });

    it("one after the other: once that one has left, what the program says is served", async () => {
      await assert.rejects(stack.up(program(two, wrong)));
      // when
      const next = program(two);
      const log = await stack.up(next);
      // then
      assertLogged(log, "ZUPLO1308");
      assertServedBy(emulator, "main", stack.outputs(next[0] as Declared).name);
      await assertPushSafe(emulator, "main");
    });

    it("in one redeploy: the other one has not rolled either, and does so in the next run", async () => {
      // given
      await assert.rejects(stack.up(program(two, wrong), { atOnce: ["first-main", "second-main"] }));
      // when
      const next = program(two);
      await stack.up(next);
      // then
      assertServedBy(emulator, "main", stack.outputs(next[0] as Declared).name);
      await assertPushSafe(emulator, "main");
    });

    it("and the variable stays alone: it is said that it has its previous value", async () => {
      await assert.rejects(stack.up(program(two, wrong)));
      const log = await stack.up(program(two).slice(0, 2));
      assert.match(assertLogged(log, "ZUPLO1416"), /'main\/BACKEND_MTLS_CERT' has its previous value/);
      await assertPushSafe(emulator, "main");
    });
  });

  describe("and a redeploy is not the roll of any of them, after somebody", () => {
    let one: [Declared, ...Declared[]];
    let other: [Declared, ...Declared[]];

    beforeEach(async () => {
      one = binding(await issue(), stages);
      other = otherOne(await issue());
    });

    const mishaps: Record<string, () => Promise<unknown>> = {
      "disabled the certificate of one": () => enableByHand(emulator, stack.outputs(one[0]).name, []),
      "emptied the variable of one": () => setByHand(emulator, "main", variable, ""),
    };
    for (const [what, act] of Object.entries(mishaps)) {
      it(`${what}, the removal of another one puts it right first, and says so`, async () => {
        // given
        await stack.up([...one, ...other]);
        await act();
        forgive(emulator);
        // when
        const log = await stack.up(one);
        // then
        assertLogged(log, "ZUPLO1318");
        forgive(emulator);
        await assertPushSafe(emulator, "main");
      });

      it(`${what}, and the program tells of that one after the roll of another: it is put right in the same run`, async () => {
        // given
        const next = otherOne(await issue());
        await stack.up([...other, ...one]);
        await act();
        forgive(emulator);
        // when
        await stack.up([...next, ...one]);
        // then
        assertServedBy(emulator, "main", stack.outputs(one[0]).name);
        forgive(emulator);
        await assertPushSafe(emulator, "main");
        const redeploys = redeploysOf(emulator, "main");
        await stack.up([...next, ...one]);
        assert.equal(redeploysOf(emulator, "main"), redeploys);
      });
    }

    it("did nothing, a removal that was cut short is finished without a refresh", async () => {
      // given a rotation, which has read the variables
      await stack.up([...one, ...other]);
      await stack.up([...binding(await issue(), stages), ...other]);
      one = binding(await issue(), stages);
      await stack.up([...one, ...other]);
      const restore = emulator.onCall(({ kind }) =>
        kind === "certificate.delete" || kind === "certificate.update"
          ? { status: 403, body: { title: "No" } }
          : undefined,
      );
      await failureOf(stack.up(one));
      restore();
      // when
      await stack.up(one);
      // then
      assert.equal(emulator.certificates().length, 1);
      assertServedBy(emulator, "main", stack.outputs(one[0]).name);
    });

    it("did nothing, what the program tells of later is not redeployed, be its certificate widened", async () => {
      const next = otherOne(await issue());
      const issued = await issue();
      const environments = (types: string[]) => ({ certificate: { environments: types } });
      one = binding(issued, stages, environments(["production"]));
      await stack.up([...other, ...one]);
      one = binding(issued, stages, environments(["preview", "production"]));
      const before = redeploysOf(emulator, "main");
      await stack.up([...next, ...one]);
      assert.equal(redeploysOf(emulator, "main"), before + 1);
    });

    it("disabled a certificate that only a variable of the program names, it is enabled again", async () => {
      // given a branch that is deployed by pushes
      const own = certificate("backend", await issue());
      const program = [own, named(own, "main")];
      await stack.up([...program, ...other]);
      await emulator.push("main");
      await enableByHand(emulator, stack.outputs(own).name, []);
      forgive(emulator);
      // when
      const next = otherOne(await issue());
      await stack.up([...program, ...next]);
      // then
      assert.equal(await ask(emulator, "main"), 200);
      forgive(emulator);
      await assertPushSafe(emulator, "main");
    });
  });

  it("a rotation that is refused goes back although another certificate of before is rightly gone", async () => {
    // given two stacks: one lists what the other one rotates
    const partner = new Stack(emulator, { project: "partner", stack: "prod" });
    const program = (issued: Issued, listed: unknown) => {
      const own = certificate("backend", issued);
      const value = named(own, "main");
      const redeployment: Declared = {
        type: "Redeployment",
        name: "backend-main",
        args: of => ({
          branch: "main",
          certificates: [of(own).name, listed],
          variables: [{ branch: "main", name: variable, value: of(value).value }],
          verify,
          timeout: 20,
        }),
      };
      return [own, value, redeployment];
    };
    const first = otherOne(await issue());
    await partner.up(first);
    await stack.up(program(await issue(), partner.outputs(first[0]).name));
    const second = otherOne(await issue());
    await partner.up(second);
    const refused = await (await createAuthority({ commonName: "Others" })).issue();
    // when
    await assert.rejects(
      stack.up(program(refused, partner.outputs(second[0]).name)),
      /Rolled back in .*verified/,
    );
    // then
    assert.equal(await ask(emulator, "main"), 200);
    await assertPushSafe(emulator, "main");
  });

  it("a rotation that is refused does not go back to a fixed name that is gone", async () => {
    // given
    const program = (issued: Issued, name: string) =>
      parts(certificate("backend", issued, { name }), ["main"]);
    await stack.up(program(await issue(), "one"));
    await enableByHand(emulator, "one", []);
    await emulator.push("main");
    await deleteByHand(emulator, "one");
    const refused = await (await createAuthority({ commonName: "Others" })).issue();
    forgive(emulator);
    // when
    const failure = await failureOf(stack.up(program(refused, "two")));
    // then
    assert.equal(codeOf(failure), "ZUPLO1401");
    assert.equal(emulator.variables("main")[variable], "two");
    assert.deepEqual(emulator.violations, []);
  });

  for (const listed of ["none", "one"] as const) {
    it(`a rotation that is refused puts back both variables of the branch where the Redeployment lists ${listed}`, async () => {
      // given
      const program = (issued: Issued) => {
        const own = certificate("backend", issued);
        const [first, second] = [
          named(own, "main"),
          named(own, "main", { name: "second", variable: "OTHER_CERT" }),
        ];
        const variables = listed === "none" ? [] : [second];
        const redeployment = redeployed([own], variables, "main", { redeployment: { verify } });
        return [own, first, second, redeployment];
      };
      const accepted = await issue();
      await stack.up(program(accepted));
      const { name } = stack.outputs(program(accepted)[0] as Declared);
      const refused = await (await createAuthority({ commonName: "Others" })).issue();
      // when
      await assert.rejects(stack.up(program(refused)), /Rolled back in .*verified/);
      // then
      assert.deepEqual(emulator.variables("main"), { [variable]: name, OTHER_CERT: name });
      assert.equal(await ask(emulator, "main"), 200);
      await assertPushSafe(emulator, "main");
      // and once the backend accepts the new one, all of them get it
      const next = await issue();
      await stack.up(program(next));
      assertServedBy(emulator, "main", stack.outputs(program(next)[0] as Declared).name);
    });
  }

  it("a rotation that is refused goes back, whatever other variable it lists for the first time", async () => {
    // given
    const own = (issued: Issued) => certificate("backend", issued);
    const level: Declared = {
      type: "EnvironmentVariable",
      name: "level",
      args: { branch: "main", name: "LOG_LEVEL", value: "debug" },
    };
    const program = (issued: Issued, more: Declared[]) => {
      const cert = own(issued);
      const value = named(cert, "main");
      const redeployment = redeployed([cert], [value, ...more], "main", { redeployment: { verify } });
      return [...more, cert, value, redeployment];
    };
    await makeByHand(emulator, "main", "LOG_LEVEL", "info");
    await stack.up(program(await issue(), []));
    const refused = await (await createAuthority({ commonName: "Others" })).issue();
    // when
    await assert.rejects(stack.up(program(refused, [level])), /Rolled back/);
    // then
    await assertPushSafe(emulator, "main");
  });
});
