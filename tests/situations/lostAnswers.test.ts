import assert from "node:assert/strict";
import { spoil, startEmulator } from "../../emulator";
import { calls } from "../support/rotation";
import { Stack } from "../support/run";
import { assertPushSafe, assertServedBy } from "./expect";
import { binding, verify } from "./programs";

for (const lost of [3, 6]) {
  it(`situation 19: ${lost} lost answers of a redeploy make one redeploy more at most`, async () => {
    // given a build that takes longer than the answers are asked for again
    const emulator = await startEmulator({ branches: [{ name: "main" }], deployMs: 300 });
    try {
      const stack = new Stack(emulator);
      const stages = [{ branches: ["main"], verify }];
      await stack.up(binding(await emulator.authority.issue(), stages));
      emulator.clearTrace();
      emulator.onCall(spoil(({ kind }) => kind === "deployment.deploy", { destroy: "after" }, lost));
      // when
      const next = binding(await emulator.authority.issue(), stages);
      await stack.up(next);
      // then
      const applied = calls(emulator.trace, "deployment.deploy").filter(call => call.applied);
      assert.ok(applied.length <= 2, `${applied.length} redeploys`);
      assertServedBy(emulator, "main", stack.outputs(next[0]).name);
      await assertPushSafe(emulator, "main");
    } finally {
      await emulator.stop();
    }
  });
}
