import { z } from "zod";
import { member, typed } from "../resources/contract";
import { environmentTypeSchema } from "../resources/environmentType";
import { durationSchema } from "../text/duration";

/** A data source: what it is asked with, and what it answers. */
export interface FunctionSchema {
  description: string;
  inputs: z.ZodObject;
  /** Arguments of which exactly one is given. */
  exactlyOne?: readonly string[];
  outputs: z.ZodObject;
}

const scope = {
  account: member(z.string().min(1).optional(), "Account name.", { default: "the provider's own" }),
  project: member(z.string().min(1).optional(), "Project name.", { default: "the provider's own" }),
};
const dates = {
  createdOn: member(z.string().optional(), "When it was created, ISO 8601."),
  updatedOn: member(z.string().optional(), "When it was last changed, ISO 8601."),
};

const certificate = typed(
  z.object({
    id: member(z.string(), "Identifier at Zuplo, such as cert_…; used for an import."),
    name: member(z.string(), "Name at Zuplo."),
    subject: member(z.string(), "Distinguished name of the leaf's subject."),
    issuer: member(z.string(), "Distinguished name of the leaf's issuer."),
    serialNumber: member(z.string(), "Serial number of the leaf, hex."),
    validFrom: member(z.string(), "First moment at which the leaf is valid, ISO 8601."),
    validTo: member(z.string(), "Last moment at which the leaf is valid, ISO 8601."),
    environments: member(
      z.array(environmentTypeSchema),
      "Environment types for which it is enabled; empty if it is disabled.",
    ),
    ...dates,
  }),
  "CertificateResult",
  "An mTLS client certificate as Zuplo lists it.",
);
export type CertificateResult = z.output<typeof certificate>;

const deployment = typed(
  z.object({
    name: member(z.string(), "Name of the deployment."),
    url: member(z.string().optional(), "URL at which the gateway serves it."),
    branch: member(z.string().optional(), "Branch that is deployed."),
    environmentType: member(environmentTypeSchema.optional(), "Environment type of the deployment."),
    isWorkingCopy: member(
      z.boolean(),
      "Whether it is a developer's copy in Zuplo's editor. Its branch is the one it was made from, which has a deployment of its own.",
    ),
    state: member(z.string().optional(), "State of the deployment, in Zuplo's words."),
    ...dates,
  }),
  "DeploymentResult",
  "A deployment as Zuplo lists it.",
);
export type DeploymentResult = z.output<typeof deployment>;

const environment = typed(
  z.object({
    name: member(z.string(), "Name of the environment."),
    branch: member(z.string().optional(), "Branch of the environment."),
    environmentType: member(environmentTypeSchema.optional(), "Type of the environment."),
    createdOn: dates.createdOn,
  }),
  "EnvironmentResult",
  "An environment as Zuplo lists it.",
);
export type EnvironmentResult = z.output<typeof environment>;

const authority = typed(
  z.object({
    id: member(z.string(), "Identifier at Zuplo; used for an import."),
    name: member(z.string(), "Name at Zuplo."),
    ...dates,
  }),
  "ClientMtlsCaCertificateResult",
  "A CA certificate as Zuplo lists it: without its PEM and the facts in it.",
);
export type ClientMtlsCaCertificateResult = z.output<typeof authority>;

/** The data sources, by name. */
export const functionSchemas = {
  getMtlsCertificate: {
    description: "Finds one mTLS client certificate of a project by name or id.",
    inputs: z.strictObject({
      name: member(z.string().min(1).optional(), "Name at Zuplo. Either this or `id`."),
      id: member(z.string().min(1).optional(), "Identifier at Zuplo, such as cert_…."),
      ...scope,
    }),
    exactlyOne: ["name", "id"],
    outputs: certificate,
  },
  getMtlsCertificates: {
    description: "Lists the mTLS client certificates of a project.",
    inputs: z.strictObject({
      expiresWithin: member(
        durationSchema.optional(),
        "Only those that expire within this time, or have expired, or whose date of expiry cannot be read.",
      ),
      ...scope,
    }),
    outputs: z.object({
      certificates: member(z.array(certificate), "The certificates."),
    }),
  },
  getClientMtlsCaCertificate: {
    description: "Finds one CA certificate of an account by name or id.",
    inputs: z.strictObject({
      name: member(z.string().min(1).optional(), "Name at Zuplo. Either this or `id`."),
      id: member(z.string().min(1).optional(), "Identifier at Zuplo."),
      account: scope.account,
    }),
    exactlyOne: ["name", "id"],
    outputs: authority,
  },
  getClientMtlsCaCertificates: {
    description: "Lists the CA certificates with which an account verifies its callers.",
    inputs: z.strictObject({ account: scope.account }),
    outputs: z.object({
      certificates: member(z.array(authority), "The CA certificates."),
    }),
  },
  getDeployments: {
    description: "Lists the deployments of a project.",
    inputs: z.strictObject(scope),
    outputs: z.object({ deployments: member(z.array(deployment), "The deployments.") }),
  },
  getEnvironments: {
    description: "Lists the environments of a project.",
    inputs: z.strictObject(scope),
    outputs: z.object({ environments: member(z.array(environment), "The environments.") }),
  },
} satisfies Record<string, FunctionSchema>;

export type FunctionName = keyof typeof functionSchemas;
export type FunctionInputs<Name extends FunctionName> = z.output<(typeof functionSchemas)[Name]["inputs"]>;
export type FunctionOutputs<Name extends FunctionName> = z.output<(typeof functionSchemas)[Name]["outputs"]>;
