/** The rows as a Markdown table, which is readable on a terminal, too. */
import { amount, suffix, withSpread } from "./amounts";
import { type Row, type Target, type Unit, verdictOf } from "./row";

const head = ["measured", "ours", "against", "theirs", "result (min–max)", "target", ""];

export function table(rows: readonly Row[]): string {
  const cells = rows.map(row => [
    row.what,
    amount(row.ours, row.unit),
    row.against,
    row.theirs === undefined ? "–" : amount(row.theirs, row.unit),
    withSpread(row.result, row.resultUnit),
    row.target === undefined ? "–" : targetText(row.target, row.resultUnit),
    verdictOf(row),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map(line => line[column]?.length ?? 0)),
  );
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map(width => "-".repeat(width))), ...cells.map(line)].join("\n");
}

function targetText({ kind, value }: Target, unit: Unit): string {
  const sign = { "at most": "≤", "at least": "≥", equal: "=" }[kind];
  return `${sign} ${new Intl.NumberFormat("en-US").format(value)}${suffix(unit)}`;
}
