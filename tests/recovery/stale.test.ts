// Takes long: npm run test:long.
import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertFailed, assertSucceeded } from "../support/project";
import { YamlProject } from "../support/yamlProject";
import { reference, rotationResources } from "../support/yamlRotation";
import { assertInService, stages, variable } from "./service";

const stale = Array.from({ length: 20 }, (_, index) => `feature-${index + 1}`);

describe("preview deployments that nobody redeploys", function () {
  this.timeout(90_000);
  let emulator: Emulator;
  let yaml: YamlProject;

  before(async () => {
    emulator = await startEmulator({
      deployMs: 100,
      branches: ["main", "staging", ...stale].map(name => ({ name })),
    });
    yaml = await YamlProject.create(emulator);
  });

  after(async () => {
    await yaml?.project.remove();
    await emulator?.stop();
  });

  it("are named, each of them, when they still bind the old certificate; a Redeployment of them resolves it", async () => {
    // given a certificate that 20 preview deployments have bound when they were pushed
    const resources = rotationResources(stages, { variable });
    await yaml.write({ resources });
    await yaml.certificate(await emulator.authority.issue());
    assertSucceeded(await yaml.project.up());
    await Promise.all(stale.map(branch => emulator.push(branch)));
    // when it is rotated where it is used
    const issued = await emulator.authority.issue();
    await yaml.certificate(issued);
    const run = await yaml.project.up();
    // then the run ends with all their names and the remedy
    assertFailed(run);
    const text = run.text.replace(/\s+/g, " ");
    assert.match(text, /still bound by 20 deployments: /);
    for (const branch of stale) {
      const { name } = emulator.deployment(branch);
      assert.ok(text.includes(`${name} (preview, branch ${branch})`), `${name} is not named`);
    }
    assert.match(text, /Redeploy them with a Redeployment whose `certificates` do not name it/);
    // and Redeployments of them let the next run delete it
    const redeployments = stale.map(branch => [
      branch,
      {
        type: "zuplo:Redeployment",
        properties: { branch, certificates: [reference("backend.name")], variables: [] },
      },
    ]);
    await yaml.write({ resources: { ...resources, ...Object.fromEntries(redeployments) } });
    assertSucceeded(await yaml.project.up());
    assertInService(emulator, issued);
  });
});
