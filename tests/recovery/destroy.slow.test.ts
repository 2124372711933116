import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertFailed, assertSucceeded } from "../support/project";
import { names } from "../support/rotation";
import { YamlProject } from "../support/yamlProject";
import { rotationResources } from "../support/yamlRotation";
import { assertInService, stages, variable } from "./service";
import { steps } from "./steps";

describe("`pulumi destroy` after a rotation that failed", () => {
  let emulator: Emulator;
  let yaml: YamlProject;

  before(async () => {
    emulator = await startEmulator({ deployMs: 100 });
    yaml = await YamlProject.create(emulator);
    await yaml.write({ resources: rotationResources(stages, { variable }) });
    await yaml.certificate(await emulator.authority.issue());
    assertSucceeded(await yaml.project.up());
  });

  after(async () => {
    await yaml?.project.remove();
    await emulator?.stop();
  });

  for (const step of steps) {
    it(`at ${step.name} leaves no certificate, and \`up\` brings everything up again`, async () => {
      const { issued, mend } = await step.prepare(emulator);
      await yaml.certificate(issued);
      assertFailed(await yaml.project.up());
      mend();
      const gone = names(emulator);
      // when
      const destroyed = await yaml.project.destroy();
      // then
      assertSucceeded(destroyed);
      assert.deepEqual(names(emulator), []);
      // A variable cannot be deleted: that it names what is gone now is said.
      assert.match(destroyed.text, /ZUPLO1209/);
      emulator.violations.splice(0);
      // when
      assertSucceeded(await yaml.project.up());
      // then
      assert.deepEqual(
        emulator.hazards.filter(({ value }) => !gone.includes(value)),
        [],
      );
      emulator.hazards.splice(0);
      assertInService(emulator, issued);
    });
  }
});
