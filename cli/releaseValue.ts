import type { CertificateResponse, DeploymentResponse } from "../provider/api/responses";
import { familyOf } from "../provider/certificates/name";
import type { ProjectSession } from "../provider/projectSession";
import { typeOf } from "../provider/rotation/builds";
import { enumerated } from "../provider/text/enumerated";
import { quote } from "../provider/text/redact";
import { CliError, UsageError } from "./errors";

/**
 * Where the value names a certificate, the next deploy of each branch has to find it.
 *
 * @returns whether it names one
 */
export async function requireUsable(
  project: ProjectSession,
  released: CertificateResponse,
  value: string,
  deployments: readonly DeploymentResponse[],
): Promise<boolean> {
  if (value === released.name) {
    throw new UsageError(
      `'${quote(value)}' is the certificate that is to be released.`,
      "Give --value the name of another one, or what the gateway's code expects.",
    );
  }
  const named = await project.certificateNamed(value);
  if (named === undefined) {
    if (familyOf(value) === undefined) return false;
    throw unusable(value, "does not exist", "Upload it first, or correct --value.");
  }
  const missing = new Set(deployments.map(typeOf).filter(type => !named.environments[type]));
  if (missing.size === 0) return true;
  const types = enumerated([...missing]);
  throw unusable(value, `is not enabled for ${types}`, `Enable it for ${types} first, or correct --value.`);
}

function unusable(value: string, why: string, remedy: string): CliError {
  const problem = `Certificate '${quote(value)}' ${why}, so the next deploy of the branch would fail. Nothing was changed.`;
  return new CliError(problem, remedy, "ZUPLO1303");
}
