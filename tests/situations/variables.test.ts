import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import { VerificationFailed } from "../../provider/api/errors";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { type RawInputs, unknown } from "../../provider/resources/resource";
import { upload } from "../support/byHand";
import { contextOf } from "../support/core";
import { CheckFailed, type Declared, Stack } from "../support/run";
import {
  assertLogged,
  assertPushSafe,
  assertServedBy,
  branchesOf,
  codeOf,
  failureOf,
  makeByHand,
  redeploysOf,
  setByHand,
} from "./expect";
import { binding, variable, verify } from "./programs";

describe("a variable", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("staging", "canary", "main"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  for (const reading of ["open", 403] as const) {
    it(`that a rename has set, which failed elsewhere and is taken back, names what serves (reading: ${reading})`, async () => {
      // given a rename whose run ends before the old resources are deleted
      emulator.readVariablesAs(reading);
      const stages = [{ branches: ["staging"], verify }];
      const issued = await emulator.authority.issue();
      const program = binding(issued, stages, { name: "one" });
      await stack.up(program);
      const failing: Declared = {
        type: "EnvironmentVariable",
        name: "elsewhere",
        args: { branch: "no-such-branch", name: "MODE", value: "on" },
      };
      await failureOf(stack.up([...binding(issued, stages, { name: "two" }), failing]));
      emulator.clearTrace();
      // when
      const log = await stack.up(program);
      // then
      assertLogged(log, "ZUPLO1308");
      const { name } = stack.outputs(program[0]);
      assertServedBy(emulator, "staging", name);
      await assertPushSafe(emulator, "staging");
      // and the next run has nothing to do
      emulator.clearTrace();
      await stack.up(program);
      assert.deepEqual(emulator.writes(), []);
    });
  }

  it("that a run had put right when it was killed is taken on by one redeploy", async () => {
    // given a rename that failed elsewhere and was taken back, in a run that was killed right after it wrote the variable
    const stages = [{ branches: ["staging"], verify }];
    const issued = await emulator.authority.issue();
    const program = binding(issued, stages, { name: "one" });
    await stack.up(program);
    const renamed = binding(issued, stages, { name: "two", certificate: { onDelete: "retain" } });
    await stack.up([...program.slice(0, 1), ...renamed], { withoutDeletes: true });
    const { name } = stack.outputs(program[0]);
    await setByHand(emulator, "staging", variable, String(name));
    emulator.clearTrace();
    // when
    await stack.up(program);
    // then
    assert.equal(redeploysOf(emulator, "staging"), 1);
    assertServedBy(emulator, "staging", name);
    await assertPushSafe(emulator, "staging");
  });

  it("of another name gets the previous certificate where the new one is refused", async () => {
    // given a program that gives its variable another name, together with a certificate that the backend refuses
    const next = "UPSTREAM_MTLS_CERT";
    const program = (issued: Issued, own: string) =>
      binding(
        issued,
        [{ branches: ["staging"], verify: { path: `/via/${own}`, timeout: 2 } }, { branches: ["canary"] }],
        { variable: own },
      );
    const before = program(await emulator.authority.issue(), variable);
    await stack.up(before);
    const { name: serving } = stack.outputs(before[0]);
    // when
    const refused = await (await createAuthority()).issue();
    const failure = await failureOf(stack.up(program(refused, next)));
    // then, whichever of the names the code reads, now and after a push
    assert.match(failure.message, /variable 'staging\/UPSTREAM_MTLS_CERT' back to its previous value/);
    for (const branch of ["staging", "canary"]) {
      assert.equal(emulator.variables(branch)[next], serving, branch);
      await assertPushSafe(emulator, branch);
      for (const own of [variable, next])
        assert.equal((await fetch(`${emulator.deployment(branch).url}/via/${own}`)).status, 200);
    }
    // and the next run, with a good one, goes on
    const good = program(await emulator.authority.issue(), next);
    await stack.up(good);
    for (const branch of ["staging", "canary"])
      assertServedBy(emulator, branch, stack.outputs(good[0]).name, next);
  });

  describe("situation 10: that was made by hand and is in use", () => {
    const stages = [{ branches: ["staging"], verify }];

    beforeEach(async () => {
      await upload(emulator, "hand_made", await emulator.authority.issue());
      await makeByHand(emulator, "staging", variable, "hand_made");
      await emulator.push("staging");
    });

    it("is taken over, which is said", async () => {
      const program = binding(await emulator.authority.issue(), stages);
      const log = await stack.up(program);
      assertLogged(log, "ZUPLO1302");
      assertServedBy(emulator, "staging", stack.outputs(program[0]).name);
      await assertPushSafe(emulator, "staging");
    });

    it("has its value back when the first verification fails, and the next run goes on", async () => {
      // given
      const issued = await emulator.authority.issue();
      const bad = binding(issued, [{ branches: ["staging"], verify: { ...verify, status: 204 } }]);
      // when
      const failure = await failureOf(stack.up(bad));
      // then
      assert.ok(failure instanceof VerificationFailed);
      assertServedBy(emulator, "staging", "hand_made");
      await assertPushSafe(emulator, "staging");
      // when
      const program = binding(issued, stages);
      await stack.up(program);
      assertServedBy(emulator, "staging", stack.outputs(program[0]).name);
      await assertPushSafe(emulator, "staging");
    });

    it("that nobody may read is not put back, and it is said that there was nothing to go back to", async () => {
      emulator.onCall(({ kind }) =>
        kind === "environment.configurations" ? { status: 401, body: {} } : undefined,
      );
      const bad = binding(await emulator.authority.issue(), [
        { branches: ["staging"], verify: { ...verify, status: 204 } },
      ]);
      const failure = await failureOf(stack.up(bad));
      assert.ok(failure instanceof VerificationFailed);
      assert.ok(failure.message.includes("ZUPLO1402"), failure.message);
      await assertPushSafe(emulator, "staging");
    });
  });

  describe("situation 13: that two resources set", () => {
    const text = (name: string, value: string): Declared => ({
      type: "EnvironmentVariable",
      name,
      args: { branch: "main", name: "TEXT", value },
    });

    it("fails in Check where both are known", async () => {
      await assert.rejects(stack.preview([text("one", "a"), text("two", "b")]), error => {
        assert.ok(error instanceof CheckFailed);
        assert.ok(error.message.includes("ZUPLO1101"), error.message);
        return true;
      });
      assert.deepEqual(emulator.writes(), []);
    });

    it("fails in Check where only one of them names the account", async () => {
      const [one, two] = [text("one", "a"), text("two", "b")];
      const named = { ...two, args: { ...(two.args as RawInputs), account: emulator.account } };
      await assert.rejects(stack.preview([one, named], { env: { ZUPLO_ACCOUNT: "" } }), /ZUPLO1101/);
    });

    it("fails at the second write where one was not known in Check", async () => {
      // given
      const { session } = contextOf(emulator);
      const contextFor = (resource: string) => ({
        session,
        identity: { project: "shop", stack: "prod", parents: "", resource },
      });
      const args = { branch: "main", name: "TEXT" };
      const [one, two] = [contextFor("one"), contextFor("two")];
      environmentVariable.check(one, undefined, { ...args, value: "a" });
      environmentVariable.check(two, undefined, { ...args, branch: unknown, value: "b" });
      await environmentVariable.create(one, { ...args, value: "a" });
      // when
      const failure = await failureOf(environmentVariable.create(two, { ...args, value: "b" }));
      // then
      assert.equal(codeOf(failure), "ZUPLO1301");
      assert.equal(emulator.variables("main").TEXT, "a");
    });

    it("is fine where one resource is checked twice, or another one takes over from it", async () => {
      await stack.up([text("one", "a")]);
      await stack.up([text("one", "b")]);
      await stack.up([text("two", "c")]);
      assert.equal(emulator.variables("main").TEXT, "c");
    });

    it("is fine where it is another branch's, or another project's", async () => {
      const other = (args: object): Declared => ({
        type: "EnvironmentVariable",
        name: "other",
        args: { branch: "main", name: "TEXT", value: "b", ...args },
      });
      await stack.preview([text("one", "a"), other({ branch: "staging" })]);
      await stack.preview([text("one", "a"), other({ project: "another" })]);
    });
  });
});
