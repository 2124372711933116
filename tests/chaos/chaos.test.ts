import assert from "node:assert/strict";
import type { AdapterName } from "./adapters";
import { titleOf } from "./cell";
import { matrix } from "./matrix";
import { play, sample } from "./play";
import { Scene } from "./scene";

/** A run of a YAML program takes half the time of a Node program's, and the core is the same. */
const cellsOf: Record<AdapterName, number> = { dynamic: 12, native: 48 };
const workers = 2;
const seed = 11;

describe("whatever single call fails, hangs, is lost or kills the process", function () {
  this.timeout(400_000);

  for (const adapter of ["dynamic", "native"] as const) {
    it(`one more \`up\` without edits ends as an undisturbed run would have: a sample of the matrix, ${adapter}`, async () => {
      const scene = await Scene.prepare(adapter);
      try {
        const all = matrix(scene.calls);
        const cells = sample(all, cellsOf[adapter], seed).map(cell => ({ scene, cell }));
        const played = await play(cells, workers, () => undefined);
        const report = played
          .filter(({ problems }) => problems.length > 0)
          .map(({ cell, problems, text }) => `${titleOf(cell)}: ${problems.join("; ")}\n${text}`);
        assert.equal(report.length, 0, report.join("\n\n"));
        console.log(`        ${played.length} cells of ${all.length}, all converged`);
      } finally {
        await scene.remove();
      }
    });
  }
});
