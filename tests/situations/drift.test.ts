import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { type Declared, Stack } from "../support/run";
import {
  ask,
  assertPushSafe,
  branchesOf,
  deleteByHand,
  enableByHand,
  enabledFor,
  forgive,
  redeploysOf,
} from "./expect";
import { binding, certificate, parts, variable, verify } from "./programs";

const both = ["preview", "production"];
const branches = ["staging", "main"];

/** What somebody does at Zuplo to a certificate in use. */
const mishaps: Record<string, { act(emulator: Emulator, name: unknown): Promise<void>; broken: string[] }> = {
  "disabled by hand, and a branch was pushed": {
    async act(emulator, name) {
      await enableByHand(emulator, name, []);
      await emulator.push("main");
    },
    broken: ["main"],
  },
  "disabled by hand, a branch was pushed, and it was enabled again": {
    async act(emulator, name) {
      await enableByHand(emulator, name, []);
      await emulator.push("main");
      await enableByHand(emulator, name, both);
    },
    broken: ["main"],
  },
  "disabled by hand, both branches were pushed, and it was deleted": {
    async act(emulator, name) {
      await enableByHand(emulator, name, []);
      for (const branch of branches) await emulator.push(branch);
      await deleteByHand(emulator, name);
    },
    broken: branches,
  },
};

