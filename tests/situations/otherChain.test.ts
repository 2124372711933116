import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { lifecycles } from "../../provider/lifecycle";
import { dynamicAdapter } from "../support/dynamicHost";
import { names } from "../support/rotation";
import { type Declared, Stack } from "../support/run";
import { assertPushSafe, branchesOf, makeByHand } from "./expect";
import { binding, variable, verify } from "./programs";

const branches = ["staging", "main"];
const stages = branches.map(branch => ({ branches: [branch], verify }));

describe("the same leaf with another chain", () => {
  let emulator: Emulator;
  let stack: Stack;
  let leafOnly: Issued;
  let withIntermediate: Issued;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf(...branches, "pull-1"));
    stack = new Stack(emulator);
    leafOnly = await emulator.authority.issue();
    withIntermediate = { ...leafOnly, chain: leafOnly.chain + emulator.authority.certificate };
  });
  afterEach(() => emulator.stop());

  const nameOf = (program: readonly Declared[]) => stack.outputs(program[0] as Declared).name;

  /** Previews and runs a program. @returns the name that the preview has shown. */
  const foreseenThenDone = async (program: [Declared, ...Declared[]]) => {
    const { changes, foreseen } = await stack.preview(program);
    const shown = foreseen(program[0]).name;
    for (const [{ type, name }, found] of changes)
      assert.notDeepEqual(found, {}, `${type} ${name} shows a change`);
    await stack.up(program);
    return shown;
  };

  it("has a name of its own, which the preview shows, with all that follows it", async () => {
    const before = binding(leafOnly, stages);
    await stack.up(before);
    const first = nameOf(before);
    // when
    const program = binding(withIntermediate, stages);
    const shown = await foreseenThenDone(program);
    // then
    assert.notEqual(shown, first);
    assert.equal(nameOf(program), shown);
    assert.deepEqual(names(emulator), [shown]);
    emulator.clearTrace();
    await stack.up(program);
    assert.deepEqual(emulator.writes(), []);
    // and back
    assert.equal(await foreseenThenDone(before), first);
    assert.equal(nameOf(before), first);
    await assertPushSafe(emulator, ...branches);
  });

  it("gets the next name where that one is taken, and keeps it", async () => {
    const before = binding(leafOnly, stages);
    await stack.up(before);
    const first = nameOf(before);
    const program = binding(withIntermediate, stages);
    const killed = stack.save();
    await stack.up(program.slice(0, 1));
    stack.restore(killed);
    await makeByHand(emulator, "pull-1", variable, `${first}_2`);
    // when
    const shown = await foreseenThenDone(program);
    // then
    assert.equal(shown, `${first}_2`);
    assert.equal(nameOf(program), `${first}_3`);
    emulator.clearTrace();
    await stack.up(program);
    assert.deepEqual(emulator.writes(), []);
    await assertPushSafe(emulator, ...branches);
  });

  it("shows another name to a program of dynamic resources, which see nothing but what a check answers", async () => {
    const before = binding(leafOnly, stages);
    await stack.up(before);
    const first = nameOf(before);
    const adapter = await dynamicAdapter(lifecycles.MtlsCertificate);
    const place = { __resource: "shop/prod/backend", __parents: "zuplo:index:MtlsBinding" };
    const { certificate, ...args } = before[0].args as Record<string, unknown>;
    const given = { ...args, certificate: withIntermediate.chain, ...place };
    const state = { ...args, ...stack.outputs(before[0]), certificate, ...place };
    // when
    const { inputs } = await adapter.check(state, given);
    const { replaces = [] } = await adapter.diff("cert_1", state, inputs);
    const anew = await adapter.check(undefined as never, given);
    // then
    assert.ok(replaces.includes("certificate"));
    assert.equal(anew.inputs.name, `${first}_2`);
  });
});
