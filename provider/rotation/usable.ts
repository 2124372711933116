import { Invalid } from "../api/errors";
import type { CertificateResponse, EnvironmentType } from "../api/responses";
import { whereKeyIsLimited } from "../api/rights";
import type { ProjectSession } from "../projectSession";
import { type Code, coded } from "../text/codes";
import { quote } from "../text/redact";
import { say } from "../text/vocabulary";
import type { VariableValue } from "./branchVariable";
import { canBind, typeOf } from "./builds";
import type { Target } from "./target";

/** A redeploy with a certificate that is missing or not enabled would break the deployment: better none at all. */
export async function usableCertificates(
  session: ProjectSession,
  target: Target,
  {
    certificates,
    environmentType,
  }: { certificates: readonly string[]; environmentType?: EnvironmentType | undefined },
): Promise<CertificateResponse[]> {
  const type = target.environmentType;
  if (environmentType !== undefined && environmentType !== type) {
    throw invalid(
      target,
      `its environment type is ${type}, not ${environmentType}`,
      `Set \`environmentType\` to "${type}", in the Redeployment or in the stage that names it, and run ${say.apply} again.`,
      "ZUPLO1316",
    );
  }
  const missingFrom = (list: readonly CertificateResponse[]) =>
    certificates.find(name => !list.some(certificate => certificate.name === name));
  let existing = await session.certificates.list();
  // Another stack may have uploaded it since the list was read.
  if (missingFrom(existing) !== undefined) existing = await session.certificates.refresh();
  const missing = missingFrom(existing);
  if (missing !== undefined) {
    throw invalid(
      target,
      `certificate '${missing}' does not exist`,
      `Upload it first, or correct \`certificates\`. ${whereKeyIsLimited("its environment types", "MtlsCertificate")}`,
      "ZUPLO1223",
    );
  }
  await enableAgain(session, target, certificates);
  existing = await session.certificates.list();
  const disabled = existing.find(
    ({ name, environments }) => certificates.includes(name) && !environments[type],
  );
  if (disabled !== undefined) {
    const advice = `Add "${type}" to the \`environments\` of the certificate, and run ${say.apply} again.`;
    const problem = `certificate '${disabled.name}' is not enabled for ${type}`;
    throw invalid(target, problem, advice, "ZUPLO1316");
  }
  return existing;
}

/** Enables what the program has enabled and somebody has disabled: a destroy that did not end, for instance. */
export async function enableAgain(
  session: ProjectSession,
  { name: deployment, environmentType: type }: Target,
  names: readonly string[],
): Promise<void> {
  const { program, log } = session.run;
  const disabled = (await session.certificates.list()).filter(
    ({ name, environments }) =>
      names.includes(name) &&
      !environments[type] &&
      program.certificates.enables(session.scope.project, name, type),
  );
  for (const certificate of disabled) {
    const { id, name } = certificate;
    await noteBuiltWithout(session, certificate, type);
    await session.safety.enable(id, [type]);
    const text = `MtlsCertificate '${quote(name)}' had been disabled for ${type}: it is enabled again before the redeploy of '${quote(deployment)}'.`;
    log.info(coded("ZUPLO1318", text));
  }
}

/**
 * Remembers which deployments have been built without a certificate of theirs while somebody had disabled it. Once it is
 * enabled again, nothing at Zuplo tells, and their Redeployments show no change.
 */
async function noteBuiltWithout(
  session: ProjectSession,
  certificate: CertificateResponse,
  type: EnvironmentType,
): Promise<void> {
  const { ledger, builds, run, scope } = session;
  const usesIt = (certificates: readonly string[]) => certificates.includes(certificate.name);
  const lacking = (await session.deployments.list()).filter(
    deployment =>
      !deployment.isWorkingCopy &&
      typeOf(deployment) === type &&
      !canBind(deployment, certificate) &&
      usesIt(run.program.redeployments.inForce(scope.project, deployment).certificates),
  );
  for (const { name } of lacking)
    ledger.noteBuiltWithout({ deployment: name, certificate: certificate.name, until: builds.moment() });
}

/** Whether the next deploy of a variable's branch can use the certificate that it names. */
export async function isUsable(session: ProjectSession, { branch, value }: VariableValue): Promise<boolean> {
  const deployment = await session.deploymentOf(branch);
  if (deployment === undefined) return true;
  const certificate = await session.certificateNamed(value);
  return certificate?.environments[typeOf(deployment)] === true;
}

function invalid(target: Target, problem: string, advice: string, code: Code): Invalid {
  const operation = { verb: "redeploy", resource: "deployment", name: target.name };
  return new Invalid({ operation, problem, advice, code });
}
