import type { ApiCall, Emulator, Finding } from "../../emulator";
import type { LoadResult } from "../../emulator/load";

import { variable } from "./program";

/** A certificate and its variable that somebody else has in use in each environment. */
export const neighbour = { certificate: "neighbour", variable: "NEIGHBOUR_MTLS_CERT" };

/** Whether a text, a state above all, has the API key or a private key in clear. */
export function holdsSecret(text: string, { apiKey }: Pick<Emulator, "apiKey">): boolean {
  return text.includes(apiKey) || /BEGIN [A-Z ]*PRIVATE KEY/.test(text);
}

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

/** What differs from the end of an undisturbed rotation of the bindings of these variables, and what was unsafe on the way. */
export function problemsOfRotation(emulator: Emulator, variables: readonly string[] = [variable]): string[] {
  const certificates = own(emulator);
  const wanted = variables.map(variable => variableIn(emulator, variable));
  const unnamed = certificates.filter(({ name }) => !wanted.includes(name));
  const problems: string[] = [];
  if (certificates.length !== variables.length)
    problems.push(`${certificates.length} certificates: ${certificates.map(({ name }) => name).join(", ")}`);
  problems.push(...unnamed.map(({ name }) => `${name} is named by no variable`));
  for (const { name, environments } of certificates)
    if (environments.join() !== "preview,production")
      problems.push(`${name} is enabled for ${environments.join()}`);
  return [
    ...problems,
    ...variables.flatMap(variable => problemsOfVariable(emulator, variable)),
    ...problemsOfNeighbour(emulator),
    ...told("violation", emulator.violations),
    ...told("hazard", emulator.hazards),
  ];
}

/** Every branch is to name one certificate, which is there, and to be served with it. */
function problemsOfVariable(emulator: Emulator, variable: string): string[] {
  const wanted = variableIn(emulator, variable);
  const isThere = own(emulator).some(({ name }) => name === wanted);
  const problems = isThere ? [] : [`${variable} is ${wanted}`];
  for (const { branch } of emulator.deployments()) {
    const value = emulator.variables(branch)[variable];
    const served = emulator.served(branch).at(-1)?.certificates[variable];
    if (value !== wanted) problems.push(`${branch}: ${variable} is ${value}`);
    if (served !== wanted) problems.push(`${branch}: ${served} is served as ${variable}`);
  }
  return problems;
}

function variableIn(emulator: Emulator, variable: string): string | undefined {
  const [first] = emulator.deployments();
  return first && emulator.variables(first.branch)[variable];
}

/**
 * What differs from the end of an undisturbed `destroy` of the certificate. Its variables are left and still name it,
 * so what is said of it counts no longer; everything else does.
 */
export function problemsOfDestroy(
  emulator: Emulator,
  destroyed: string,
  environments: number,
  /** What a variable may have been given instead, where the certificate was released from it. */
  released?: string,
): string[] {
  const problems = own(emulator).map(({ name }) => `the certificate ${name} is left`);
  const deployments = emulator.deployments();
  if (deployments.length !== environments) problems.push(`${deployments.length} deployments are left`);
  for (const { branch, state } of deployments) {
    const value = emulator.variables(branch)[variable];
    if (value !== destroyed && value !== released) problems.push(`${branch}: the variable is ${value}`);
    if (emulator.served(branch).at(-1)?.certificates[variable] !== undefined)
      problems.push(`${branch}: the certificate is served`);
    if (state === "ERROR") problems.push(`${branch}: the deployment is ${state}`);
  }
  const counts = ({ value }: Finding) => value !== destroyed && value !== released;
  return [
    ...problems,
    ...problemsOfNeighbour(emulator),
    ...told("violation", emulator.violations.filter(counts)),
    ...told("hazard", emulator.hazards.filter(counts)),
  ];
}

/** What a push at this instant would break, whatever the emulator has made of it. */
export function unsafeNow(emulator: Emulator, except: readonly string[]): string[] {
  const certificates = emulator.certificates();
  return emulator.deployments().flatMap(({ branch, environmentType }) => {
    const named = Object.entries(emulator.variables(branch)).filter(([, value]) => !except.includes(value));
    return named.flatMap(([name, value]) => {
      const certificate = certificates.find(candidate => candidate.name === value);
      if (certificate?.environments.includes(environmentType)) return [];
      return [`a push of ${branch} would break: ${name} names ${value}, which it would not bind`];
    });
  });
}

export function problemsOfLoad({ requests, failed, failures }: LoadResult): string[] {
  if (requests === 0) return ["no request was sent through the gateways"];
  if (failed === 0) return [];
  const [{ url, status, error } = { url: "" }] = failures;
  return [`${failed} of ${requests} requests failed, the first one at ${url}: ${status ?? error}`];
}

/**
 * How many deployments have let go certificates of before. One that is done may have been built while the old one was
 * still enabled for another branch of its type: it has it until it is redeployed once more.
 */
export function releasedBy(emulator: Emulator, before: readonly string[]): number {
  return emulator.deployments().filter(({ name }) => {
    const last = emulator.trace.findLast(entry => entry.kind === "build.served" && entry.subject === name);
    return last?.kind === "build.served" && last.certificates.every(bound => !before.includes(bound));
  }).length;
}

/** What one run did with redeploys. */
export interface Redeploys {
  count: number;
  /** Deployments that the state said were done before the run, and that had let the old certificates go. */
  done: number;
  /** Deployments that the run put back. */
  rolledBack: number;
}

/**
 * One redeploy for each environment, one more for each that was put back, and none again for one that was done. What
 * comes from a run before may be wanted by one binding before another one: each makes a redeploy of its own at worst.
 */
export function redeployProblems(environments: number, runs: readonly Redeploys[], bindings = 1): string[] {
  return runs.flatMap(({ count, done, rolledBack }, index) => {
    const each = index === 0 ? 1 : bindings;
    if (count <= (environments - done) * each + rolledBack) return [];
    const before = `${done} of ${environments} were done and ${rolledBack} put back`;
    return [`${count} redeploys in run ${index + 1}, although ${before}`];
  });
}

function own(emulator: Emulator) {
  return emulator.certificates().filter(({ name }) => name !== neighbour.certificate);
}

function problemsOfNeighbour(emulator: Emulator): string[] {
  const certificate = emulator.certificates().find(({ name }) => name === neighbour.certificate);
  const problems: string[] = [];
  if (certificate?.environments.join() !== "preview,production")
    problems.push(`somebody else's certificate is enabled for ${certificate?.environments.join()}`);
  for (const { branch } of emulator.deployments()) {
    const value = emulator.variables(branch)[neighbour.variable];
    const served = emulator.served(branch).at(-1)?.certificates[neighbour.variable];
    if (value !== neighbour.certificate) problems.push(`${branch}: somebody else's variable is ${value}`);
    if (served !== neighbour.certificate) problems.push(`${branch}: ${served} is served to somebody else`);
  }
  return problems;
}

function told(what: string, findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ branch, reason }) => `${what} at ${branch}: ${reason}`))];
}
