import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { DynamicAdapter } from "./adapters/dynamic";
import { clientMtlsCaCertificate } from "./resources/clientMtlsCaCertificate/lifecycle";
import { environmentVariable } from "./resources/environmentVariable/lifecycle";
import { mtlsCertificate } from "./resources/mtlsCertificate/lifecycle";
import { redeployment } from "./resources/redeployment/lifecycle";

export type ServedType =
  | "MtlsCertificate"
  | "EnvironmentVariable"
  | "Redeployment"
  | "ClientMtlsCaCertificate";

/**
 * What the engine's dynamic host calls. The state of a stack holds `require("pulumi-zuplo/provider").dynamic.…`,
 * so these names may never change.
 */
export const dynamic: Record<ServedType, Required<ResourceProvider>> = {
  MtlsCertificate: new DynamicAdapter(mtlsCertificate),
  EnvironmentVariable: new DynamicAdapter(environmentVariable),
  Redeployment: new DynamicAdapter(redeployment),
  ClientMtlsCaCertificate: new DynamicAdapter(clientMtlsCaCertificate),
};
