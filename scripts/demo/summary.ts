/** The figures of a demonstration in words, and what is wrong with them. */
import type { LoadResult } from "../../emulator/load";
import type { Figures } from "./record";

/** What must hold for a rotation to be called safe; each sentence is one that does not. */
export function problemsOf(figures: Figures): string[] {
  const { failed, certificatesLeft, hazards, violations } = figures;
  const { redeploys, deployments, writes, expectedWrites, secondWrites, secretsInState } = figures;
  const checks: [boolean, string][] = [
    [failed === 0, `${failed} requests failed`],
    [redeploys === deployments, `${redeploys} redeploys for ${deployments} environments`],
    [writes === expectedWrites, `${writes} writes instead of ${expectedWrites}`],
    [secondWrites === 0, `${secondWrites} writes in the second run, which has nothing to do`],
    [certificatesLeft === 1, `${certificatesLeft} certificates are left at Zuplo`],
    [violations === 0, `${violations} times a build ran without the certificate that its variable names`],
    [hazards === 0, `${hazards} times a push would have broken an environment`],
    [secretsInState === 0, `${secretsInState} secrets stand in the state`],
  ];
  return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}

/** The line of `--json`. */
export function jsonOf(figures: Figures): string {
  const { requests, failed, redeploys, writes, expectedWrites, certificatesLeft, secretsInState } = figures;
  return JSON.stringify({
    requests,
    failed,
    redeploys,
    writes,
    expectedWrites,
    certificatesLeft,
    secretsInState,
  });
}

export function summaryOf(figures: Figures): string {
  const { certificates: K, variables: V, environmentTypes: S, deployments: E } = figures;
  const rows: [string, string][] = [
    [
      "requests",
      `${grouped(figures.requests)}, ${Math.round(figures.ratePerSecond)} a second${shedOf(figures)}`,
    ],
    ["failed", grouped(figures.failed)],
    ["latency", `${figures.p50.toFixed(1)} ms median, ${figures.p99.toFixed(1)} ms at the 99th percentile`],
    ["rotation", `${(figures.rotationMs / 1000).toFixed(1)} s`],
    ["redeploys", `${figures.redeploys} for ${E} environments`],
    [
      "writes",
      `${figures.writes}, expected ${figures.expectedWrites} = ${formula({ K, V, S, E })}; ` +
        `${figures.secondWrites} in a second run`,
    ],
    ["certificates left", String(figures.certificatesLeft)],
    ["hazards", `${figures.hazards}, and ${figures.violations} violations`],
    ["secrets in state", String(figures.secretsInState)],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(18)} ${value}\n`).join("");
}

/** What was not sent cannot have failed: it says how much the machine carries, not whether the rotation was safe. */
function shedOf({ shed }: Figures): string {
  return shed === 0 ? "" : `; ${grouped(shed)} more were not sent, since this machine was too busy`;
}

function formula({ K, V, S, E }: Record<"K" | "V" | "S" | "E", number>): string {
  return `${K} uploaded + ${V} variables + ${K}×${S} disabled + ${E} redeployed + ${K} deleted`;
}

/** 12 345, with a thin space. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** The part of the figures that the load knows. */
export function loadFigures(
  load: LoadResult,
): Pick<Figures, "requests" | "failed" | "shed" | "ratePerSecond" | "p50" | "p99"> {
  const { requests, failed, shed, ratePerSecond, latencies } = load;
  return { requests, failed, shed, ratePerSecond, ...latencies };
}
