import assert from "node:assert/strict";
import { type AdapterName, coursesOf } from "./adapters";
import { type Cell, titleOf } from "./cell";
import { plan } from "./plan";
import { play } from "./play";
import { sample } from "./random";
import { Scene } from "./scene";

/** Another one chooses other cells. */
const seed = 11;

/** How many cells of each sort. */
export interface Sizes {
  /** Of a rotation: one call goes wrong, or everything is killed. */
  rotation: number;
  /** Of a rotation: the engine alone is killed, or the host alone. */
  killedAlone: number;
  /** Of a rotation of several bindings that share their redeploys. */
  group: number;
  destroy: number;
  pairs: number;
}

/** Plays so many cells of an adapter's matrix. */
export function playSample(adapter: AdapterName, sizes: Sizes, before: Mocha.Func = () => {}): void {
  describe(`whatever call fails, hangs, is lost or kills a process (${adapter})`, function () {
    this.timeout(1_800_000);
    this.beforeAll(before);

    for (const course of coursesOf[adapter]) {
      it(`${course}: once more without edits ends as an undisturbed run would have`, async () => {
        const scene = await Scene.prepare(adapter, course);
        try {
          const { problems, text } = scene.undisturbed;
          assert.deepEqual(problems, [], text);
          const cells = cellsOf(scene, sizes);
          const played = await play(
            cells.map(cell => ({ scene, cell })),
            1,
            () => undefined,
          );
          const report = played
            .filter(one => one.problems.length > 0)
            .map(one => `${titleOf(one.cell)}: ${one.problems.join("; ")}\n${one.text}`);
          assert.equal(report.length, 0, report.join("\n\n"));
          console.log(`        ${played.length} cells, all converged`);
        } finally {
          await scene.remove();
        }
      });
    }
  });
}

function cellsOf(scene: Scene, sizes: Sizes): Cell[] {
  const some = (cells: readonly Cell[], count: number) => sample(cells, count, seed);
  const paired = plan(scene, ["pairs"], seed);
  const rotation = plan(scene, ["rotation"], seed);
  const isAlone = ({ mishap: { kills } }: Cell) => kills === "engine" || kills === "hosts";
  switch (scene.course) {
    case "rotation":
      return [
        ...some(rotation.filter(isAlone), sizes.killedAlone),
        ...some(
          rotation.filter(cell => !isAlone(cell)),
          sizes.rotation,
        ),
        ...some(paired, sizes.pairs),
      ];
    case "rotation of a group":
      return some(plan(scene, ["group"], seed), sizes.group);
    case "destroy":
      return some(plan(scene, ["destroy"], seed), sizes.destroy);
    case "destroy of parts":
      return some(plan(scene, ["destroy"], seed), 1);
  }
}
