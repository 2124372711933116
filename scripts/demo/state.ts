/** What an exported state tells: what is managed, and whether a secret stands in it. */
import { z } from "zod";

const Deployment = z.object({
  deployment: z.object({
    resources: z.array(
      z.object({
        type: z.string(),
        outputs: z.looseObject({ environmentType: z.string().optional() }).optional(),
      }),
    ),
  }),
});

/** What the number of writes of a rotation depends on. */
export interface Counts {
  certificates: number;
  variables: number;
  environmentTypes: number;
  deployments: number;
}

/** @param state as `pulumi stack export` prints it */
export function countsInStack(state: string): Counts {
  const { resources } = Deployment.parse(JSON.parse(state)).deployment;
  const of = (type: string) => resources.filter(resource => resource.type.endsWith(`:${type}`));
  const deployments = of("Redeployment");
  return {
    certificates: of("MtlsCertificate").length,
    variables: of("EnvironmentVariable").length,
    environmentTypes: new Set(deployments.map(({ outputs }) => outputs?.environmentType)).size,
    deployments: deployments.length,
  };
}

const TerraformState = z.object({
  resources: z.array(
    z.object({
      type: z.string(),
      instances: z.array(
        z.object({
          attributes: z.looseObject({
            deployments: z.array(z.object({ environment_type: z.string() })).optional(),
          }),
        }),
      ),
    }),
  ),
});

/**
 * A binding has one certificate, and one variable for each of its deployments.
 *
 * @param state as Terraform writes it into its file
 */
export function countsInTerraformState(state: string): Counts {
  const bindings = TerraformState.parse(JSON.parse(state))
    .resources.filter(({ type }) => type === "zuplo_mtls_binding")
    .flatMap(({ instances }) => instances);
  const deployments = bindings.flatMap(({ attributes }) => attributes.deployments ?? []);
  return {
    certificates: bindings.length,
    variables: deployments.length,
    environmentTypes: new Set(deployments.map(deployment => deployment.environment_type)).size,
    deployments: deployments.length,
  };
}

/** Uploads, variables, disables (each certificate once for each environment type), redeploys, deletes. */
export function expectedWrites({ certificates, variables, environmentTypes, deployments }: Counts): number {
  return certificates + variables + certificates * environmentTypes + deployments + certificates;
}

/** How many of the secrets stand in the text, in clear or in a form from which anyone can read them. */
export function secretsIn(text: string, secrets: readonly string[]): number {
  return secrets.filter(secret => formsOf(secret).some(form => text.includes(form))).length;
}

/** In clear, escaped for JSON, a PEM's content without its frame and lines, and base64 at each alignment. */
function formsOf(secret: string): string[] {
  const clear = secret.trim();
  const content = clear.replace(/-----[A-Z ]+-----/g, "").replace(/\s/g, "");
  return [clear, JSON.stringify(clear).slice(1, -1), content, ...base64FormsOf(clear)];
}

/** Inside a longer text the same bytes have three spellings; the characters at either end mix with their neighbours. */
function base64FormsOf(clear: string): string[] {
  return [0, 1, 2].map(offset => {
    const padded = Buffer.concat([Buffer.alloc(offset), Buffer.from(clear)]);
    return padded.toString("base64").slice(offset === 0 ? 0 : 4, -4);
  });
}
