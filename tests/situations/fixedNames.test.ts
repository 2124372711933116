import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import { upload } from "../support/byHand";
import { Stack } from "../support/run";
import { assertPushSafe, assertServedBy, branchesOf, codeOf, failureOf } from "./expect";
import { binding, certificate, named, verify } from "./programs";

/** A name that the program gives leaves no other one to go to. */
describe("a certificate with a fixed name", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("main", "staging"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  const stages = [
    { branches: ["staging"], verify },
    { branches: ["main"], verify },
  ];
  const called = (name: string, issued: Issued) => binding(issued, stages, { certificate: { name } });
  const idOf = (name: string) => emulator.certificates().find(each => each.name === name)?.id;
  const namesOf = () => emulator.certificates().map(({ name }) => name);

  it("is uploaded again where a killed run has left it, and nobody uses it", async () => {
    // given
    const program = called("backend_2026", await emulator.authority.issue());
    const before = stack.save();
    await stack.up([program[0]]);
    stack.restore(before);
    // when
    await stack.up(program);
    // then
    for (const branch of ["staging", "main"]) assertServedBy(emulator, branch, "backend_2026");
    for (const refresh of [false, true]) {
      const count = emulator.writes().length;
      await stack.up(program, { refresh });
      assert.equal(emulator.writes().length, count);
    }
    await assertPushSafe(emulator, "staging", "main");
    await stack.destroy();
    assert.deepEqual(namesOf(), []);
  });

  it("is refused where the program goes back to it while it is in use, and rotates once the name is left out", async () => {
    // given
    const good = await emulator.authority.issue();
    await stack.up(called("one", good));
    await failureOf(stack.up(called("two", await (await createAuthority()).issue())));
    // when
    const failure = await failureOf(stack.up(called("one", good)));
    // then
    assert.equal(codeOf(failure), "ZUPLO1221");
    assert.match(failure.message, /already has a certificate in use of this name/);
    await assertPushSafe(emulator, "staging", "main");
    // when
    await stack.up(binding(good, stages));
    // then
    await assertPushSafe(emulator, "staging", "main");
    await stack.destroy();
    // Nobody knows whose a name is that somebody has chosen.
    assert.deepEqual(namesOf(), ["two"]);
  });

  for (const isFixed of [true, false])
    it(`${isFixed ? "fixed" : "generated"}: of a program that moves to another stack outlives the destroy of the first one`, async () => {
      // given
      const issued = await emulator.authority.issue();
      const program = isFixed ? called("fixed", issued) : binding(issued, stages);
      await stack.up(program);
      const other = new Stack(emulator, { project: "shop", stack: "other" });
      // when
      if (isFixed) assert.equal(codeOf(await failureOf(other.up(program))), "ZUPLO1221");
      else {
        await other.up(program);
        await stack.destroy();
      }
      // then
      await assertPushSafe(emulator, "staging", "main");
    });

  it("is refused where the holder of the name is another certificate", async () => {
    // given
    const id = await upload(emulator, "fixed", await emulator.authority.issue());
    const own = certificate("backend", await emulator.authority.issue(), { name: "fixed" });
    // when
    const failure = await failureOf(stack.up([own, named(own, "main")]));
    // then
    assert.equal(codeOf(failure), "ZUPLO1221");
    assert.doesNotMatch(failure.message, /import/);
    assert.equal(idOf("fixed"), id);
  });

  it("is there where only the answer to its upload was lost", async () => {
    let count = 0;
    emulator.onCall(({ kind }) =>
      kind === "certificate.create" && count++ === 0 ? { destroy: "after" } : undefined,
    );
    await stack.up(called("fixed", await emulator.authority.issue()));
    assert.deepEqual(namesOf(), ["fixed"]);
  });
});
