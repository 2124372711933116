/** The chart: what Zuplo holds, and a lane for each environment, over one time axis. */
import { type ColorOf, insideLabel, lane, laneHeight, marks, seconds } from "./lane";
import { escaped, label, tag, tooltip } from "./markup";
import { createScale, type Scale } from "./scale";
import { type Band, colorsOf, type HeldSpan, type Step, type Timeline } from "./timeline";

const WIDTH = 1190;
const LEFT = 118;
const TOP = 34;
const HELD_ROW = 25;

export function chart(timeline: Timeline): string {
  const { lanes, bands, held } = timeline;
  const scale = scaleOf(timeline);
  const colorOf = colorsOf(timeline);
  const steps = timeline.steps.filter(({ kind }) => kind !== "read");
  const heldHeight = 24 + held.length * HELD_ROW + 24;
  const lanesTop = TOP + 10 + heldHeight;
  const height = Math.max(0, ...lanes.map(laneHeight));
  const bottom = lanesTop + lanes.length * height - 6;
  const counts = lanes.flatMap(({ requests = [] }) => requests.map(({ ok, failed }) => ok + failed));
  const most = Math.max(1, ...counts);
  return tag(
    "svg",
    {
      class: "chart",
      viewBox: `0 0 ${WIDTH} ${bottom + 44}`,
      role: "img",
      "aria-labelledby": "chart-title chart-description",
    },
    tag("title", { id: "chart-title" }, "Timeline of the rotation"),
    tag("desc", { id: "chart-description" }, escaped(inWords(timeline))),
    ...bands.map(one => band(one, scale, bottom)),
    axis(scale, bottom),
    heldLane(TOP + 10, held, { scale, colorOf, steps: steps.filter(({ branch }) => branch === "") }),
    ...lanes.map((one, index) =>
      lane(lanesTop + index * height, {
        lane: one,
        scale,
        colorOf,
        most,
        left: LEFT,
        steps: steps.filter(({ branch }) => branch === one.key),
      }),
    ),
  );
}

/** For whom the picture is read aloud: what each lane shows. The table below it has the steps. */
function inWords({ lanes, zero }: Timeline): string {
  const told = lanes.map(({ branch, environmentType, spans, summary }) => {
    const last = spans.at(-1);
    const served =
      last === undefined
        ? "was served by no certificate"
        : `is served by ${last.certificate} since second ${((last.from - zero) / 1000).toFixed(1)}`;
    return `${branch} (${environmentType}) ${served}: ${summary}.`;
  });
  return told.join(" ");
}

function scaleOf({ bands, lanes, zero }: Timeline): Scale {
  const starts = lanes.flatMap(({ requests = [] }) => requests.slice(0, 1).map(({ at }) => at));
  const from = Math.min(zero, ...starts, ...bands.map(band => band.from));
  const to = Math.max(zero, ...bands.map(band => band.to));
  return createScale({ from, to, zero }, { left: LEFT, right: WIDTH - 6 });
}

function band({ title, from, to, isMain }: Band, scale: Scale, bottom: number): string {
  const x = scale.x(from);
  const width = scale.x(to) - x;
  const duration = `${((to - from) / 1000).toFixed(1)} s`;
  const area = isMain ? tag("rect", { class: "band", x, y: 0, width, height: bottom, rx: 4 }) : "";
  return `${area}${label(x + 8, 18, title, { class: "phase" })}${label(x + width - 8, 18, duration, { "text-anchor": "end" })}`;
}

function axis(scale: Scale, bottom: number): string {
  const lines = scale.ticks.map(
    ({ x, text }) =>
      tag("line", { class: "grid", x1: x, x2: x, y1: TOP - 6, y2: bottom + 5 }) +
      label(x, bottom + 20, text, { "text-anchor": "middle" }),
  );
  const middle = (scale.x(scale.from) + scale.x(scale.to)) / 2;
  const title = label(middle, bottom + 38, "seconds since the rotation began", { "text-anchor": "middle" });
  return `${lines.join("")}${title}`;
}

function heldLane(
  y: number,
  held: HeldSpan[][],
  { scale, colorOf, steps }: { scale: Scale; colorOf: ColorOf; steps: Step[] },
): string {
  const rows = held.map((spans, row) =>
    spans.map(span => heldBar(span, 22 + row * HELD_ROW, scale, colorOf)).join(""),
  );
  return tag(
    "g",
    { transform: `translate(0 ${y})` },
    label(0, 37, "at Zuplo", { class: "name" }),
    label(0, 54, "enabled for"),
    ...rows,
    marks(steps, scale, 9, 22),
  );
}

function heldBar(span: HeldSpan, y: number, scale: Scale, colorOf: ColorOf): string {
  const x = scale.x(span.from);
  const width = scale.x(span.to) - x;
  if (width <= 0) return "";
  const isOff = span.environments?.length === 0;
  const text = isOff ? "none" : (span.environments?.join(" + ") ?? "in use");
  const times = `${seconds(scale, span.from)} to ${seconds(scale, span.to)}`;
  const className = isOff ? "off" : colorOf(span.certificate);
  return (
    tag(
      "rect",
      { class: className, x: x + 0.5, y, width: Math.max(1, width - 1), height: 20, rx: 3 },
      tooltip(
        `${span.certificate}\n${span.environments === undefined ? "" : "enabled for "}${text}\n${times}`,
      ),
    ) + insideLabel(x, width, y + 14, text, isOff ? "off-text" : "inside")
  );
}
