import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { DynamicAdapter } from "./adapters/dynamic";
import { resources } from "./resources";

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
  MtlsCertificate: new DynamicAdapter(resources.MtlsCertificate),
  EnvironmentVariable: new DynamicAdapter(resources.EnvironmentVariable),
  Redeployment: new DynamicAdapter(resources.Redeployment),
  ClientMtlsCaCertificate: new DynamicAdapter(resources.ClientMtlsCaCertificate),
};
