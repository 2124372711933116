import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { inProject } from "../support/byHand";
import { assertFailed, assertSucceeded } from "../support/project";
import { assertSafe, names } from "../support/rotation";
import { YamlProject } from "../support/yamlProject";
import { rotationResources } from "../support/yamlRotation";

const branches = ["staging", "canary", "main"];

describe("a YAML program that is in use", () => {
  let emulator: Emulator;
  let yaml: YamlProject;

  before(async () => {
    emulator = await startEmulator({ branches: branches.map(name => ({ name })) });
    yaml = await YamlProject.create(emulator);
    await yaml.certificate(await emulator.authority.issue());
    const stages = [{ branches, verify: { path: "/health" } }];
    await yaml.write({ resources: rotationResources(stages, { variable: "BACKEND_MTLS_CERT" }) });
    assertSucceeded(await yaml.project.up());
  });

  after(async () => {
    await yaml.project.remove();
    await emulator.stop();
  });

  it("tries again without edits after a redeploy that failed", async () => {
    await yaml.certificate(await emulator.authority.issue());
    emulator.failNextBuild("canary", "src/routes.ts: syntax error");
    const failed = await yaml.project.up();
    assertFailed(failed);
    assert.match(
      failed.text.replace(/\s+/g, " "),
      /the build ended as ERROR: src\/routes.ts: syntax error\. Rolled back in [\d.]+ s/,
    );
    assertSucceeded(await yaml.project.up());
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
  });

  it("is refreshed: environments that were changed outside are a difference", async () => {
    const [certificate] = emulator.certificates();
    const path = `/mtls-certificates/${certificate?.id}`;
    await inProject(emulator, "PATCH", path, { environments: ["production"] });
    assertSucceeded(await yaml.project.refresh());
    const run = await yaml.project.preview();
    assertSucceeded(run);
    assert.match(run.text, /~ environments: \[/);
    // The certificate, and the two previews: nobody knows what their next build would have.
    assert.match(run.text, /~ 3 to update/);
    assertSucceeded(await yaml.project.up());
    assert.equal(emulator.certificates()[0]?.environments.includes("preview"), true);
  });
});
