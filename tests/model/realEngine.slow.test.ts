import assert from "node:assert/strict";
import { adapters } from "../situations/engine/world";
import { openTable } from "./play";
import { type Chosen, choose } from "./real/choose";
import { compare } from "./real/compare";
import { openOnLoopback } from "./real/loopback";
import { RealEngine } from "./real/realEngine";
import type { Table } from "./world";

const seed = 12;
const count = 12;
/** What the sequences have to show, whichever they are. */
const topics = ["binding", "parts", "pem", "add", "remove", "push", "disable", "up --refresh", "destroy"];

describe("the model's sequences with the real engine", function () {
  this.timeout(1_800_000);
  // It plays in real time: on a busy machine a verification may run out. What truly differs does so twice.
  this.retries(1);
  let table: Table;
  let chosen: Chosen[];

  before(async () => {
    table = await openTable();
    chosen = await choose(table, seed, count);
  });

  after(() => table.emulator.stop());

  it("has sequences of every kind", () => {
    const shown = new Set(chosen.flatMap(({ topics }) => [...topics]));
    assert.deepEqual(
      topics.filter(topic => !shown.has(topic)),
      [],
    );
  });

  for (let index = 0; index < count; index += 1) {
    it(`writes what the model's engine writes: sequence ${index + 1} of ${count}`, async () => {
      const one = chosen[index];
      assert.ok(one);
      assert.deepEqual(one.violations, []);
      await Promise.all(adapters.map(adapter => playReal(adapter, one)));
    });
  }

  async function playReal(adapter: (typeof adapters)[number], { sequence, outcomes }: Chosen): Promise<void> {
    const emulator = await openOnLoopback();
    try {
      const engine = await RealEngine.open(adapter, emulator, table.pool, sequence);
      try {
        for (const outcome of outcomes) await compare(engine, outcome);
      } finally {
        await engine.close();
      }
    } finally {
      await emulator.stop();
    }
  }
});
