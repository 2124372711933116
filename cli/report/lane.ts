/** One environment: the certificate that served it, the steps that concern it, and its requests. */
import { type MarkKind, sign, spread } from "./marks";
import { label, tag, tooltip } from "./markup";
import type { Scale } from "./scale";
import type { Lane, RequestCount, Span, Step } from "./timeline";

/** The class for a certificate. */
export type ColorOf = (certificate: string) => string;

/** Heights, from the top of a lane: the marks, the bar, the requests. */
const MARKS = 9;
const BAR = { top: 22, height: 20 };
const REQUESTS = { top: 50, height: 46 };

const INTERVAL_MS = 100;

export interface LaneOptions {
  lane: Lane;
  steps: Step[];
  scale: Scale;
  colorOf: ColorOf;
  /** The most requests in an interval, of all lanes: they share a scale. */
  most: number;
  left: number;
}

/** Without a load, there is nothing below the bar but the summary. */
export function laneHeight({ requests }: Lane): number {
  return requests === undefined ? 84 : 122;
}

export function lane(y: number, options: LaneOptions): string {
  const { lane: shown, steps, scale, colorOf } = options;
  const { branch, environmentType, spans, summary, isFailed } = shown;
  const below = shown.requests === undefined ? BAR.top + BAR.height : REQUESTS.top + REQUESTS.height;
  return tag(
    "g",
    { class: "lane", "data-branch": branch, transform: `translate(0 ${y})` },
    label(scale.x(scale.to), below + 14, summary, {
      class: isFailed ? "small failed-text" : "small",
      "text-anchor": "end",
    }),
    label(0, BAR.top + 15, shortened(branch, 14), { class: "name" }),
    label(0, BAR.top + 32, environmentType),
    ...spans.map(span => servingBar(span, scale, colorOf)),
    ...(shown.requests === undefined ? [] : requestBars(shown.requests, options)),
    marks(steps, scale, MARKS, BAR.top),
  );
}

function requestBars(all: readonly RequestCount[], options: LaneOptions): string[] {
  const { scale, left, most } = options;
  return [
    label(0, REQUESTS.top + REQUESTS.height - 13, "requests", { class: "small" }),
    label(0, REQUESTS.top + REQUESTS.height, "per 100 ms", { class: "small" }),
    label(left - 8, REQUESTS.top + 9, String(most), { class: "small", "text-anchor": "end" }),
    label(left - 8, REQUESTS.top + REQUESTS.height, "0", { class: "small", "text-anchor": "end" }),
    ...all.map(count => requests(count, options)),
    tag("line", {
      class: "base",
      x1: left,
      x2: scale.x(scale.to),
      y1: REQUESTS.top + REQUESTS.height,
      y2: REQUESTS.top + REQUESTS.height,
    }),
  ];
}

function servingBar(span: Span, scale: Scale, colorOf: ColorOf): string {
  const from = scale.x(span.from);
  const width = scale.x(span.to) - from;
  if (width <= 0) return "";
  const times = `${seconds(scale, Math.max(span.from, scale.from))} to ${seconds(scale, span.to)}`;
  return (
    tag(
      "rect",
      {
        class: `serving ${colorOf(span.certificate)}`,
        x: from,
        y: BAR.top,
        width,
        height: BAR.height,
        rx: 3,
      },
      tooltip(`${span.certificate} served from ${times}`),
    ) + insideLabel(from, width, BAR.top + 14, span.certificate)
  );
}

/** What does not fit is left out: the tooltip has it all. */
export function insideLabel(x: number, width: number, y: number, text: string, className = "inside"): string {
  const fits = Math.floor((width - 14) / 6.7);
  if (fits < 6) return "";
  return label(x + 7, y, shortened(text, fits), { class: className });
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Stacked by the certificate with which they were answered, failures on top. */
function requests(count: RequestCount, { scale, most, colorOf, lane: { branch } }: LaneOptions): string {
  const x = scale.x(count.at);
  // The last one may have been cut short.
  if (count.at + INTERVAL_MS > scale.to) return "";
  const width = Math.max(1, scale.x(count.at + INTERVAL_MS) - x - 1);
  const perRequest = REQUESTS.height / Math.max(1, most);
  let top = REQUESTS.top + REQUESTS.height;
  const piece = (number: number, className: string) => {
    const height = number * perRequest;
    top -= height;
    return height <= 0 ? "" : tag("rect", { class: className, x, y: top, width, height });
  };
  // An interval tells how many answers named a certificate, failed ones too: what failed is taken off the last.
  let remaining = count.ok;
  const answered = Object.entries(count.certificates).map(([name, number]) => {
    const ok = Math.min(number, remaining);
    remaining -= ok;
    return piece(ok, colorOf(name));
  });
  const names = Object.entries(count.certificates).map(([name, number]) => `${number} with ${name}`);
  const time = `${seconds(scale, count.at)}: ${count.ok} ok, ${count.failed} failed`;
  return tag(
    "g",
    {},
    tooltip([`${branch}, 100 ms from ${time}`, ...names].join("\n")),
    ...answered,
    piece(count.failed, "fail"),
  );
}

/** Signs in a row, moved apart, each with a line to its instant on the bar below. */
export function marks(steps: readonly Step[], scale: Scale, y: number, barTop: number): string {
  const places = spread(
    steps.map(({ at }) => scale.x(at)),
    15,
  );
  const at = (kind: MarkKind) => steps.findIndex(step => step.kind === kind);
  const [begin, end] = [places[at("redeploy")], places[Math.max(at("served"), at("failed"))]];
  const building =
    begin !== undefined && end !== undefined && end - begin > 20
      ? tag("line", { class: "building", x1: begin + 9, x2: end - 9, y1: y, y2: y })
      : "";
  const signs = steps.map((step, index) => {
    const x = places[index] ?? 0;
    const exact = scale.x(step.at);
    const leader = tag("path", {
      class: "leader",
      d: `M${x.toFixed(1)} ${y + 7}L${exact.toFixed(1)} ${barTop}`,
    });
    return (
      leader + sign(step.kind as MarkKind, x, y, `${seconds(scale, step.at)}  ${step.kind}: ${step.text}`)
    );
  });
  return building + signs.join("");
}

export function seconds(scale: Scale, at: number): string {
  const value = scale.seconds(at).toFixed(2);
  return `${value.replace("-", "−")} s`;
}
