import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { DynamicAdapter } from "./adapters/dynamic";
import { type ResourceType, resources } from "./resources";

/**
 * What the engine's dynamic host calls. The state of a stack holds `require("pulumi-zuplo/provider").dynamic.…`,
 * so these names may never change.
 */
export const dynamic: Record<ResourceType, Required<ResourceProvider>> = {
  MtlsCertificate: new DynamicAdapter(resources.MtlsCertificate),
  EnvironmentVariable: new DynamicAdapter(resources.EnvironmentVariable),
  Redeployment: new DynamicAdapter(resources.Redeployment),
  ClientMtlsCaCertificate: new DynamicAdapter(resources.ClientMtlsCaCertificate),
};
