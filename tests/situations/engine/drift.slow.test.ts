import assert from "node:assert/strict";
import { assertSucceeded } from "../../support/project";
import { names } from "../../support/rotation";
import { ask, assertPushSafe, deleteByHand, enableByHand, forgive, redeploysOf } from "../expect";
import { binding, withEngine } from "./world";

withEngine(
  "situation 5: a certificate that was disabled, or deleted, by hand is in service again after refresh and up",
  ["main"],
  async world => {
    const { emulator, project } = world;
    await world.up([binding(await emulator.authority.issue(), ["main"])]);
    const [name] = names(emulator);
    for (const isDeleted of [false, true]) {
      // given
      await enableByHand(emulator, name, []);
      await emulator.push("main");
      if (isDeleted) await deleteByHand(emulator, name);
      assert.notEqual(await ask(emulator, "main"), 200);
      emulator.clearTrace();
      // when
      assertSucceeded(await project.refresh());
      assertSucceeded(await project.up());
      // then
      forgive(emulator);
      assert.equal(redeploysOf(emulator, "main"), 1);
      await assertPushSafe(emulator, "main");
    }
    // and the next refresh finds nothing
    emulator.clearTrace();
    assertSucceeded(await project.refresh());
    assertSucceeded(await project.up());
    assert.deepEqual(emulator.writes(), []);
  },
);
