import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { DynamicAdapter } from "./adapters/dynamic";
import { lifecycles } from "./lifecycle";

/** Spelled out: no other types of this folder are in the package. */
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
  MtlsCertificate: new DynamicAdapter(lifecycles.MtlsCertificate),
  EnvironmentVariable: new DynamicAdapter(lifecycles.EnvironmentVariable),
  Redeployment: new DynamicAdapter(lifecycles.Redeployment),
  ClientMtlsCaCertificate: new DynamicAdapter(lifecycles.ClientMtlsCaCertificate),
};
