import { setTimeout as sleep } from "node:timers/promises";
import type { ProjectSession } from "../projectSession";
import { isSameVariable } from "./branchVariable";
import type { ChangedInRun } from "./runLedger";

/** The engine comes from one resource to the next within it, in milliseconds. */
const quietMs = 1000;
const pauseMs = 250;
/** Nothing is waited for without an end, in milliseconds. */
const longestMs = 1_200_000;

/**
 * The deployment that this run rolls off a certificate, or is yet to roll: until what is in its place is verified there,
 * a rollback may have to go back to it. Undefined where there is none.
 */
export function yetToLeave(
  { ledger, variables, run, scope }: ProjectSession,
  certificate: string,
): string | undefined {
  const rolling = ledger.rollingFrom(certificate);
  if (rolling !== undefined) return rolling;
  const { redeployments } = run.program;
  const left = [
    ...run.program.variables.leftOf(scope.project, certificate),
    ...redeployments.departedUsersOf(certificate).flatMap(departed => departed.variables),
  ];
  // Where nobody could read what a variable had before, the resource that is deleted tells.
  const hadIt = ({ last, ...variable }: ChangedInRun) =>
    last === undefined ? left.some(one => isSameVariable(one, variable)) : last === certificate;
  return ledger
    .changed()
    .filter(now => now.value !== certificate && hadIt(now) && variables.stillHas(now))
    .flatMap(now => redeployments.yetToRollTo(scope.project, now) ?? [])[0];
}

/** Waits while a condition holds and something of this run may end it. */
export async function whileUnderWay({ run }: ProjectSession, holds: () => Promise<boolean>): Promise<void> {
  const startedAt = performance.now();
  const isOver = () => {
    const waited = performance.now() - startedAt;
    return waited > longestMs || Math.min(waited, run.program.underWay.quietMs()) > quietMs;
  };
  while ((await holds()) && !isOver()) await sleep(pauseMs, undefined, { signal: run.signal });
}
