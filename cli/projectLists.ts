import { Unauthorized, ZuploError } from "../provider/api/errors";
import type { CertificateResponse, EnvironmentResponse } from "../provider/api/responses";
import type { ProjectSession } from "../provider/projectSession";
import { asVariables } from "../provider/rotation/variables";
import type { EnvironmentReading, ProjectLists } from "./rotationBranches";

/** Reads what there is in a project. It writes nothing. */
export async function readLists(project: ProjectSession): Promise<ProjectLists> {
  const [certificates, deployments, environments] = await Promise.all([
    project.certificates.list(),
    project.deployments.list(),
    project.client.listEnvironments(project.scope),
  ]);
  // Without certificates, there is no name to look for.
  const isNamed = certificates.length > 0;
  return {
    certificates,
    deployments,
    environments: isNamed ? await readVariables(project, environments, certificates) : [],
  };
}

/** The variables of each environment, as far as Zuplo tells: the call is not documented, and a key may not make it. */
function readVariables(
  { client }: ProjectSession,
  environments: readonly EnvironmentResponse[],
  certificates: readonly CertificateResponse[],
): Promise<EnvironmentReading[]> {
  const names = certificates.map(({ name }) => name);
  return Promise.all(
    environments.map(async environment => {
      try {
        return { environment, told: asVariables(await client.readVariables(environment.name), names) };
      } catch (error) {
        if (!(error instanceof ZuploError)) throw error;
        const right = error instanceof Unauthorized ? error.right : undefined;
        return { environment, told: undefined, ...(right === undefined ? {} : { missingRight: right }) };
      }
    }),
  );
}
