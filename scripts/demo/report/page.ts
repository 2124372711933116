/** The report: one page that needs nothing but itself. */
import type { Demonstration, Figures } from "../record";
import { type Step, stepOf } from "../steps";
import { grouped } from "../summary";
import { chart } from "./chart";
import { type MarkKind, markTitles, sign } from "./marks";
import { escaped, tag } from "./markup";
import { STYLE } from "./style";

export function reportOf(demonstration: Demonstration): string {
  const { figures, phases } = demonstration;
  const body = [
    tag("h1", {}, "A certificate rotation under load"),
    lead(demonstration),
    figureCards(figures),
    tag(
      "section",
      { class: "card" },
      tag("h2", {}, "What happened when"),
      tag(
        "p",
        {},
        "The bar of an environment is the certificate with which its gateway calls the backend; below it are its ",
        "requests in each tenth of a second, in the colour of the certificate that they used. ",
        "Rest the pointer on anything for details.",
      ),
      scrollable("Timeline of the rotation", chart(demonstration)),
      legend(demonstration),
    ),
    tag("section", { class: "card" }, tag("h2", {}, "The trace of the rotation"), table(demonstration)),
    tag("footer", {}, `${new Date(phases[0]?.from ?? 0).toISOString()} · made by pulumi-zuplo’s npm start`),
  ];
  return `<!doctype html>\n${tag(
    "html",
    { lang: "en" },
    tag(
      "head",
      {},
      '<meta charset="utf-8">',
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      tag("title", {}, "A certificate rotation under load"),
      tag("style", {}, STYLE),
    ),
    tag("body", {}, tag("main", {}, ...body)),
  )}\n`;
}

function lead({ figures, certificates, environments }: Demonstration): string {
  const names = certificates.map(({ name }) => tag("code", {}, escaped(name))).join(", ");
  const failed = figures.failed === 0 ? "None failed" : `${grouped(figures.failed)} failed`;
  return tag(
    "p",
    {},
    `${names} was replaced in ${environments.length} environments, in ${(figures.rotationMs / 1000).toFixed(1)} s, `,
    `while ${Math.round(figures.ratePerSecond)} requests a second went through their gateways. `,
    tag("strong", {}, `${failed}.`),
  );
}

function figureCards(figures: Figures): string {
  const { certificates: K, variables: V, environmentTypes: S, deployments: E } = figures;
  const findings = figures.hazards + figures.violations;
  const cards = [
    card("Failed requests", grouped(figures.failed), `of ${grouped(figures.requests)}`, figures.failed === 0),
    card(
      "Redeploys",
      figures.redeploys,
      `one for each of ${E} environments`,
      figures.redeploys === figures.deployments,
    ),
    card(
      "Writes",
      figures.writes,
      `expected ${figures.expectedWrites} = ${K} + ${V} + ${K}×${S} + ${E} + ${K}`,
      figures.writes === figures.expectedWrites,
    ),
    card("Writes of a second run", figures.secondWrites, "it has nothing to do", figures.secondWrites === 0),
    card(
      "Certificates left",
      figures.certificatesLeft,
      "of the project, at Zuplo",
      figures.certificatesLeft === 1,
    ),
    card("Unsafe instants", findings, "looked for after every write", findings === 0),
    card(
      "Secrets in the state",
      figures.secretsInState,
      "of 2 private keys and the API key",
      figures.secretsInState === 0,
    ),
    card(
      "Latency",
      `${figures.p50.toFixed(1)} <span class="unit">ms median</span>`,
      `99 % within ${figures.p99.toFixed(1)} ms`,
    ),
  ];
  return tag("dl", { class: "figures" }, ...cards);
}

/** Wider than a small window; the keyboard can move it, too. */
function scrollable(name: string, content: string): string {
  return tag("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": name }, content);
}

/** @param value markup. */
function card(title: string, value: string | number, note: string, isGood?: boolean): string {
  const className = isGood === undefined ? undefined : isGood ? "good" : "bad";
  return tag(
    "div",
    { class: className },
    tag("dt", {}, title),
    tag("dd", { class: "value" }, String(value)),
    tag("dd", { class: "note" }, note),
  );
}

function legend({ certificates, trace, environments }: Demonstration): string {
  const present = new Set(trace.map(entry => stepOf(entry, environments).kind));
  const kinds = (Object.keys(markTitles) as MarkKind[]).filter(kind => present.has(kind));
  const swatch = (className: string, text: string) => tag("li", {}, tag("i", { class: className }), text);
  return tag(
    "ul",
    { class: "legend" },
    swatch("old", `old certificate${certificates.length > 1 ? "s" : ""}`),
    swatch("new", "new certificate"),
    swatch("fail", "failed requests"),
    ...kinds.map(kind => tag("li", {}, icon(kind), markTitles[kind])),
  );
}

function icon(kind: MarkKind): string {
  return tag("svg", { viewBox: "-8 -8 16 16", "aria-hidden": "true" }, sign(kind, 0, 0));
}

function table({ trace, environments, phases }: Demonstration): string {
  const zero = phases.find(({ name }) => name === "rotation")?.from ?? 0;
  const head = tag(
    "tr",
    {},
    tag("th", { class: "number", scope: "col" }, "Seconds"),
    ...["Step", "Where", "What", "Call"].map(title => tag("th", { scope: "col" }, title)),
    tag("th", { class: "number", scope: "col" }, "Status"),
  );
  const rows = trace.map(entry => row(stepOf(entry, environments), zero));
  const caption = tag("caption", {}, "Every call and every new build, in order");
  const body = [caption, tag("thead", {}, head), tag("tbody", {}, ...rows)];
  return scrollable("Trace of the rotation", tag("table", {}, ...body));
}

function row(step: Step, zero: number): string {
  const { kind, call, status } = step;
  // The part that all calls of a project share says nothing.
  const short = call.replace(/ \/v1\/accounts\/[^/]+\/projects\/[^/]+\//, " …/");
  return tag(
    "tr",
    { class: kind === "read" ? "read" : undefined },
    tag("td", { class: "number" }, ((step.at - zero) / 1000).toFixed(2)),
    tag("td", { class: "step" }, kind === "read" ? "" : icon(kind), kind),
    tag("td", {}, escaped(step.branch || "project")),
    tag("td", {}, escaped(step.text)),
    tag("td", {}, tag("code", { title: call }, escaped(short))),
    tag("td", { class: "number" }, status === 0 ? "" : String(status)),
  );
}
