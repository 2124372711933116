/** The chart: what Zuplo holds, and a lane for each environment, over one time axis. */
import type { Demonstration, Phase } from "../record";
import { type Step, stepOf } from "../steps";
import { type ColorOf, insideLabel, LANE_HEIGHT, lane, laneSummary, marks, seconds } from "./lane";
import { escaped, label, tag, tooltip } from "./markup";
import { createScale, type Scale } from "./scale";
import { type HeldSpan, heldSpans, servingSpans } from "./spans";

const WIDTH = 1190;
const LEFT = 118;
const TOP = 34;
const HELD_ROW = 25;

export function chart(demonstration: Demonstration): string {
  const { environments, phases, variable } = demonstration;
  const scale = scaleOf(demonstration);
  const colorOf = colorsOf(demonstration);
  const steps = demonstration.trace
    .map(entry => stepOf(entry, environments))
    .filter(({ kind }) => kind !== "read");
  const held = heldSpans(demonstration, scale.from, scale.to);
  const heldHeight = 24 + held.length * HELD_ROW + 24;
  const lanesTop = TOP + 10 + heldHeight;
  const bottom = lanesTop + environments.length * LANE_HEIGHT - 6;
  const counts = environments.flatMap(({ intervals }) => intervals.map(({ ok, failed }) => ok + failed));
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
    tag("desc", { id: "chart-description" }, escaped(inWords(demonstration))),
    ...phases.map(phase => band(phase, scale, bottom)),
    axis(scale, bottom),
    heldLane(TOP + 10, held, { scale, colorOf, steps: steps.filter(({ branch }) => branch === "") }),
    ...environments.map((environment, index) =>
      lane(lanesTop + index * LANE_HEIGHT, {
        environment,
        scale,
        colorOf,
        most,
        left: LEFT,
        spans: servingSpans(environment, variable, scale.to),
        steps: steps.filter(({ branch }) => branch === environment.branch),
      }),
    ),
  );
}

/** For whom the picture is read aloud: what each lane shows. The table below it has the steps. */
function inWords({ environments, phases, variable }: Demonstration): string {
  const zero = phases.find(({ name }) => name === "rotation")?.from ?? 0;
  const lanes = environments.map(environment => {
    const last = servingSpans(environment, variable, zero).at(-1);
    const served =
      last === undefined
        ? "was served by no certificate"
        : `is served by ${last.certificate} since second ${((last.from - zero) / 1000).toFixed(1)}`;
    return `${environment.branch} (${environment.environmentType}) ${served}: ${laneSummary(environment)}.`;
  });
  return lanes.join(" ");
}

function scaleOf({ phases, environments }: Demonstration): Scale {
  const starts = environments.flatMap(({ intervals }) => intervals.slice(0, 1).map(({ at }) => at));
  const zero = phases.find(({ name }) => name === "rotation")?.from ?? 0;
  const from = Math.min(zero, ...starts, ...phases.map(phase => phase.from));
  const to = Math.max(zero, ...phases.map(phase => phase.to));
  return createScale({ from, to, zero }, { left: LEFT, right: WIDTH - 6 });
}

/** Those from before the rotation, and those that came with it. */
export function colorsOf({ certificates }: Pick<Demonstration, "certificates">): ColorOf {
  const old = new Set(certificates.map(({ name }) => name));
  return certificate => (old.has(certificate) ? "old" : "new");
}

function band({ name, title, from, to }: Phase, scale: Scale, bottom: number): string {
  const x = scale.x(from);
  const width = scale.x(to) - x;
  const duration = `${((to - from) / 1000).toFixed(1)} s`;
  const area =
    name === "rotation" ? tag("rect", { class: "band", x, y: 0, width, height: bottom, rx: 4 }) : "";
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
  const isOff = span.environments.length === 0;
  const text = isOff ? "none" : span.environments.join(" + ");
  const times = `${seconds(scale, span.from)} to ${seconds(scale, span.to)}`;
  const className = isOff ? "off" : colorOf(span.certificate);
  return (
    tag(
      "rect",
      { class: className, x: x + 0.5, y, width: Math.max(1, width - 1), height: 20, rx: 3 },
      tooltip(`${span.certificate}\nenabled for ${text}\n${times}`),
    ) + insideLabel(x, width, y + 14, text, isOff ? "off-text" : "inside")
  );
}
