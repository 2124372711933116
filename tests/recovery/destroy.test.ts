// Takes long: npm run test:long.
import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertFailed, assertSucceeded } from "../support/project";
import { YamlProject } from "../support/yamlProject";
import { rotationResources } from "../support/yamlRotation";
import { assertInService, stages, variable } from "./service";
import { steps } from "./steps";

describe("`pulumi destroy` after a rotation that failed", function () {
  this.timeout(90_000);
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
    it(`at ${step.name} breaks nothing that is served, and \`up\` completes the rotation`, async () => {
      const { issued, mend } = await step.prepare(emulator);
      await yaml.certificate(issued);
      assertFailed(await yaml.project.up());
      mend();
      // when
      const destroyed = await yaml.project.destroy();
      // then what a deployment still binds stays, and is said
      assertFailed(destroyed);
      const text = destroyed.text.replace(/\s+/g, " ");
      assert.match(text, /still bound by \d deployments?: gateway-/);
      assert.deepEqual(emulator.violations, []);
      // A variable cannot be deleted: where it names what is gone now, the user is told to change it.
      if (emulator.hazards.length > 0) {
        assert.match(text, /is deleted, and the variable 'staging\/BACKEND_MTLS_CERT' still names it: give/);
        emulator.hazards.splice(0);
      }
      assertSucceeded(await yaml.project.up());
      assertInService(emulator, issued);
    });
  }
});
