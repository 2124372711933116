import assert from "node:assert/strict";
import { openTable } from "../model/play";
import type { Table } from "../model/world";
import { pairsOf, pairwise } from "./pairs";
import { nameOf, readings } from "./readings";
import { playLife } from "./story";

const rows = pairwise(readings);

describe("whatever Zuplo leaves open", () => {
  let table: Table;

  before(async () => {
    table = await openTable();
  });

  after(() => table.emulator.stop());

  for (const row of rows) {
    it(`a stack lives safely from its first up to its destroy: ${nameOf(row)}`, () => playLife(table, row));
  }

  it("meets whatever else it leaves open in one of these rows", () => {
    const missing = pairsOf(readings).filter(
      pair => !rows.some(row => pair.every(({ name, value }) => row[name as keyof typeof row] === value)),
    );
    assert.deepEqual(missing, []);
    assert.ok(rows.length < 30, `${rows.length} rows`);
  });
});
