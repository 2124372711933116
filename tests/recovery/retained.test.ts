// Takes long: npm run test:long.
import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertSucceeded } from "../support/project";
import { YamlProject } from "../support/yamlProject";
import { type RotationOptions, rotationResources } from "../support/yamlRotation";
import { assertServed, stages, variable } from "./service";

const ways: Record<string, Omit<RotationOptions, "variable">> = {
  'onDelete: "disable"': { certificate: { onDelete: "disable" } },
  'onDelete: "retain"': { certificate: { onDelete: "retain" } },
  "Pulumi's retainOnDelete": { options: { retainOnDelete: true } },
};

for (const [way, options] of Object.entries(ways)) {
  it(`with ${way}, rotations leave the old certificates behind, disabled, and a destroy the last one`, async function () {
    this.timeout(60_000);
    const emulator: Emulator = await startEmulator({ deployMs: 100 });
    const yaml = await YamlProject.create(emulator);
    try {
      await yaml.write({ resources: rotationResources(stages, { variable, ...options }) });
      for (const count of [1, 2, 3]) {
        const issued = await emulator.authority.issue();
        await yaml.certificate(issued);
        assertSucceeded(await yaml.project.up());
        const certificates = emulator.certificates();
        assert.equal(certificates.length, count);
        const enabled = certificates.filter(({ environments }) => environments.length > 0);
        assert.deepEqual(
          enabled.map(({ fingerprint }) => fingerprint),
          [issued.fingerprint],
        );
        assertServed(emulator, enabled[0]?.name ?? "");
      }
      assertSucceeded(await yaml.project.destroy());
      assert.equal(emulator.certificates().length, 3);
    } finally {
      await yaml.project.remove();
      await emulator.stop();
    }
  });
}
