// Written by `npm run sdk` from the contracts.
import { invoker, outputInvoker } from "../../native/invoke";
import type {
  CertificateResult,
  ClientMtlsCaCertificateResult,
  DeploymentResult,
  EnvironmentResult,
  EnvironmentType,
  ExactlyOne,
} from "../types";

interface AnyGetClientMtlsCaCertificateArgs {
  /** Name at Zuplo. Either this or `id`. */
  name?: string | undefined;
  /** Identifier at Zuplo. */
  id?: string | undefined;
  /** Account name. Default: the provider's own. */
  account?: string | undefined;
}

/** The arguments of getClientMtlsCaCertificate. */
export type GetClientMtlsCaCertificateArgs = ExactlyOne<AnyGetClientMtlsCaCertificateArgs, "name" | "id">;

/** What getClientMtlsCaCertificate answers. */
export interface GetClientMtlsCaCertificateResult {
  /** Identifier at Zuplo; used for an import. */
  readonly id: string;
  /** Name at Zuplo. */
  readonly name: string;
  /** When it was created, ISO 8601. */
  readonly createdOn?: string | undefined;
  /** When it was last changed, ISO 8601. */
  readonly updatedOn?: string | undefined;
}

/** Finds one CA certificate of an account by name or id. */
export const getClientMtlsCaCertificate = invoker<
  GetClientMtlsCaCertificateArgs,
  GetClientMtlsCaCertificateResult
>("getClientMtlsCaCertificate");

/** Finds one CA certificate of an account by name or id. */
export const getClientMtlsCaCertificateOutput = outputInvoker<
  GetClientMtlsCaCertificateArgs,
  GetClientMtlsCaCertificateResult
>("getClientMtlsCaCertificate");
/** The arguments of getClientMtlsCaCertificates. */
export interface GetClientMtlsCaCertificatesArgs {
  /** Account name. Default: the provider's own. */
  account?: string | undefined;
}

/** What getClientMtlsCaCertificates answers. */
export interface GetClientMtlsCaCertificatesResult {
  /** The CA certificates. */
  readonly certificates: ClientMtlsCaCertificateResult[];
}

/** Lists the CA certificates with which an account verifies its callers. */
export const getClientMtlsCaCertificates = invoker<
  GetClientMtlsCaCertificatesArgs,
  GetClientMtlsCaCertificatesResult
>("getClientMtlsCaCertificates");

/** Lists the CA certificates with which an account verifies its callers. */
export const getClientMtlsCaCertificatesOutput = outputInvoker<
  GetClientMtlsCaCertificatesArgs,
  GetClientMtlsCaCertificatesResult
>("getClientMtlsCaCertificates");
/** The arguments of getDeployments. */
export interface GetDeploymentsArgs {
  /** Account name. Default: the provider's own. */
  account?: string | undefined;
  /** Project name. Default: the provider's own. */
  project?: string | undefined;
}

/** What getDeployments answers. */
export interface GetDeploymentsResult {
  /** The deployments. */
  readonly deployments: DeploymentResult[];
}

/** Lists the deployments of a project. */
export const getDeployments = invoker<GetDeploymentsArgs, GetDeploymentsResult>("getDeployments");

/** Lists the deployments of a project. */
export const getDeploymentsOutput = outputInvoker<GetDeploymentsArgs, GetDeploymentsResult>("getDeployments");
/** The arguments of getEnvironments. */
export interface GetEnvironmentsArgs {
  /** Account name. Default: the provider's own. */
  account?: string | undefined;
  /** Project name. Default: the provider's own. */
  project?: string | undefined;
}

/** What getEnvironments answers. */
export interface GetEnvironmentsResult {
  /** The environments. */
  readonly environments: EnvironmentResult[];
}

/** Lists the environments of a project. */
export const getEnvironments = invoker<GetEnvironmentsArgs, GetEnvironmentsResult>("getEnvironments");

/** Lists the environments of a project. */
export const getEnvironmentsOutput = outputInvoker<GetEnvironmentsArgs, GetEnvironmentsResult>(
  "getEnvironments",
);
interface AnyGetMtlsCertificateArgs {
  /** Name at Zuplo. Either this or `id`. */
  name?: string | undefined;
  /** Identifier at Zuplo, such as cert_…. */
  id?: string | undefined;
  /** Account name. Default: the provider's own. */
  account?: string | undefined;
  /** Project name. Default: the provider's own. */
  project?: string | undefined;
}

/** The arguments of getMtlsCertificate. */
export type GetMtlsCertificateArgs = ExactlyOne<AnyGetMtlsCertificateArgs, "name" | "id">;

/** What getMtlsCertificate answers. */
export interface GetMtlsCertificateResult {
  /** Identifier at Zuplo, such as cert_…; used for an import. */
  readonly id: string;
  /** Name at Zuplo. */
  readonly name: string;
  /** Distinguished name of the leaf's subject. */
  readonly subject: string;
  /** Distinguished name of the leaf's issuer. */
  readonly issuer: string;
  /** Serial number of the leaf, hex. */
  readonly serialNumber: string;
  /** First moment at which the leaf is valid, ISO 8601. */
  readonly validFrom: string;
  /** Last moment at which the leaf is valid, ISO 8601. */
  readonly validTo: string;
  /** Environment types for which it is enabled; empty if it is disabled. */
  readonly environments: EnvironmentType[];
  /** When it was created, ISO 8601. */
  readonly createdOn?: string | undefined;
  /** When it was last changed, ISO 8601. */
  readonly updatedOn?: string | undefined;
}

/** Finds one mTLS client certificate of a project by name or id. */
export const getMtlsCertificate = invoker<GetMtlsCertificateArgs, GetMtlsCertificateResult>(
  "getMtlsCertificate",
);

/** Finds one mTLS client certificate of a project by name or id. */
export const getMtlsCertificateOutput = outputInvoker<GetMtlsCertificateArgs, GetMtlsCertificateResult>(
  "getMtlsCertificate",
);
/** The arguments of getMtlsCertificates. */
export interface GetMtlsCertificatesArgs {
  /**
   * Only those that expire within this time, or have expired, or whose date of expiry cannot be read. Seconds, or a
   * string such as "30s", "12h" or "30d".
   */
  expiresWithin?: number | string | undefined;
  /** Account name. Default: the provider's own. */
  account?: string | undefined;
  /** Project name. Default: the provider's own. */
  project?: string | undefined;
}

/** What getMtlsCertificates answers. */
export interface GetMtlsCertificatesResult {
  /** The certificates. */
  readonly certificates: CertificateResult[];
}

/** Lists the mTLS client certificates of a project. */
export const getMtlsCertificates = invoker<GetMtlsCertificatesArgs, GetMtlsCertificatesResult>(
  "getMtlsCertificates",
);

/** Lists the mTLS client certificates of a project. */
export const getMtlsCertificatesOutput = outputInvoker<GetMtlsCertificatesArgs, GetMtlsCertificatesResult>(
  "getMtlsCertificates",
);
