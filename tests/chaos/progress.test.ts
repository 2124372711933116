import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { targetsOf } from "./matrix";
import { mishaps } from "./mishaps";
import type { Played } from "./play";
import { Progress } from "./progress";

describe("what is kept of a chaos matrix", () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-chaos-"));
    file = join(folder, "progress.json");
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const [target = assert.fail()] = targetsOf([{ kind: "certificate.create", method: "POST" }]);
  const [mishap = assert.fail(), another = assert.fail()] = mishaps;
  const cell = { course: "rotation", target, mishap, row: [0] } as const;
  const played = (of: Partial<Played> = {}): Played => ({
    adapter: "native",
    cell: { ...cell, row: [0] },
    problems: [],
    text: "what it printed",
    ms: 5,
    ...of,
  });
  const scene = { adapter: "native" } as const;

  it("is not played again: cells by adapter and title, and the time", () => {
    new Progress(file).add(played({ problems: ["it did not converge"], secondIn: 2 }), 60);
    const again = new Progress(file);
    assert.equal(again.seconds, 60);
    const known = again.of({ scene, cell: { ...cell, row: [0] } });
    assert.deepEqual([known?.problems, known?.secondIn, known?.text], [["it did not converge"], 2, ""]);
    assert.equal(again.of({ scene, cell: { ...cell, row: [0], mishap: another } }), undefined);
    assert.equal(again.of({ scene: { adapter: "dynamic" }, cell: { ...cell, row: [0] } }), undefined);
  });

  it("counts for the same provider only", async () => {
    new Progress(file).add(played(), 1);
    const content = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify({ ...content, digest: "0" }));
    assert.throws(() => new Progress(file), /is of another state of the provider/);
  });

  it("is nothing where no file is named", () => {
    const progress = new Progress(undefined);
    progress.add(played(), 1);
    assert.equal(new Progress(undefined).seconds, 0);
  });
});
