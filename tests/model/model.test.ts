import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ProgramRedeployments } from "../../provider/program/redeployments";
import { RunLedger } from "../../provider/rotation/runLedger";
import { batchOf, batchSize, playBatch } from "./batch";
import { openTable, play, type Sequence } from "./play";
import type { Table } from "./world";

const kept = join(__dirname, "kept");
/** `npm run model` plays any other one. */
const seed = 12;
const runs = 300;

describe("model", () => {
  let table: Table;

  before(async () => {
    table = await openTable();
  });

  after(() => table.emulator.stop());

  for (let batch = 0; batch * batchSize < runs; batch += 1) {
    it(`keeps every rule in sequences ${batch * batchSize} to ${(batch + 1) * batchSize - 1} of the seed ${seed}`, async () => {
      const found = await playBatch(table, seed, batch, batchSize);
      const told = found.map(
        ({ run, violations }) => `--path ${run}: ${violations[0]?.kind}: ${violations[0]?.text}`,
      );
      assert.deepEqual(told, [], `npm run model -- --seed ${seed} --path N shows what happened`);
    });
  }

  for (const file of readdirSync(kept).filter(name => name.endsWith(".json"))) {
    it(`keeps every rule in ${file}`, async () => {
      const sequence = JSON.parse(readFileSync(join(kept, file), "utf8")) as Sequence;
      assert.deepEqual((await play(table, sequence)).violations, []);
    });
  }

  it("misses what a rollback puts back of later stages", async () => {
    // Chance shows it in less than one of 2,000 sequences.
    const file = join(kept, "what-a-stage-refused-waits-in-no-later-one.json");
    const { changedTo } = RunLedger.prototype;
    const { predecessorOf } = ProgramRedeployments.prototype;
    // What it is known by otherwise.
    ProgramRedeployments.prototype.predecessorOf = () => undefined;
    RunLedger.prototype.changedTo = function (values) {
      return changedTo.call(this, values).map(variable => ({ ...variable, last: undefined }));
    };
    try {
      const { violations } = await play(table, JSON.parse(readFileSync(file, "utf8")) as Sequence);
      assert.match(violations[0]?.kind ?? "", /waits for a push with what the backend has refused/);
    } finally {
      RunLedger.prototype.changedTo = changedTo;
      ProgramRedeployments.prototype.predecessorOf = predecessorOf;
    }
  });

  it("plays a sequence the same way twice", async () => {
    const [sequence] = batchOf(seed, 0).slice(-1);
    assert.ok(sequence);
    const once = await play(table, sequence);
    const twice = await play(table, sequence);
    assert.ok(once.trace.length > 0);
    assert.deepEqual(twice.trace, once.trace);
  });
});
