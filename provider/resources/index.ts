import { clientMtlsCaCertificate } from "./clientMtlsCaCertificate/lifecycle";
import { environmentVariable } from "./environmentVariable/lifecycle";
import { mtlsCertificate } from "./mtlsCertificate/lifecycle";
import { redeployment } from "./redeployment/lifecycle";

/** Every resource, by its type. */
export const resources = {
  MtlsCertificate: mtlsCertificate,
  EnvironmentVariable: environmentVariable,
  Redeployment: redeployment,
  ClientMtlsCaCertificate: clientMtlsCaCertificate,
};

export type ResourceType = keyof typeof resources;
