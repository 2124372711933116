import pulumi = require("@pulumi/pulumi");

import type { EnvironmentType } from "../generated/types";
import { pluginVersion } from "./options";

/** Where to look. */
export interface ScopeArgs {
  /** Account name; zuplo:account by default. */
  account?: string | undefined;
  /** Project name; zuplo:project by default. */
  project?: string | undefined;
}

export interface GetMtlsCertificateArgs extends ScopeArgs {
  /** Name at Zuplo. Either this or `id`. */
  name?: string | undefined;
  /** Identifier at Zuplo, such as cert_…. */
  id?: string | undefined;
}

export interface GetMtlsCertificatesArgs extends ScopeArgs {
  /** Only those that expire within this time, or have expired: seconds, or a text such as "30d". */
  expiresWithin?: number | string | undefined;
}

/** An mTLS client certificate as Zuplo lists it. */
export interface CertificateResult {
  readonly id: string;
  readonly name: string;
  readonly subject: string;
  readonly issuer: string;
  /** Hex. */
  readonly serialNumber: string;
  /** ISO 8601. */
  readonly validFrom: string;
  /** ISO 8601. */
  readonly validTo: string;
  /** Environment types for which it is enabled; empty where it is disabled. */
  readonly environments: EnvironmentType[];
  /** ISO 8601. */
  readonly createdOn?: string | undefined;
  /** ISO 8601. */
  readonly updatedOn?: string | undefined;
}

/** A deployment as Zuplo lists it. */
export interface DeploymentResult {
  readonly name: string;
  readonly url?: string | undefined;
  readonly branch?: string | undefined;
  readonly environmentType?: EnvironmentType | undefined;
  /**
   * Whether it is a developer's copy in Zuplo's editor. Its branch is the one from which it was made, and has a
   * deployment of its own.
   */
  readonly isWorkingCopy: boolean;
  /** In Zuplo's words. */
  readonly state?: string | undefined;
  /** ISO 8601. */
  readonly createdOn?: string | undefined;
  /** ISO 8601. */
  readonly updatedOn?: string | undefined;
}

/** An environment as Zuplo lists it. */
export interface EnvironmentResult {
  readonly name: string;
  readonly branch?: string | undefined;
  readonly environmentType?: EnvironmentType | undefined;
  /** ISO 8601. */
  readonly createdOn?: string | undefined;
}

export interface GetMtlsCertificatesResult {
  readonly certificates: CertificateResult[];
}

export interface GetDeploymentsResult {
  readonly deployments: DeploymentResult[];
}

export interface GetEnvironmentsResult {
  readonly environments: EnvironmentResult[];
}

/** The same arguments, where each may be the output of a resource. */
export type Inputs<Args> = { [Key in keyof Args]: pulumi.Input<Args[Key]> };

/** Finds one mTLS client certificate of a project, by its name or by its id. */
export const getMtlsCertificate = invoker<GetMtlsCertificateArgs, CertificateResult>("getMtlsCertificate");
/** Finds one mTLS client certificate of a project, by its name or by its id. */
export const getMtlsCertificateOutput = outputInvoker<GetMtlsCertificateArgs, CertificateResult>(
  "getMtlsCertificate",
);

/** Lists the mTLS client certificates of a project. */
export const getMtlsCertificates = invoker<GetMtlsCertificatesArgs, GetMtlsCertificatesResult>(
  "getMtlsCertificates",
);
/** Lists the mTLS client certificates of a project. */
export const getMtlsCertificatesOutput = outputInvoker<GetMtlsCertificatesArgs, GetMtlsCertificatesResult>(
  "getMtlsCertificates",
);

/** Lists the deployments of a project. */
export const getDeployments = invoker<ScopeArgs, GetDeploymentsResult>("getDeployments");
/** Lists the deployments of a project. */
export const getDeploymentsOutput = outputInvoker<ScopeArgs, GetDeploymentsResult>("getDeployments");

/** Lists the environments of a project. */
export const getEnvironments = invoker<ScopeArgs, GetEnvironmentsResult>("getEnvironments");
/** Lists the environments of a project. */
export const getEnvironmentsOutput = outputInvoker<ScopeArgs, GetEnvironmentsResult>("getEnvironments");

function invoker<Args extends object, Result>(name: string) {
  return (args?: Args, opts?: pulumi.InvokeOptions): Promise<Result> =>
    pulumi.runtime.invoke(`zuplo:index:${name}`, { ...args }, { version: pluginVersion, ...opts });
}

function outputInvoker<Args extends object, Result>(name: string) {
  return (args?: Inputs<Args>, opts?: pulumi.InvokeOutputOptions): pulumi.Output<Result> =>
    pulumi.runtime.invokeOutput<Result>(
      `zuplo:index:${name}`,
      { ...args },
      { version: pluginVersion, ...opts },
    );
}
