import { clientMtlsCaCertificate } from "./clientMtlsCaCertificate/lifecycle";
import type { Contract } from "./contract";
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

/** What each of them is. */
export const contracts: readonly Contract[] = Object.values(resources).map(({ contract }) => contract);

export type ResourceType = keyof typeof resources;