describe("what somebody changed at Zuplo", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf(...branches));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  /** Two branches of one type, in place of those of before. */
  const startWithPreviews = async (more: { deployMs?: number; reads?: "start" } = {}) => {
    await emulator.stop();
    emulator = await startEmulator({ ...branchesOf("staging", "canary"), ...more });
    stack = new Stack(emulator);
  };

  for (const [what, { act, broken }] of Object.entries(mishaps)) {
    it(`situation 5: a certificate that was ${what}, is in service again after refresh and up`, async () => {
      // given
      const stages = branches.map(branch => ({ branches: [branch], verify }));
      const program = binding(await emulator.authority.issue(), stages);
      await stack.up(program);
      await act(emulator, stack.outputs(program[0]).name);
      for (const branch of broken) assert.notEqual(await ask(emulator, branch), 200);
      forgive(emulator);
      emulator.clearTrace();
      // when
      await stack.refresh();
      await stack.up(program);
      // then each broken deployment was redeployed once, and serves
      forgive(emulator);
      for (const branch of broken) assert.equal(redeploysOf(emulator, branch), 1, branch);
      await assertPushSafe(emulator, ...branches);
      // and the next refresh finds nothing
      emulator.clearTrace();
      await stack.refresh();
      await stack.up(program);
      assert.deepEqual(emulator.writes(), []);
    });
  }

  it("a certificate whose enabling got no answer: the next run redeploys what was built without it", async () => {
    // given a certificate that was disabled by hand, and a branch that was pushed
    const issued = await emulator.authority.issue();
    const program = (environments: string[]) =>
      parts(certificate("backend", issued, { environments }), ["main"]);
    await stack.up(program(both));
    await enableByHand(emulator, stack.outputs(program(both)[0]).name, []);
    await emulator.push("main");
    // and a run of a program without the branch's type, and one with it, which is cut off before it knows
    await assert.rejects(stack.up(program(["preview"])), { code: "ZUPLO1316" });
    let isCut = true;
    emulator.onCall(({ kind }) =>
      isCut && kind === "certificate.update" ? { destroy: "after" } : undefined,
    );
    await assert.rejects(stack.up(program(both)));
    isCut = false;
    emulator.clearTrace();
    forgive(emulator);
    // when
    await stack.up(program(both));
    // then
    assert.equal(redeploysOf(emulator, "main"), 1);
    await assertPushSafe(emulator, "main");
  });

  it("a certificate that was disabled while a branch was built, and is enabled again for another branch, is bound by both", async () => {
    // given a branch whose build was under way when somebody disabled its certificate, which nothing verifies
    await startWithPreviews({ deployMs: 500 });
    const canary = parts(certificate("backend", await emulator.authority.issue()), ["staging", "canary"], {});
    const quiet = emulator.onCall(({ kind, subject }) => {
      const { name } = emulator.certificates()[0] ?? {};
      if (kind === "deployment.deploy" && subject?.includes("canary"))
        setTimeout(() => void enableByHand(emulator, name, ["production"]), 100);
      return undefined;
    });
    await stack.up(canary);
    quiet();
    assert.notEqual(await ask(emulator, "canary"), 200);
    forgive(emulator);
    // when the next run, without a refresh, redeploys the other one for another certificate
    const other = binding(await emulator.authority.issue(), [{ branches: ["staging"] }], {
      name: "payments",
      variable: "PAYMENTS_MTLS_CERT",
    });
    await stack.up([...canary, ...other]);
    // then
    forgive(emulator);
    await assertPushSafe(emulator, "staging", "canary");
    assert.equal(await ask(emulator, "canary"), 200);
  });

  it("a certificate that somebody disabled and enabled again during our own redeploy, is bound after refresh and up", async () => {
    // given a build that takes what is there when it is asked for, and that nothing verifies
    await startWithPreviews({ deployMs: 2000, reads: "start" });
    const program = parts(
      certificate("backend", await emulator.authority.issue()),
      ["staging", "canary"],
      {},
    );
    let isDisabled = false;
    const quiet = emulator.onCall(({ kind, subject }) => {
      const { name } = emulator.certificates()[0] ?? {};
      if (!isDisabled && kind === "deployment.get" && subject?.includes("canary")) {
        isDisabled = true;
        void enableByHand(emulator, name, []);
      }
      if (kind === "deployment.deploy" && subject?.includes("canary"))
        setTimeout(() => void enableByHand(emulator, name, both), 1500);
      return undefined;
    });
    await stack.up(program);
    quiet();
    assert.notEqual(await ask(emulator, "canary"), 200);
    forgive(emulator);
    emulator.clearTrace();
    // when
    await stack.refresh();
    await stack.up(program);
    // then
    forgive(emulator);
    assert.equal(redeploysOf(emulator, "canary"), 1);
    assert.equal(await ask(emulator, "canary"), 200);
    // and the next refresh finds nothing
    emulator.clearTrace();
    await stack.refresh();
    await stack.up(program);
    assert.deepEqual(emulator.writes(), []);
  });

  it("a certificate that is enabled again for a hand-over is bound by the other branches, too", async () => {
    // given a variable that a resource has set which is to leave again
    await startWithPreviews();
    const own = parts(certificate("backend", await emulator.authority.issue()), ["staging", "canary"], {});
    const url = (name: string, value: string): Declared => ({
      type: "EnvironmentVariable",
      name,
      args: { branch: "staging", name: "URL", value },
    });
    await stack.up([...own, url("first", "one")]);
    await stack.up([...own, url("second", "two")], { withoutDeletes: true });
    // and a certificate that somebody has disabled, and a push
    await enableByHand(emulator, stack.outputs(own[0]).name, ["production"]);
    await emulator.push("canary");
    forgive(emulator);
    // when
    await stack.up([...own, url("first", "one")]);
    // then
    forgive(emulator);
    assert.equal(await ask(emulator, "canary"), 200);
  });

  it("a certificate that is enabled again in a rotation of another one does not redeploy a later stage before its turn", async () => {
    // given
    await startWithPreviews();
    const own = parts(certificate("backend", await emulator.authority.issue()), ["staging", "canary"], {});
    const stages = ["staging", "canary"].map(branch => ({ branches: [branch], verify }));
    const other = async () =>
      binding(await emulator.authority.issue(), stages, {
        name: "payments",
        variable: "PAYMENTS_MTLS_CERT",
      });
    await stack.up([...own, ...(await other())]);
    await enableByHand(emulator, stack.outputs(own[0]).name, ["production"]);
    await emulator.push("canary");
    forgive(emulator);
    emulator.clearTrace();
    // when
    await stack.up([...own, ...(await other())]);
    // then
    assert.equal(redeploysOf(emulator, "canary"), 1);
    forgive(emulator);
    await assertPushSafe(emulator, "staging", "canary");
  });

  it("situation 18: what another process changed in `environments` meanwhile is kept", async () => {
    // given a list that this run has read
    const onDelete = "retain";
    const old = certificate("backend", await emulator.authority.issue(), { onDelete });
    await stack.up(parts(old, ["staging"]));
    const { name } = stack.outputs(old);
    // when somebody enables the old certificate for one more type, before it is disabled for another
    let isDone = false;
    emulator.onCall(async ({ kind, subject }) => {
      if (isDone || kind !== "variable.update" || subject !== `staging/${variable}`) return undefined;
      isDone = true;
      await enableByHand(emulator, name, ["development", ...both]);
      return undefined;
    });
    const next = certificate("backend", await emulator.authority.issue(), { onDelete });
    await stack.up(parts(next, ["staging"]), { refresh: true });
    // then
    assert.ok(isDone);
    assert.deepEqual(enabledFor(emulator, name), ["development", "production"]);
    await assertPushSafe(emulator, "staging");
  });
});
