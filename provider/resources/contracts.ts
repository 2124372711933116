import { clientMtlsCaCertificateContract } from "./clientMtlsCaCertificate/contract";
import type { Contract } from "./contract";
import { environmentVariableContract } from "./environmentVariable/contract";
import { mtlsCertificateContract } from "./mtlsCertificate/contract";
import { redeploymentContract } from "./redeployment/contract";

/** Every resource; a component makes some of them, and is none itself. */
export const contracts: readonly Contract[] = [
  mtlsCertificateContract,
  environmentVariableContract,
  redeploymentContract,
  clientMtlsCaCertificateContract,
];
