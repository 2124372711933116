import { z } from "zod";
import { durationSchema } from "../duration";
import { scopeArgs } from "../resources/resource";
import { environmentTypes } from "../zuplo/answers";

/** A data source: what it is asked with, and what it answers. */
export interface FunctionSchema {
  description: string;
  inputs: z.ZodObject;
  outputs: z.ZodObject;
}

const scope = {
  account: scopeArgs.account.meta({ description: "Account name; the provider's own by default." }),
  project: scopeArgs.project.meta({ description: "Project name; the provider's own by default." }),
};
const dates = {
  createdOn: z.string().optional().meta({ description: "When it was created, ISO 8601." }),
  updatedOn: z.string().optional().meta({ description: "When it was last changed, ISO 8601." }),
};
const environmentType = z.enum(environmentTypes);

const certificate = z.object({
  id: z.string().meta({ description: "Identifier at Zuplo, such as cert_…; `pulumi import` takes it." }),
  name: z.string().meta({ description: "Name at Zuplo." }),
  subject: z.string().meta({ description: "Distinguished name of the leaf's holder." }),
  issuer: z.string().meta({ description: "Distinguished name of the leaf's issuer." }),
  serialNumber: z.string().meta({ description: "Serial number of the leaf, hex." }),
  validFrom: z.string().meta({ description: "First moment at which the leaf is valid, ISO 8601." }),
  validTo: z.string().meta({ description: "Last moment at which the leaf is valid, ISO 8601." }),
  environments: z
    .array(environmentType)
    .meta({ description: "Environment types for which it is enabled; empty where it is disabled." }),
  ...dates,
});
export type CertificateResult = z.output<typeof certificate>;

const deployment = z.object({
  name: z.string().meta({ description: "Name of the deployment." }),
  url: z.string().optional().meta({ description: "URL at which the gateway serves it." }),
  branch: z.string().optional().meta({ description: "Branch that is deployed." }),
  environmentType: environmentType.optional().meta({ description: "Environment type of the deployment." }),
  isWorkingCopy: z.boolean().meta({
    description:
      "Whether it is a developer's copy in Zuplo's editor. Its branch is the one from which it was made, and has a deployment of its own.",
  }),
  state: z.string().optional().meta({ description: "State of the deployment, in Zuplo's words." }),
  ...dates,
});
export type DeploymentResult = z.output<typeof deployment>;

const environment = z.object({
  name: z.string().meta({ description: "Name of the environment." }),
  branch: z.string().optional().meta({ description: "Branch of the environment." }),
  environmentType: environmentType.optional().meta({ description: "Type of the environment." }),
  createdOn: dates.createdOn,
});
export type EnvironmentResult = z.output<typeof environment>;

/** The data sources, by name. */
export const functionSchemas = {
  getMtlsCertificate: {
    description: "Finds one mTLS client certificate of a project, by its name or by its id.",
    inputs: z.strictObject({
      name: z.string().min(1).optional().meta({ description: "Name at Zuplo. Either this or `id`." }),
      id: z.string().min(1).optional().meta({ description: "Identifier at Zuplo, such as cert_…." }),
      ...scope,
    }),
    outputs: certificate,
  },
  getMtlsCertificates: {
    description: "Lists the mTLS client certificates of a project.",
    inputs: z.strictObject({
      expiresWithin: durationSchema.optional().meta({
        description: "Only those that expire within this time, or have expired.",
      }),
      ...scope,
    }),
    outputs: z.object({
      certificates: z.array(certificate).meta({ description: "The certificates." }),
    }),
  },
  getDeployments: {
    description: "Lists the deployments of a project.",
    inputs: z.strictObject(scope),
    outputs: z.object({ deployments: z.array(deployment).meta({ description: "The deployments." }) }),
  },
  getEnvironments: {
    description: "Lists the environments of a project.",
    inputs: z.strictObject(scope),
    outputs: z.object({ environments: z.array(environment).meta({ description: "The environments." }) }),
  },
} satisfies Record<string, FunctionSchema>;

export type FunctionName = keyof typeof functionSchemas;
export type FunctionInputs<Name extends FunctionName> = z.output<(typeof functionSchemas)[Name]["inputs"]>;
export type FunctionOutputs<Name extends FunctionName> = z.output<(typeof functionSchemas)[Name]["outputs"]>;
