import type { ApiCall, Emulator } from "../../emulator";

export const variable = "BACKEND_MTLS_CERT";

/** The redeploys that Zuplo accepted and told so; one whose answer was lost has to be repeated. */
export function redeploysIn(trace: Emulator["trace"]): ApiCall[] {
  return trace.filter(
    (entry): entry is ApiCall =>
      entry.type === "call" &&
      entry.kind === "deployment.deploy" &&
      entry.applied &&
      entry.fault?.status === undefined &&
      entry.fault?.destroy === undefined &&
      entry.fault?.delayMs === undefined,
  );
}

/** What differs from the end of an undisturbed run, and what was unsafe on the way. */
export function problemsOf(emulator: Emulator): string[] {
  const problems: string[] = [];
  const certificates = emulator.certificates();
  if (certificates.length !== 1)
    problems.push(`${certificates.length} certificates: ${certificates.map(({ name }) => name).join(", ")}`);
  const [certificate] = certificates;
  if (certificate?.environments.join() !== "preview,production")
    problems.push(`enabled for ${certificate?.environments.join()}`);
  for (const { branch } of emulator.deployments()) {
    const value = emulator.variables(branch)[variable];
    const served = emulator.served(branch).at(-1)?.certificates[variable];
    if (value !== certificate?.name) problems.push(`${branch}: the variable is ${value}`);
    if (served !== certificate?.name) problems.push(`${branch}: ${served} is served`);
  }
  for (const { branch, reason } of emulator.violations) problems.push(`violation at ${branch}: ${reason}`);
  for (const { branch, reason } of emulator.hazards) problems.push(`hazard at ${branch}: ${reason}`);
  return problems;
}

/** What the two runs did with redeploys. */
export interface Redeploys {
  disturbed: number;
  again: number;
  /** Deployments that the state says were done before the second run. */
  done: number;
  /** Deployments that the disturbed run put back. */
  rolledBack: number;
}

/** One redeploy for each environment, one more for each that was put back, and none again for one that was done. */
export function redeployProblems(environments: number, redeploys: Redeploys): string[] {
  const { disturbed, again, done, rolledBack } = redeploys;
  const problems: string[] = [];
  if (disturbed > environments + rolledBack)
    problems.push(`${disturbed} redeploys in the disturbed run, of which ${rolledBack} put something back`);
  if (again > environments - done)
    problems.push(`${again} redeploys in the next run, although ${done} of ${environments} were done`);
  return problems;
}
