import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { names } from "../support/rotation";
import { Stack } from "../support/run";
import { assertPushSafe, assertServedBy, branchesOf, failureOf, redeploysOf } from "./expect";
import { binding, verify } from "./programs";

const stages = [
  { branches: ["staging"], verify },
  { branches: ["main"], verify },
];

/** A run fails; the stage before was built while a certificate of old was still enabled for its type. */
describe("a replaced certificate that a deployment of the program has got from a run that failed", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("staging", "main", "pr-1"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  /** The stage of production fails. @returns the program, the name that it has replaced, and the one in its place. */
  async function failAtMain() {
    const first = binding(await emulator.authority.issue(), stages);
    await stack.up(first);
    const name = String(stack.outputs(first[0]).name);
    emulator.hands.setVariable("gateway", "pr-1", "OTHER", name);
    const main = emulator.deployment("main").name;
    const mend = emulator.onCall(({ kind, subject }) =>
      kind === "deployment.deploy" && subject === main ? { status: 403, body: { title: "No" } } : undefined,
    );
    const next = binding(await emulator.authority.issue(), stages);
    await failureOf(stack.up(next));
    mend();
    const [successor = ""] = names(emulator).filter(other => other !== name);
    return { next, name, successor };
  }

  it("goes with one more redeploy of it, once nothing names it", async () => {
    // given
    const { next, name, successor } = await failAtMain();
    emulator.hands.setVariable("gateway", "pr-1", "OTHER", successor);
    emulator.clearTrace();
    // when
    await stack.up(next);
    // then
    assert.deepEqual(names(emulator), [stack.outputs(next[0]).name]);
    assert.deepEqual(
      ["staging", "main", "pr-1"].map(branch => redeploysOf(emulator, branch)),
      [1, 1, 0],
    );
    for (const branch of ["staging", "main"]) assertServedBy(emulator, branch, stack.outputs(next[0]).name);
    await assertPushSafe(emulator, "staging", "main");
    assert.equal(names(emulator).includes(name), false);
  });

  it("stays where somebody else has it, too, and then nothing is redeployed for it", async () => {
    // given
    const { next, name, successor } = await failAtMain();
    await emulator.push("pr-1");
    emulator.hands.setVariable("gateway", "pr-1", "OTHER", successor);
    emulator.clearTrace();
    // when
    await stack.up(next);
    // then
    assert.ok(names(emulator).includes(name));
    assert.deepEqual(
      ["staging", "main", "pr-1"].map(branch => redeploysOf(emulator, branch)),
      [0, 1, 0],
    );
  });
});
