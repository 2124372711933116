import { RedeployFailed, VerificationFailed, ZuploError } from "../api/errors";
import type { CertificateResponse } from "../api/responses";
import { familyOf } from "../certificates/name";
import type { ProjectSession } from "../projectSession";
import type { Code } from "../text/codes";
import { enumerated } from "../text/enumerated";
import { quote } from "../text/redact";
import { isSameVariable, type VariableValue } from "./branchVariable";
import type { DisarmReport } from "./disarm";
import type { ChangedVariable, RollbackReport } from "./rollback";
import type { InUse } from "./superseded";
import type { Target } from "./target";

/** The variables that a roll changes, with the values to go back to, as far as they are known. */
export function changedVariables(
  session: ProjectSession,
  wanted: InUse,
  before: InUse | undefined,
): ChangedVariable[] {
  const { ledger, run, scope } = session;
  // What a variable that is new goes back to. Where the deployment had no certificate, there is nothing.
  const predecessorOf = (certificate: string) => {
    const found = run.program.redeployments.predecessorOf(scope.project, certificate);
    return found !== undefined && before?.certificates.includes(found) === true ? found : undefined;
  };
  return wanted.variables.flatMap(now => {
    const last = before?.variables.find(known => isSameVariable(known, now))?.value;
    // One that was there before this run took it over, or to which a rollback of an earlier run has gone back.
    const value = last ?? ledger.lastOf(now) ?? predecessorOf(now.value);
    return value === undefined || value === now.value
      ? []
      : [{ last: { branch: now.branch, name: now.name, value }, now }];
  });
}

/** Variables of the branch that this run has set to the same certificates, and that no Redeployment lists. */
export function changedBeside(
  { ledger, run: { program }, scope }: ProjectSession,
  { name, branch }: Target,
  { certificates }: InUse,
  existing: readonly CertificateResponse[],
): ChangedVariable[] {
  const listed = program.redeployments
    .of(scope.project, { name, branchName: branch })
    .flatMap(({ variables }) => variables);
  const works = (value: string) => value === "" || existing.some(({ name }) => name === value);
  return ledger.changedTo(certificates).flatMap(({ last, set: _, ...now }) => {
    const isOpen = now.branch === branch && !listed.some(variable => isSameVariable(variable, now));
    return isOpen && last !== undefined && last !== now.value && works(last)
      ? [{ last: { ...now, value: last }, now }]
      : [];
  });
}

/**
 * What the deployment used before: as the state tells, and as the variables that were taken over did. What is gone counts
 * where going back would name it: another generation of what this program rotates.
 */
export function certificatesBefore(
  { run: { program }, scope }: ProjectSession,
  { environmentType }: Target,
  { certificates }: InUse,
  changed: readonly ChangedVariable[],
  before: InUse | undefined,
  existing: readonly CertificateResponse[],
): string[] {
  const isThere = (wanted: string) => existing.some(({ name }) => name === wanted);
  const own = certificates.filter(name => program.certificates.enables(scope.project, name, environmentType));
  const isNamed = (name: string) => changed.some(({ last }) => last.value === name);
  const used = (before?.certificates ?? []).filter(
    name => isThere(name) || isNamed(name) || isEarlier(name, own),
  );
  const named = changed.flatMap(({ last: { value }, now }) =>
    isThere(value) || isEarlier(value, [now.value]) ? [value] : [],
  );
  return [...new Set([...used, ...named])];
}

/** Whether a name is that of another generation of one of these certificates, be it there or not. */
function isEarlier(name: string, names: readonly string[]): boolean {
  const family = familyOf(name);
  return family !== undefined && names.some(other => familyOf(other) === family);
}

