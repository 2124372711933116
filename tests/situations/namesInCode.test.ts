import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { Stack } from "../support/run";
import { assertLogged, branchesOf, enabledFor } from "./expect";
import { certificate, redeployed } from "./programs";

describe("a certificate whose name stands in the gateway's code", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("staging", "main"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  /** No variable names it: nobody can look into the code. */
  const rotated = async (more = {}) => {
    const own = certificate("backend", await emulator.authority.issue(), more);
    const program = [own, redeployed([own], [], "staging"), redeployed([own], [], "main")];
    const log = await stack.up(program);
    return { log, name: String(stack.outputs(own).name) };
  };

  for (const [title, names] of [
    ["a generated name", [{}, {}, {}]],
    ["a name of its own", [{ name: "first" }, { name: "second" }, { name: "third" }]],
  ] as const) {
    it(`and has ${title} is not disabled by a roll, its deletion or a later one, which is said`, async () => {
      // given
      const first = await rotated(names[0]);
      // when
      const second = await rotated(names[1]);
      // then
      assertLogged(second.log, "ZUPLO1203");
      assertLogged(second.log, "ZUPLO1204");
      assert.deepEqual(enabledFor(emulator, first.name), ["preview", "production"]);
      // and when it is rotated once more
      await rotated(names[2]);
      for (const { name } of [first, second])
        assert.deepEqual(enabledFor(emulator, name), ["preview", "production"], name);
    });
  }
});
