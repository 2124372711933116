export { ClientMtlsCaCertificate } from "../generated/native/clientMtlsCaCertificate";
export { EnvironmentVariable } from "../generated/native/environmentVariable";
export { MtlsCertificate } from "../generated/native/mtlsCertificate";
export { Redeployment } from "../generated/native/redeployment";
export type * from "../generated/types";
export * from "./functions";
export { MtlsBinding } from "./mtlsBinding";
export type { ProviderArgs } from "./provider";
export { Provider } from "./provider";
