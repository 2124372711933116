import assert from "node:assert/strict";
import type { Emulator } from "../../emulator";
import type { PulumiProject, Run } from "../../scripts/demo/pulumi";

/** Runs a command that is killed, engine and hosts, at the moment at which it asks for its first redeploy. */
export async function killedAtRedeploy(
  emulator: Emulator,
  project: PulumiProject,
  command: () => Promise<Run>,
): Promise<Run> {
  let isKilled = false;
  const remove = emulator.onCall(async ({ kind }) => {
    if (kind !== "deployment.deploy" || isKilled) return undefined;
    isKilled = true;
    await project.kill();
    return { destroy: "before" };
  });
  try {
    const run = await command();
    assert.ok(isKilled, run.text);
    return run;
  } finally {
    remove();
  }
}
