export type { EnvironmentVariableArgs } from "./environmentVariable";
export { EnvironmentVariable } from "./environmentVariable";
export type { MtlsBindingArgs, MtlsBindingStage } from "./mtlsBinding";
export { MtlsBinding } from "./mtlsBinding";
export type { EnvironmentType, MtlsCertificateArgs, Preflight, PrivateKeySource } from "./mtlsCertificate";
export { MtlsCertificate } from "./mtlsCertificate";
export type { RedeploymentArgs, RedeploymentVariable, Verify } from "./redeployment";
export { Redeployment } from "./redeployment";
