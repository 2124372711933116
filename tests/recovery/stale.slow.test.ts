import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertSucceeded } from "../support/project";
import { YamlProject } from "../support/yamlProject";
import { rotationResources } from "../support/yamlRotation";
import { assertServed, nameOf, stages, variable } from "./service";

const stale = Array.from({ length: 20 }, (_, index) => `feature-${index + 1}`);

describe("preview deployments that nobody redeploys", () => {
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

  it("are named, each of them, by a rotation that succeeds, and the old certificate goes when they are deployed again", async () => {
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
    // then the run tells all their names
    assertSucceeded(run);
    const text = run.text.replace(/\s+/g, " ");
    assert.match(text, /is replaced and left at Zuplo for now: .*\[ZUPLO1204\]/);
    for (const branch of stale) {
      const { name } = emulator.deployment(branch);
      assert.ok(text.includes(`${name} (preview, branch ${branch})`), `${name} is not named`);
    }
    // and once they are pushed again, the next rotation deletes it
    await Promise.all(stale.map(branch => emulator.push(branch)));
    const next = await emulator.authority.issue();
    await yaml.certificate(next);
    assertSucceeded(await yaml.project.up());
    const held = emulator.certificates();
    assert.deepEqual(
      new Set(held.map(({ fingerprint }) => fingerprint)),
      new Set([issued.fingerprint, next.fingerprint]),
    );
    assertServed(emulator, nameOf(emulator, next));
  });
});
