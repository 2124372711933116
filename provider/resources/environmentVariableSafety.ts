import { familyOf } from "../certificates/name";
import type { VariableValue } from "../program";
import type { ProjectSession } from "../projectSession";
import { typeOf } from "../rotation/safety";
import type { CertificateAnswer } from "../zuplo/answers";
import { Invalid } from "../zuplo/errors";

/**
 * A variable that names a certificate which its branch cannot use would break the branch's next deploy, whoever makes
 * it. Only what looks like a certificate of ours is looked for; any other value may be anything.
 */
export async function requireUsable(
  project: ProjectSession,
  { branch, name, value }: VariableValue,
): Promise<void> {
  if (familyOf(value) === undefined && !project.run.program.isInState(value)) return;
  const deployments = await project.deployments.list();
  const deployment = deployments.find(
    ({ branchName, isWorkingCopy }) => branchName === branch && !isWorkingCopy,
  );
  if (deployment === undefined) return;
  const type = typeOf(deployment);
  const isDisabled = ({ name, environments }: CertificateAnswer) => name === value && !environments[type];
  // One that is not listed may have been uploaded since, by another stack: the redeploy looks again.
  if (!(await project.certificates.list()).some(isDisabled)) return;
  if (!(await project.certificates.refresh()).some(isDisabled)) return;
  throw new Invalid({
    operation: { verb: "set", resource: "EnvironmentVariable", name: `${branch}/${name}` },
    problem: `certificate '${value}' is not enabled for ${type}, so the next deploy of the branch would fail. Nothing was changed`,
    advice: `Add "${type}" to the \`environments\` of the certificate, and run the same command again.`,
    code: "ZUPLO1303",
  });
}
