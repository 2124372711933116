import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { restoreState } from "../../chaos/pulumiStack";
import { names } from "../../support/rotation";
import { assertPushSafe, assertServedBy } from "../expect";
import { aliveOf, binding, engineTree, kill, withEngine } from "./world";

withEngine(
  "situation 2: after the engine alone was killed while `verify` ran, its host ends and writes nothing more",
  ["main"],
  async world => {
    const { emulator, project } = world;
    await world.up([binding(await emulator.authority.issue(), ["main"])]);
    emulator.clearTrace();
    // given a rotation that will not verify, of which the engine is killed
    const never = { path: "/health", status: 204, timeout: 9 };
    const bad = await emulator.authority.issue();
    await world.write([binding(bad, [], { stages: [{ branches: ["main"], verify: never }] })]);
    const killed = project.up();
    while (!emulator.trace.some(({ kind }) => kind === "build.served")) await sleep(10);
    await sleep(300);
    const { engine, all, hosts } = engineTree();
    assert.ok(hosts.length > 0);
    process.kill(engine, "SIGKILL");
    try {
      // when the corrected program is brought up
      await restoreState(project);
      await project.succeed("cancel", "--yes");
      await world.up([binding(await emulator.authority.issue(), ["main"])]);
      const written = emulator.writes().length;
      await sleep(8000);
      // then
      assert.equal(emulator.writes().length, written);
      assert.deepEqual(aliveOf(hosts), []);
      const [name, ...others] = names(emulator);
      assert.deepEqual(others, []);
      assertServedBy(emulator, "main", name);
      await assertPushSafe(emulator, "main");
    } finally {
      // Pulumi's own processes outlast their engine.
      kill(all);
      await killed;
    }
  },
);