/** Whether there is something to go back to that worked, as far as can be told. */
export function isWayBack(
  { builds }: ProjectSession,
  { environmentType: type }: Target,
  certificates: readonly string[],
  changed: readonly ChangedVariable[],
  before: InUse | undefined,
  existing: readonly CertificateResponse[],
): boolean {
  const isTakenOver = (variable: VariableValue) =>
    before?.variables.some(known => isSameVariable(known, variable)) !== true;
  // A variable without a value works, too: the gateway then shows no certificate.
  const works = (value: string) =>
    value === "" ||
    existing.some(
      certificate =>
        certificate.name === value &&
        // Another deployment of this run may have let it go.
        (certificate.environments[type] || builds.isDisabled(certificate, type)),
    );
  // What any other variable had before says nothing of whether the deployment worked.
  const naming = changed.filter(({ now }) => certificates.includes(now.value));
  if (before === undefined && naming.length === 0) return false;
  return naming.every(({ last }) => !isTakenOver(last) || works(last.value));
}

/** Whatever ends a roll after the redeploy is a failure of it: it is not known whether the new build works. */
export function asFailure(target: Pick<Target, "name">, error: unknown): RedeployFailed | VerificationFailed {
  if (error instanceof RedeployFailed || error instanceof VerificationFailed) return error;
  if (error instanceof ZuploError) {
    const { operation, problem, advice, status, code, right } = error;
    return new RedeployFailed({ operation, problem, advice, right, code, status });
  }
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  return new RedeployFailed({
    operation: { verb: "redeploy", resource: "deployment", name: target.name },
    problem: `internal error of the Zuplo provider (${name}: ${quote(message)})`,
    advice: "Run the same command again; if the error persists, please report it.",
    code: "ZUPLO1901",
  });
}

/** The same error, which also tells what was restored. */
export function withReport(error: RedeployFailed | VerificationFailed, report: RollbackReport): ZuploError {
  const { restored, durationMs, isBegun } = report;
  if (!isBegun) {
    const outcome = `Not rolled back, and nothing more was written: ${report.problem}`;
    return retold(error, outcome, report.code ?? "ZUPLO1401");
  }
  const list = restored.length === 0 ? "nothing" : restored.join(", ");
  const outcome = report.problem === undefined ? "" : `. The rollback did not complete: ${report.problem}`;
  const told = `Rolled back in ${(durationMs / 1000).toFixed(1)} s: ${list}${outcome}`;
  // Where everything is back and fails verification, too, the cause is what the error says.
  const isBack = report.problem === undefined || report.build !== undefined;
  return retold(error, told, isBack ? error.code : "ZUPLO1411");
}

/** The same error, where there was nothing to go back to: what deployments to come had got was put back all the same. */
export function withoutWayBack(
  error: RedeployFailed | VerificationFailed,
  { putBack, problem }: DisarmReport,
): ZuploError {
  const put =
    putBack.length === 0
      ? ""
      : `. For later deployments, set back to the previous value: ${namesOf(putBack)}`;
  const left =
    problem === undefined ? "" : `. Variables of later deployments could not be set back: ${problem}`;
  const outcome = `There was nothing to go back to, so nothing was rolled back${put}${left}`;
  return retold(error, outcome, "ZUPLO1402");
}

/** The same error, where Zuplo was not asked for a build. */
export function withPutBack(
  error: RedeployFailed | VerificationFailed,
  putBack: readonly VariableValue[],
): ZuploError {
  const outcome = `Nothing was redeployed. For later deployments, set back to the previous value: ${namesOf(putBack)}`;
  return retold(error, outcome, error.code);
}

function namesOf(variables: readonly VariableValue[]): string {
  return enumerated(variables.map(({ branch, name }) => `'${quote(`${branch}/${name}`)}'`));
}

/** What it says last is what to act on: the code is that of the outcome, where it has one. */
function retold(error: RedeployFailed | VerificationFailed, outcome: string, code: Code): ZuploError {
  const { operation, problem, advice, status, right } = error;
  const details = { operation, advice, right, problem, outcome, code, status };
  return error instanceof RedeployFailed ? new RedeployFailed(details) : new VerificationFailed(details);
}
