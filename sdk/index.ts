export { ClientMtlsCaCertificate } from "./generated/clientMtlsCaCertificate";
export { EnvironmentVariable } from "./generated/environmentVariable";
export { MtlsCertificate } from "./generated/mtlsCertificate";
export { Redeployment } from "./generated/redeployment";
export type * from "./generated/types";
export { MtlsBinding } from "./mtlsBinding";
