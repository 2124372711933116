import type { Entry } from "../../provider/record/entry";
import { enumerated } from "../../provider/text/enumerated";
import { chart } from "./chart";
import { escaped, tag } from "./markup";
import { card, cards, legend, page, scrollable, section, stepTable } from "./page";
import { recordTimeline } from "./recordTimeline";
import { type DeploymentRotation, isComplete, type Rotation, resultOf } from "./rotation";

/** The page of a real rotation, made from its records. */
export function rotationPage(entries: readonly Entry[], rotation: Rotation): string {
  const timeline = recordTimeline(entries, rotation);
  return page("A certificate rotation", [
    tag("p", {}, lead(rotation)),
    figures(rotation),
    ...failureSection(rotation),
    section(
      "What happened when",
      tag(
        "p",
        {},
        "The bar of a deployment is the certificate that it was built for, from the moment its build was served. ",
        "Rest the pointer on anything for details.",
      ),
      scrollable("Timeline of the rotation", chart(timeline)),
      legend(timeline),
    ),
    section("The deployments", deploymentTable(rotation), ...besidesText(rotation)),
    section(
      "Every step",
      stepTable(timeline, "Every write at Zuplo, build and verification, in order", "For"),
    ),
    tag("footer", {}, `${escaped(new Date(rotation.from).toISOString())} · made by pulumi-zuplo report`),
  ]);
}

function lead(rotation: Rotation): string {
  const { deployments, runs, from, to } = rotation;
  const places = new Set(deployments.map(({ deployment }) => deployment)).size;
  const took = `${plural(runs.length, "run")}, ${((to - from) / 1000).toFixed(1)} s from the first step to the last. `;
  return `${plural(places, "deployment")}, ${took}${tag("strong", {}, resultOf(rotation))}`;
}

function figures(rotation: Rotation): string {
  const { deployments, uploaded, deleted } = rotation;
  const done = deployments.filter(({ outcome }) => outcome === "done").length;
  const all = deployments.flatMap(({ verifications }) => verifications);
  const refused = all.filter(({ ok }) => !ok).length;
  return cards(
    card("Rotated", done, `of ${deployments.length}`, isComplete(rotation)),
    card("Verifications failed", refused, `of ${all.length}`, refused === 0),
    card("Certificates uploaded", uploaded.length, "at Zuplo"),
    card("Certificates deleted", deleted.length, "at Zuplo"),
  );
}

function failureSection({ runs, failures, warnings }: Rotation): string[] {
  const line = ({ run, text, code }: { run?: number; text: string; code: string | undefined }) => {
    const ofRun = run === undefined || runs.length === 1 ? "" : `Run ${run}: `;
    return tag("p", {}, ofRun, escaped(text), code === undefined ? "" : ` ${tag("code", {}, escaped(code))}`);
  };
  const told = (title: string, lines: string[]) => (lines.length === 0 ? [] : [section(title, ...lines)]);
  return [
    ...told("What failed", failures.map(line)),
    ...told("Warnings of the last run", warnings.map(line)),
  ];
}

function deploymentTable(rotation: Rotation): string {
  const { titles, rows: cells } = tableOf(rotation);
  const head = tag("tr", {}, ...titles.map(title => tag("th", { scope: "col" }, title)));
  const rows = cells.map(row => tag("tr", {}, ...row.map(cell => tag("td", {}, escaped(cell)))));
  const caption = tag("caption", {}, "Each deployment, and what it went from and to");
  return scrollable(
    "The deployments",
    tag("table", {}, caption, tag("thead", {}, head), tag("tbody", {}, ...rows)),
  );
}

function besidesText({ besides }: Rotation): string[] {
  if (besides.length === 0) return [];
  return [tag("p", {}, `Also redeployed, without a new certificate: ${escaped(enumerated(besides))}.`)];
}

/** Where a deployment has several, each row says whose it is. */
export function tableOf({ deployments }: Rotation): { titles: string[]; rows: string[][] } {
  const isShared = new Set(deployments.map(({ deployment }) => deployment)).size < deployments.length;
  const titles = ["Branch", "Deployment", "From", "To", "Build", "Outcome"];
  return {
    titles: isShared ? [...titles, "Resource"] : titles,
    rows: deployments.map(one => (isShared ? [...cellsOf(one), one.resource] : cellsOf(one))),
  };
}

function cellsOf(rotation: DeploymentRotation): string[] {
  const { branch, deployment, from, to, builds, outcome } = rotation;
  const named = (all: DeploymentRotation["from"]) =>
    all
      .map(({ name, fingerprint }) =>
        fingerprint === undefined ? name : `${name} (${fingerprint.slice(0, 16)}…)`,
      )
      .join(", ") || "–";
  return [branch, deployment, named(from), named(to), builds.at(-1)?.buildId ?? "–", outcome];
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
