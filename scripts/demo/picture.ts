/** The chart by itself, as an SVG file that follows the reader's light or dark: for the README. */

import { chart } from "../../cli/report/chart";
import { kindsOf, markTitles, sign } from "../../cli/report/marks";
import { label, tag } from "../../cli/report/markup";
import { STYLE } from "../../cli/report/style";
import type { Timeline } from "../../cli/report/timeline";
import { timelineOf } from "./chartData";
import type { Demonstration } from "./record";

const MARGIN = 24;
const LEGEND_HEIGHT = 34;
/** Width of a letter on average, in pixels: a text in a file cannot be measured. */
const LETTER = 6.1;

export function pictureOf(demonstration: Demonstration): string {
  const timeline = timelineOf(demonstration);
  const svg = chart(timeline);
  const [, width = "0", height = "0"] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  const size = { width: Number(width) + 2 * MARGIN, height: Number(height) + MARGIN + LEGEND_HEIGHT };
  const [words = ""] = /<title id=.*?<\/desc>/.exec(svg) ?? [];
  // An image has no pointer to rest on anything: without its tooltips it is half as large.
  const drawing = svg
    .replace(/<title>[^<]*<\/title>/g, "")
    .replace(/^<svg [^>]*>/, "")
    .replace(/<\/svg>$/, "")
    .replace(words, "");
  const picture = tag(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${size.width} ${size.height}`,
      role: "img",
      "aria-labelledby": "chart-title chart-description",
    },
    words,
    tag("style", {}, STYLE),
    tag("rect", { class: "card-back", ...size, rx: 10 }),
    tag("g", { transform: `translate(${MARGIN} ${MARGIN / 2})` }, drawing),
    tag("g", { transform: `translate(${MARGIN + 118} ${size.height - 18})` }, ...legend(timeline)),
  );
  return `${picture}\n`;
}

function legend({ steps }: Timeline): string[] {
  let x = 0;
  return kindsOf(steps).map(kind => {
    const entry = sign(kind, x + 6, -4) + label(x + 18, 0, markTitles[kind]);
    x += 44 + markTitles[kind].length * LETTER;
    return entry;
  });
}
