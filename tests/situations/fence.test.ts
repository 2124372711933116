import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import type { RawInputs } from "../../provider/resources/resource";
import { calls, names } from "../support/rotation";
import { Stack } from "../support/run";
import { assertPushSafe, assertServedBy, branchesOf, failureOf } from "./expect";
import { binding, verify } from "./programs";

/** A verification that nothing satisfies, for as many seconds. */
const never = (timeout: number) => ({ path: "/health", status: 204, timeout });
const stagesWith = (how: RawInputs) =>
  ["staging", "main"].map(branch => ({ branches: [branch], verify: how }));

describe("situation 2: a run whose engine was killed while it verified", () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("staging", "main"));
  });
  afterEach(() => emulator.stop());

  /**
   * Starts a rotation that will not verify, and calls `meanwhile` when its first deployment is verified, with a stack
   * that remembers what a killed engine has written so far.
   */
  const interrupted = async (
    isEngineAlive: () => Promise<boolean>,
    meanwhile: (next: Stack) => Promise<void>,
    seconds: number,
  ) => {
    const stack = new Stack(emulator);
    await stack.up(binding(await emulator.authority.issue(), stagesWith(verify)));
    const killed = binding(await emulator.authority.issue(), stagesWith(never(seconds)));
    emulator.clearTrace();
    const late = failureOf(stack.up(killed, { isEngineAlive }));
    while (!emulator.trace.some(({ kind }) => kind === "build.served")) await pause();
    await pause(500);
    const next = new Stack(emulator);
    next.restore(stack.save());
    await meanwhile(next);
    return late;
  };

  const finish = (program: ReturnType<typeof binding>) => async (next: Stack) => {
    await next.up(program);
  };

  it("writes nothing more, and says that its engine is gone", async () => {
    // given
    let isAlive = true;
    const program = binding(await emulator.authority.issue(), stagesWith(verify));
    let written = 0;
    // when the corrected program is brought up before the verification has ended
    const late = await interrupted(
      async () => isAlive,
      async next => {
        isAlive = false;
        await finish(program)(next);
        written = emulator.writes().length;
      },
      4,
    );
    // then
    assert.ok(late.message.includes("ZUPLO1403"), late.message);
    assert.equal(emulator.writes().length, written);
    assertInService();
    await assertPushSafe(emulator, "staging", "main");
  });

  it("does not go back over what another run has changed, also where it cannot tell that its engine is gone", async () => {
    // given
    const program = binding(await emulator.authority.issue(), stagesWith(verify));
    let written = 0;
    // when
    const late = await interrupted(
      async () => true,
      async next => {
        await finish(program)(next);
        written = emulator.writes().length;
      },
      4,
    );
    // then
    assert.ok(late.message.includes("ZUPLO1401"), late.message);
    assert.equal(emulator.writes().length, written);
    assertInService();
    await assertPushSafe(emulator, "staging", "main");
  });

  it("writes nothing where its engine is gone and nobody has done anything yet", async () => {
    let isAlive = true;
    let written = 0;
    await interrupted(
      async () => isAlive,
      async () => {
        isAlive = false;
        written = emulator.writes().length;
      },
      1,
    );
    assert.equal(emulator.writes().length, written);
    await assertPushSafe(emulator, "staging", "main");
  });

  it("goes back over somebody's push alone", async () => {
    const late = await interrupted(
      async () => true,
      async () => emulator.push("staging"),
      1,
    );
    assert.doesNotMatch(late.message, /Not rolled back|ZUPLO140[1-3]/);
    assert.equal(calls(emulator.trace, "deployment.deploy").length, 2);
    await assertPushSafe(emulator, "staging", "main");
  });

  /** Both environments have the last certificate; what no state knows of may be somebody's upload for an hour. */
  function assertInService(): void {
    const name = names(emulator).at(-1);
    for (const branch of ["staging", "main"]) assertServedBy(emulator, branch, name);
  }
});

function pause(ms = 10): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
