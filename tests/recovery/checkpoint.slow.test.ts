import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startEmulator } from "../../emulator";
import { restoreState, stateFile } from "../chaos/pulumiStack";
import { assertFailed, assertSucceeded } from "../support/project";
import { YamlProject } from "../support/yamlProject";
import { rotationResources } from "../support/yamlRotation";
import { assertInService, stages, variable } from "./service";

it("after an engine that was killed while it wrote its state, the step of docs/reliability.md lets `up` go on", async () => {
  const emulator = await startEmulator({ deployMs: 100 });
  const yaml = await YamlProject.create(emulator);
  try {
    await yaml.write({ resources: rotationResources(stages, { variable }) });
    await yaml.certificate(await emulator.authority.issue());
    assertSucceeded(await yaml.project.up());
    // given
    await writeFile(join(yaml.project.folder, `${stateFile}.attrs`), "");
    const issued = await emulator.authority.issue();
    await yaml.certificate(issued);
    const broken = await yaml.project.up();
    assertFailed(broken);
    assert.match(broken.text, /failed to load checkpoint: EOF/);
    // when
    await restoreState(yaml.project);
    assertSucceeded(await yaml.project.up());
    // then
    assertInService(emulator, issued);
  } finally {
    await yaml.project.remove();
    await emulator.stop();
  }
});
