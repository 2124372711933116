import assert from "node:assert/strict";
import type { AdapterName } from "./adapters";
import { titleOf } from "./cell";
import { matrix } from "./matrix";
import { play, sample } from "./play";
import { Scene } from "./scene";

/** Another one chooses other cells. */
const seed = 11;

/** Plays so many cells of an adapter's matrix. */
export function playSample(adapter: AdapterName, count: number): void {
  describe(`whatever single call fails, hangs, is lost or kills the process (${adapter})`, function () {
    this.timeout(500_000);

    it("one more `up` without edits ends as an undisturbed run would have: a sample of the matrix", async () => {
      const scene = await Scene.prepare(adapter);
      try {
        const all = matrix(scene.calls);
        const cells = sample(all, count, seed).map(cell => ({ scene, cell }));
        const played = await play(cells, 1, () => undefined);
        const report = played
          .filter(({ problems }) => problems.length > 0)
          .map(({ cell, problems, text }) => `${titleOf(cell)}: ${problems.join("; ")}\n${text}`);
        assert.equal(report.length, 0, report.join("\n\n"));
        console.log(`        ${played.length} cells of ${all.length}, all converged`);
      } finally {
        await scene.remove();
      }
    });
  });
}
