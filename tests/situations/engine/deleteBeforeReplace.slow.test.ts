import assert from "node:assert/strict";
import { startEmulator } from "../../../emulator";
import { assertSucceeded } from "../../support/project";
import { names } from "../../support/rotation";
import { YamlProject } from "../../support/yamlProject";
import { rotationResources } from "../../support/yamlRotation";
import { assertPushSafe, assertServedBy } from "../expect";
import { variable, verify } from "../programs";

it("situation 22: where no program can refuse it, `deleteBeforeReplace` breaks nothing (native, YAML)", async () => {
  const emulator = await startEmulator({ deployMs: 50 });
  const yaml = await YamlProject.create(emulator);
  try {
    const stages = ["staging", "main"].map(branch => ({ branches: [branch], verify }));
    const options = { deleteBeforeReplace: true };
    await yaml.write({ resources: rotationResources(stages, { variable, options }) });
    await yaml.certificate(await emulator.authority.issue());
    assertSucceeded(await yaml.project.up());
    // when
    const next = await emulator.authority.issue();
    await yaml.certificate(next);
    assertSucceeded(await yaml.project.up());
    // then
    const own = emulator.certificates().find(({ fingerprint }) => fingerprint === next.fingerprint);
    for (const branch of ["staging", "main"]) assertServedBy(emulator, branch, own?.name);
    await assertPushSafe(emulator, "staging", "main");
    assert.ok(names(emulator).length <= 2);
  } finally {
    await yaml.project.remove();
    await emulator.stop();
  }
});
