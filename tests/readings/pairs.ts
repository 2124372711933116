export type Table = Readonly<Record<string, readonly unknown[]>>;
export type RowOf<T extends Table> = { -readonly [Name in keyof T]: T[Name][number] };

interface Cell {
  name: string;
  value: unknown;
}

/**
 * Rows in which every two values of two columns meet at least once. Greedy: each row begins with a pair that is still
 * missing, and takes in every other column the value that adds most pairs.
 */
export function pairwise<T extends Table>(table: T): RowOf<T>[] {
  const names = Object.keys(table);
  const missing = new Map(pairsOf(table).map(pair => [keyOf(...pair), pair]));
  const rows: RowOf<T>[] = [];
  for (let first = firstOf(missing); first !== undefined; first = firstOf(missing)) {
    const row: Cell[] = [...first];
    for (const name of names.filter(name => !row.some(cell => cell.name === name))) {
      const gain = (value: unknown) => row.filter(cell => missing.has(keyOf(cell, { name, value }))).length;
      const values = table[name] ?? [];
      const best = values.reduce((one, other) => (gain(other) > gain(one) ? other : one));
      row.push({ name, value: best });
    }
    for (const one of row) for (const other of row) missing.delete(keyOf(one, other));
    rows.push(Object.fromEntries(names.map(name => [name, valueIn(row, name)])) as RowOf<T>);
  }
  return rows;
}

/** Every two values of two columns. */
export function pairsOf(table: Table): [Cell, Cell][] {
  const columns = Object.entries(table);
  return columns.flatMap(([name, values], index) =>
    columns.slice(index + 1).flatMap(([other, others]) =>
      values.flatMap(value =>
        others.map((another): [Cell, Cell] => [
          { name, value },
          { name: other, value: another },
        ]),
      ),
    ),
  );
}

function firstOf<K, V>(map: ReadonlyMap<K, V>): V | undefined {
  return map.values().next().value;
}

function valueIn(row: readonly Cell[], name: string): unknown {
  return row.find(cell => cell.name === name)?.value;
}

function keyOf(...cells: [Cell, Cell]): string {
  return JSON.stringify(cells.map(({ name, value }) => [name, value]).sort());
}
