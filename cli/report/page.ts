/** A page that needs nothing but itself. */
import { kindsOf, type MarkKind, markTitles, sign } from "./marks";
import { escaped, tag } from "./markup";
import { STYLE } from "./style";
import type { Step, Timeline } from "./timeline";

/** @param sections markup */
export function page(title: string, sections: readonly string[]): string {
  return `<!doctype html>\n${tag(
    "html",
    { lang: "en" },
    tag(
      "head",
      {},
      '<meta charset="utf-8">',
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      tag("title", {}, escaped(title)),
      tag("style", {}, STYLE),
    ),
    tag("body", {}, tag("main", {}, tag("h1", {}, escaped(title)), ...sections)),
  )}\n`;
}

/** @param content markup */
export function section(title: string, ...content: string[]): string {
  return tag("section", { class: "card" }, tag("h2", {}, title), ...content);
}

/** Wider than a small window; the keyboard can move it, too. */
export function scrollable(name: string, content: string): string {
  return tag("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": name }, content);
}

/** @param value markup. */
export function card(title: string, value: string | number, note: string, isGood?: boolean): string {
  const className = isGood === undefined ? undefined : isGood ? "good" : "bad";
  return tag(
    "div",
    { class: className },
    tag("dt", {}, title),
    tag("dd", { class: "value" }, String(value)),
    tag("dd", { class: "note" }, note),
  );
}

export function cards(...all: string[]): string {
  return tag("dl", { class: "figures" }, ...all);
}

/** The signs that stand in the chart, beside the colours of the certificates. */
export function legend({ steps, old }: Timeline, ...more: string[]): string {
  return tag(
    "ul",
    { class: "legend" },
    swatch("old", `old certificate${old.size > 1 ? "s" : ""}`),
    swatch("new", "new certificate"),
    ...more,
    ...kindsOf(steps).map(kind => tag("li", {}, icon(kind), markTitles[kind])),
  );
}

export function swatch(className: string, text: string): string {
  return tag("li", {}, tag("i", { class: className }), text);
}

function icon(kind: MarkKind): string {
  return tag("svg", { viewBox: "-8 -8 16 16", "aria-hidden": "true" }, sign(kind, 0, 0));
}

/** @param last title of the column for what a step was made by, or for */
export function stepTable({ steps, lanes, zero }: Timeline, caption: string, last: string): string {
  const head = tag(
    "tr",
    {},
    tag("th", { class: "number", scope: "col" }, "Seconds"),
    ...["Step", "Where", "What", last].map(title => tag("th", { scope: "col" }, title)),
    tag("th", { class: "number", scope: "col" }, "Status"),
  );
  const placeOf = (key: string) => lanes.find(lane => lane.key === key)?.branch ?? (key || "project");
  const rows = steps.map(step => row(step, placeOf(step.branch), zero));
  const body = [tag("caption", {}, caption), tag("thead", {}, head), tag("tbody", {}, ...rows)];
  return scrollable("Trace of the rotation", tag("table", {}, ...body));
}

function row({ kind, at, text, call, status }: Step, place: string, zero: number): string {
  // The part that all calls of a project share says nothing.
  const short = call.replace(/ \/v1\/accounts\/[^/]+\/projects\/[^/]+\//, " …/");
  return tag(
    "tr",
    { class: kind === "read" ? "read" : undefined },
    tag("td", { class: "number" }, ((at - zero) / 1000).toFixed(2)),
    tag("td", { class: "step" }, kind === "read" ? "" : icon(kind), kind),
    tag("td", {}, escaped(place)),
    tag("td", {}, escaped(text)),
    tag("td", {}, tag("code", { title: call }, escaped(short))),
    tag("td", { class: "number" }, status === 0 ? "" : String(status)),
  );
}
