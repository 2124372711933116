import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertSucceeded } from "../support/project";
import { YamlProject } from "../support/yamlProject";
import { type RotationOptions, rotationResources } from "../support/yamlRotation";
import { assertServed, stages, variable } from "./service";

interface Way {
  options: Omit<RotationOptions, "variable">;
  /** How many certificates there are after three rotations, and after the destroy. */
  left: number;
}

const ways: Record<string, Way> = {
  'onDelete: "disable"': { options: { certificate: { onDelete: "disable" } }, left: 3 },
  'onDelete: "retain"': { options: { certificate: { onDelete: "retain" } }, left: 3 },
  // It calls nothing, so nothing tells that the one before the last is to be kept: it is swept once it is unused.
  "Pulumi's retainOnDelete": { options: { options: { retainOnDelete: true } }, left: 2 },
};

for (const [way, { options, left }] of Object.entries(ways)) {
  it(`with ${way}, rotations leave old certificates behind, disabled, and a destroy the last one`, async () => {
    const emulator: Emulator = await startEmulator({ deployMs: 100 });
    const yaml = await YamlProject.create(emulator);
    try {
      await yaml.write({ resources: rotationResources(stages, { variable, ...options }) });
      for (const count of [1, 2, 3]) {
        const issued = await emulator.authority.issue();
        await yaml.certificate(issued);
        assertSucceeded(await yaml.project.up());
        const certificates = emulator.certificates();
        assert.equal(certificates.length, Math.min(count, left));
        const enabled = certificates.filter(({ environments }) => environments.length > 0);
        assert.deepEqual(
          enabled.map(({ fingerprint }) => fingerprint),
          [issued.fingerprint],
        );
        assertServed(emulator, enabled[0]?.name ?? "");
      }
      assertSucceeded(await yaml.project.destroy());
      assert.equal(emulator.certificates().length, left);
    } finally {
      await yaml.project.remove();
      await emulator.stop();
    }
  });
}
