/** The report of a demonstration: one page that needs nothing but itself. */

import { chart } from "../../cli/report/chart";
import { escaped, tag } from "../../cli/report/markup";
import { card, cards, legend, page, scrollable, section, stepTable, swatch } from "../../cli/report/page";
import { timelineOf } from "./chartData";
import type { Demonstration, Figures } from "./record";
import { grouped } from "./summary";

export function reportOf(demonstration: Demonstration): string {
  const { figures, phases } = demonstration;
  const timeline = timelineOf(demonstration);
  return page("A certificate rotation under load", [
    lead(demonstration),
    figureCards(figures),
    section(
      "What happened when",
      tag(
        "p",
        {},
        "The bar of an environment is the certificate with which its gateway calls the backend; below it are its ",
        "requests in each tenth of a second, in the colour of the certificate that they used. ",
        "Rest the pointer on anything for details.",
      ),
      scrollable("Timeline of the rotation", chart(timeline)),
      legend(timeline, swatch("fail", "failed requests")),
    ),
    section(
      "The trace of the rotation",
      stepTable(timeline, "Every call and every new build, in order", "Call"),
    ),
    tag("footer", {}, `${new Date(phases[0]?.from ?? 0).toISOString()} · made by pulumi-zuplo’s npm start`),
  ]);
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
  const all = [
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
  return cards(...all);
}
