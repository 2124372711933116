/** What a reader wants to know at first, as bars: the rows that have a headline. */
import { label, tag } from "../cli/report/markup";
import { amount, withSpread } from "./amounts";
import type { Row } from "./row";

const width = 760;
const rowHeight = 64;
const top = 16;
/** Where the bars begin, and how long the longest is. */
const left = 24;
const longest = 440;
const barHeight = 12;
const colours = { ours: "#2f6fde", theirs: "#9aa4b2", ink: "#1d2733", soft: "#5b6776" };
const font = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** An SVG of the rows that have a headline; both bars of a row have its own scale. */
export function picture(rows: readonly Row[]): string {
  const shown = rows.flatMap(row => (row.headline === undefined ? [] : [{ ...row, headline: row.headline }]));
  const height = top + shown.length * rowHeight;
  return tag(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      "font-family": font,
      role: "img",
      "aria-label": "What a user waits for, beside what is done today",
    },
    tag("rect", { width, height, fill: "#ffffff" }),
    ...shown.map((row, index) => bars(row, top + index * rowHeight)),
  );
}

function bars(row: Row & { headline: string }, y: number): string {
  const { ours, theirs, against, unit, result, resultUnit, headline } = row;
  const most = Math.max(ours.median, theirs?.median ?? 0, Number.MIN_VALUE);
  const bar = (at: number, value: number, fill: string, text: string) => {
    const length = Math.max(2, (value / most) * longest);
    return (
      tag("rect", { x: left, y: at, width: length, height: barHeight, rx: 2, fill }) +
      label(left + length + 8, at + barHeight - 2, text, { "font-size": 11, fill: colours.soft })
    );
  };
  const ratio = resultUnit === "×" ? `  ${withSpread(result, resultUnit)}` : "";
  return [
    label(left, y + 10, headline + ratio, { "font-size": 13, "font-weight": 600, fill: colours.ink }),
    bar(y + 18, ours.median, colours.ours, `${amount(ours, unit)} ours`),
    ...(theirs === undefined
      ? []
      : [bar(y + 34, theirs.median, colours.theirs, `${amount(theirs, unit)} ${against}`)]),
  ].join("");
}
