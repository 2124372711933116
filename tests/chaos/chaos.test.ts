import assert from "node:assert/strict";
import { Scene } from "./cell";
import { matrix } from "./matrix";
import { play, sample } from "./play";

const cellsOfSample = 10;
const seed = 7;

describe("whatever single call fails, hangs, is lost or kills the process", function () {
  this.timeout(300_000);

  it("one more `up` without edits ends as an undisturbed run would have (a sample of the matrix)", async () => {
    const scene = await Scene.prepare();
    try {
      const cells = sample(matrix(scene.calls), cellsOfSample, seed);
      const played = await play(scene, cells, 2, () => undefined);
      const missed = played.filter(({ problems }) => problems.length > 0);
      const report = missed.map(
        ({ cell, problems, text }) => `${cell.title}: ${problems.join("; ")}\n${text}`,
      );
      assert.equal(missed.length, 0, report.join("\n\n"));
      console.log(`        ${played.length} cells of ${matrix(scene.calls).length}, all converged`);
    } finally {
      await scene.remove();
    }
  });
});
