import { type Emulator, startEmulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { assertFailed, assertSucceeded } from "../support/project";
import { YamlProject } from "../support/yamlProject";
import { rotationResources } from "../support/yamlRotation";
import { assertInService, stages, variable } from "./service";
import { steps } from "./steps";

describe("after a rotation that failed", () => {
  let emulator: Emulator;
  let yaml: YamlProject;
  let inService: Issued;

  before(async () => {
    emulator = await startEmulator({ deployMs: 100 });
    yaml = await YamlProject.create(emulator);
    await yaml.write({ resources: rotationResources(stages, { variable }) });
    inService = await emulator.authority.issue();
    await yaml.certificate(inService);
    assertSucceeded(await yaml.project.up());
  });

  after(async () => {
    await yaml?.project.remove();
    await emulator?.stop();
  });

  for (const step of steps) {
    it(`at ${step.name}, the old PEM in the program brings the old certificate back`, async () => {
      const { issued, mend } = await step.prepare(emulator);
      await yaml.certificate(issued);
      assertFailed(await yaml.project.up());
      mend();
      // when
      await yaml.certificate(inService);
      assertSucceeded(await yaml.project.up());
      // then
      assertInService(emulator, inService);
    });
  }

  it("twice, with two certificates, a third one rotates, and nothing of the others is left", async () => {
    for (const branch of ["staging", "main"]) {
      emulator.failNextBuild(branch);
      await yaml.certificate(await emulator.authority.issue());
      assertFailed(await yaml.project.up());
    }
    const good = await emulator.authority.issue();
    await yaml.certificate(good);
    assertSucceeded(await yaml.project.up());
    assertInService(emulator, good);
  });
});
