// Written by `npm run sdk` from the contracts.
import type pulumi = require("@pulumi/pulumi");

/** Exactly one of these properties is given. */
export type ExactlyOne<T, Keys extends keyof T> = Omit<T, Keys> &
  { [Key in Keys]: Required<Pick<T, Key>> & { [Other in Exclude<Keys, Key>]?: undefined } }[Keys];

/** An mTLS client certificate as Zuplo lists it. */
export interface CertificateResult {
  /** Identifier at Zuplo, such as cert_…; used for an import. */
  readonly id: string;
  /** Name at Zuplo. */
  readonly name: string;
  /** Distinguished name of the leaf's subject. */
  readonly subject: string;
  /** Distinguished name of the leaf's issuer. */
  readonly issuer: string;
  /** Serial number of the leaf, hex. */
  readonly serialNumber: string;
  /** First moment at which the leaf is valid, ISO 8601. */
  readonly validFrom: string;
  /** Last moment at which the leaf is valid, ISO 8601. */
  readonly validTo: string;
  /** Environment types for which it is enabled; empty if it is disabled. */
  readonly environments: EnvironmentType[];
  /** When it was created, ISO 8601. */
  readonly createdOn?: string | undefined;
  /** When it was last changed, ISO 8601. */
  readonly updatedOn?: string | undefined;
}

/** A CA certificate as Zuplo lists it: without its PEM and the facts in it. */
export interface ClientMtlsCaCertificateResult {
  /** Identifier at Zuplo; used for an import. */
  readonly id: string;
  /** Name at Zuplo. */
  readonly name: string;
  /** When it was created, ISO 8601. */
  readonly createdOn?: string | undefined;
  /** When it was last changed, ISO 8601. */
  readonly updatedOn?: string | undefined;
}

/** A deployment as Zuplo lists it. */
export interface DeploymentResult {
  /** Name of the deployment. */
  readonly name: string;
  /** URL at which the gateway serves it. */
  readonly url?: string | undefined;
  /** Branch that is deployed. */
  readonly branch?: string | undefined;
  /** Environment type of the deployment. */
  readonly environmentType?: EnvironmentType | undefined;
  /**
   * Whether it is a developer's copy in Zuplo's editor. Its branch is the one it was made from, which has a deployment
   * of its own.
   */
  readonly isWorkingCopy: boolean;
  /** State of the deployment, in Zuplo's words. */
  readonly state?: string | undefined;
  /** When it was created, ISO 8601. */
  readonly createdOn?: string | undefined;
  /** When it was last changed, ISO 8601. */
  readonly updatedOn?: string | undefined;
}

/** An environment as Zuplo lists it. */
export interface EnvironmentResult {
  /** Name of the environment. */
  readonly name: string;
  /** Branch of the environment. */
  readonly branch?: string | undefined;
  /** Type of the environment. */
  readonly environmentType?: EnvironmentType | undefined;
  /** When it was created, ISO 8601. */
  readonly createdOn?: string | undefined;
}

/**
 * A kind of environment at Zuplo; certificates are enabled for each kind separately.
 *
 * - `development`: Developers' working copies in Zuplo's editor.
 * - `preview`: Every other branch.
 * - `production`: The production branch.
 */
export type EnvironmentType = "development" | "preview" | "production";

/** What the answer to a verification must contain: `body`, `headers` or both. */
export interface Expect {
  /** Text that the first MiB of the body must contain. */
  body?: pulumi.Input<string>;
  /** Text that each header must contain, by the header's name. */
  headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** A deployment that a binding has redeployed. */
export interface MtlsBindingDeployment {
  /** Name of the deployment. */
  readonly deployment: string;
  /** Environment type of the deployment. */
  readonly environmentType: EnvironmentType;
  /** URL at which the gateway serves the deployment. */
  readonly url?: string | undefined;
  /** The build that was served when the redeploy was done. */
  readonly buildId?: string | undefined;
  /** When the redeploy was done, ISO 8601; missing after a failed one. */
  readonly deployedOn?: string | undefined;
}

/** Environments that change together. The next stage starts when all of them are verified. */
export interface MtlsBindingStage {
  /** Branches whose deployments change. Give this, `deployments`, or both. */
  branches?: string[] | undefined;
  /** Names of the deployments that change; their branches come from Zuplo. */
  deployments?: string[] | undefined;
  /**
   * Environment type of these branches, if your project departs from Zuplo's rule (main, master and production are
   * production, every other branch is preview).
   */
  environmentType?: EnvironmentType | undefined;
  /** A request through the gateway that must succeed with the new build. */
  verify?: pulumi.Input<Verify>;
}

/**
 * What happens to a certificate at Zuplo when it is deleted or replaced.
 *
 * - `delete`: It is deleted once no deployment uses it any more.
 * - `disable`: It is disabled for every environment type in which no branch needs it, and left at Zuplo.
 * - `retain`: It is left at Zuplo as it is.
 */
export type OnDelete = "delete" | "disable" | "retain";

/**
 * What happens when the resource is given another CA certificate.
 *
 * - `fail`: The preview fails, and names both ways out.
 * - `delete`: The new one is created, and the old one deleted in the same run: before that, where both have the same
 * `name`.
 */
export type OnReplace = "fail" | "delete";

/**
 * What to do with a certificate that is no longer needed while deployments outside the program use it.
 *
 * - `leave`: A replaced one is left, disabled where no branch needs it, and a later run deletes it once it is free.
 * Removing one that is no longer in the program fails before it changes anything.
 * - `redeploy`: The deployments that bind it and do not name it are redeployed, and it is deleted.
 * - `fail`: The run fails, and names the deployments.
 */
export type Others = "leave" | "redeploy" | "fail";

/** A test of the certificate against the backend before the upload. */
export interface Preflight {
  /** https URL of the backend, as the gateway calls it. */
  url: pulumi.Input<string>;
  /** PEM of the authority that issued the backend's own certificate, if it is not a public one; at most 1 MiB. */
  caCertificate?: pulumi.Input<string>;
  /** Time limit; 24 hours at most. Seconds, or a string such as "30s", "12h" or "30d". Default: 10 seconds. */
  timeout?: pulumi.Input<number | string>;
}

interface AnyPrivateKeySource {
  /** Path of a PEM file. Either this or `env`. */
  file?: pulumi.Input<string>;
  /** Name of an environment variable that holds the PEM. */
  env?: pulumi.Input<string>;
}

/** Where a private key is read from: a file or an environment variable. */
export type PrivateKeySource = ExactlyOne<AnyPrivateKeySource, "file" | "env">;

/** A variable that a deployment reads, with its value: usually the outputs of an EnvironmentVariable. */
export interface RedeploymentVariable {
  /** Branch of the variable. */
  branch: pulumi.Input<string>;
  /** Name of the variable. */
  name: pulumi.Input<string>;
  /** Value of the variable. */
  value: pulumi.Input<string>;
}

interface AnyVerify {
  /** Path below the deployment's own URL. */
  path?: pulumi.Input<string>;
  /** Full URL, if the deployment is reached under another one. */
  url?: pulumi.Input<string>;
  /** Method of the request, which has no body. Default: GET. */
  method?: pulumi.Input<VerifyMethod>;
  /** Headers of the request, such as the API key that the route requires; always secret. */
  headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** The status that means success. Three answers in a row must have it, each on a fresh connection. Default: 200. */
  status?: pulumi.Input<number>;
  /**
   * What the answer must contain as well, to prove that the gateway presents the new certificate. `${fingerprint}`,
   * `${serialNumber}` and `${subject}` stand for those of the certificate that the deployment uses; hex is compared
   * without regard to colons and case. If a deployment uses several certificates, `${serialNumber:VARIABLE}` is that of
   * the one this variable names.
   */
  expect?: pulumi.Input<Expect>;
  /**
   * How long to keep asking; 24 hours at most. Seconds, or a string such as "30s", "12h" or "30d". Default: 5 seconds.
   */
  timeout?: pulumi.Input<number | string>;
}

/** A request through the gateway that must succeed with the new build. Either `path` or `url`. */
export type Verify = ExactlyOne<AnyVerify, "path" | "url">;

/**
 * HTTP method of a verification.
 *
 * - `GET`: As a caller would.
 * - `HEAD`: For the status and the headers alone.
 * - `OPTIONS`: As a browser asks before it calls another origin.
 * - `POST`: For a route that accepts nothing else; sent without a body.
 */
export type VerifyMethod = "GET" | "HEAD" | "OPTIONS" | "POST";

interface AnyMtlsCertificateArgs {
  /**
   * The client certificate as PEM, leaf first, intermediates after it; at most 10 certificates and 256 KiB. Another
   * leaf or chain is a replacement.
   */
  certificate: pulumi.Input<string>;
  /** The leaf's private key as PEM, not encrypted, at most 256 KiB. Secret. Either this or `privateKeySource`. */
  privateKey?: pulumi.Input<string>;
  /**
   * Where the private key is read from, to compare it with the certificate and to upload it. It never enters the state.
   * A file must be a regular file of at most 256 KiB.
   */
  privateKeySource?: pulumi.Input<PrivateKeySource>;
  /** Environment types whose deployments may use the certificate. Changed in place. */
  environments: pulumi.Input<pulumi.Input<EnvironmentType>[]>;
  /**
   * Name at Zuplo, a JavaScript identifier of at most 120 characters. Default: one of its own for each certificate,
   * which a rotation needs.
   */
  name?: pulumi.Input<string>;
  /** What a generated name starts with. Default: the names of the resource and of the stack. */
  namePrefix?: pulumi.Input<string>;
  /**
   * Presents the certificate to the backend before the upload, from where the engine runs; if the backend refuses it,
   * the run stops.
   */
  preflight?: pulumi.Input<Preflight>;
  /**
   * How long before expiry to begin warning; at most 100 years. Seconds, or a string such as "30s", "12h" or "30d".
   * Default: 30 days, or a third of a shorter lifetime.
   */
  warnBefore?: pulumi.Input<number | string>;
  /** What happens to the certificate at Zuplo when it is deleted or replaced. Default: `delete`. */
  onDelete?: pulumi.Input<OnDelete>;
  /**
   * What to do with a certificate that is no longer needed while deployments outside the program still use it: `leave`
   * a replaced one until it is free, `redeploy` the deployments that do not name it, or `fail`. Default: the provider's
   * own.
   */
  others?: pulumi.Input<Others>;
  /**
   * How long to keep a superseded certificate after the last redeploy that released it: the locations of Zuplo's edge
   * switch to a new build one after the other. Counted once per run; 0 to 24 hours. Seconds, or a string such as "30s",
   * "12h" or "30d". Default: the provider's own (30 seconds).
   */
  settle?: pulumi.Input<number | string>;
  /** Account name. Default: the provider's own. */
  account?: pulumi.Input<string>;
  /** Project name. Default: the provider's own. */
  project?: pulumi.Input<string>;
}

/** The arguments of MtlsCertificate. */
export type MtlsCertificateArgs = ExactlyOne<AnyMtlsCertificateArgs, "privateKey" | "privateKeySource">;

/** The arguments of EnvironmentVariable. */
export interface EnvironmentVariableArgs {
  /** Branch in source control; a variable belongs to one branch. */
  branch: pulumi.Input<string>;
  /**
   * Name in SCREAMING_SNAKE_CASE. It may not start with ZUPLO_, ZUDOKU_ or __ZUPLO, except for ZUPLO_PUBLIC_ and
   * ZUDOKU_PUBLIC_.
   */
  name: pulumi.Input<string>;
  /** Value, at most about 5 kB; takes effect with the branch's next redeploy. Secret if `isSecret` is true. */
  value: pulumi.Input<string>;
  /** Whether Zuplo makes the value unreadable. Cannot be changed later. Default: false. */
  isSecret?: pulumi.Input<boolean>;
  /** Whether an existing variable is taken over; if false, it is an error. Default: true. */
  adopt?: pulumi.Input<boolean>;
  /**
   * Value that the variable gets when this resource is deleted, since Zuplo's API cannot delete it: an empty string,
   * for instance, with which the gateway presents no certificate. It is written only if the variable still has the
   * value in the state, no other resource of the program sets it, and the value does not name a certificate that is
   * missing or not enabled. Without it, the variable keeps its last value. Not with `isSecret`.
   */
  valueOnDelete?: pulumi.Input<string>;
  /** Account name. Default: the provider's own. */
  account?: pulumi.Input<string>;
  /** Project name. Default: the provider's own. */
  project?: pulumi.Input<string>;
}

interface AnyRedeploymentArgs {
  /** Branch whose deployment is redeployed. Either this or `deployment`. */
  branch?: pulumi.Input<string>;
  /** Name of the deployment that is redeployed. */
  deployment?: pulumi.Input<string>;
  /**
   * Names of the certificates that the deployment uses. Those it no longer uses are disabled where no branch needs
   * them.
   */
  certificates: pulumi.Input<pulumi.Input<string>[]>;
  /** Variables that the deployment reads; they are set before it is redeployed. */
  variables: pulumi.Input<pulumi.Input<RedeploymentVariable>[]>;
  /** Any value; a change causes a redeploy. */
  triggers?: pulumi.Input<unknown>;
  /** A request through the gateway that must succeed with the new build. */
  verify?: pulumi.Input<Verify>;
  /**
   * Whether a failure restores variables and certificates and redeploys once more. Default: true if `verify` is given.
   */
  rollback?: pulumi.Input<boolean>;
  /**
   * How long to wait for the new build; 24 hours at most. Seconds, or a string such as "30s", "12h" or "30d". Default:
   * 600 seconds.
   */
  timeout?: pulumi.Input<number | string>;
  /** What the deployment's environment type must be; if it is another, nothing is changed. */
  environmentType?: pulumi.Input<EnvironmentType>;
  /** Account name. Default: the provider's own. */
  account?: pulumi.Input<string>;
  /** Project name. Default: the provider's own. */
  project?: pulumi.Input<string>;
}

/** The arguments of Redeployment. */
export type RedeploymentArgs = ExactlyOne<AnyRedeploymentArgs, "branch" | "deployment">;

/** The arguments of ClientMtlsCaCertificate. */
export interface ClientMtlsCaCertificateArgs {
  /**
   * The CA certificate as PEM: one certificate, at most 256 KiB. Changing it is refused, unless `onReplace` allows it.
   */
  certificate: pulumi.Input<string>;
  /** Name at Zuplo; changed in place. Default: one of its own for each certificate. */
  name?: pulumi.Input<string>;
  /**
   * What happens when `certificate` changes: `fail` the preview, since callers may still hold certificates that the old
   * one issued, or `delete` the old one in the same run. Default: `fail`.
   */
  onReplace?: pulumi.Input<OnReplace>;
  /** Account name. Default: the provider's own. */
  account?: pulumi.Input<string>;
}

interface AnyMtlsBindingArgs {
  /**
   * The client certificate as PEM, leaf first, intermediates after it; at most 10 certificates and 256 KiB. Another
   * leaf or chain is rotated in, stage by stage.
   */
  certificate: pulumi.Input<string>;
  /** The leaf's private key as PEM, not encrypted, at most 256 KiB. Secret. Either this or `privateKeySource`. */
  privateKey?: pulumi.Input<string>;
  /**
   * Where the private key is read from, to compare it with the certificate and to upload it. It never enters the state.
   * A file must be a regular file of at most 256 KiB.
   */
  privateKeySource?: pulumi.Input<PrivateKeySource>;
  /**
   * Name at Zuplo, a JavaScript identifier of at most 120 characters. With it, each new certificate needs another name.
   * Default: one of its own for each certificate, which a rotation needs.
   */
  name?: pulumi.Input<string>;
  /** What a generated name starts with. Default: the names of the resource and of the stack. */
  namePrefix?: pulumi.Input<string>;
  /**
   * Presents the certificate to the backend before the upload, from where the engine runs; if the backend refuses it,
   * the run stops.
   */
  preflight?: pulumi.Input<Preflight>;
  /**
   * How long before expiry to begin warning; at most 100 years. Seconds, or a string such as "30s", "12h" or "30d".
   * Default: 30 days, or a third of a shorter lifetime.
   */
  warnBefore?: pulumi.Input<number | string>;
  /** What happens to the certificate at Zuplo when it is deleted or replaced. Default: `delete`. */
  onDelete?: pulumi.Input<OnDelete>;
  /**
   * What to do with a certificate that is no longer needed while deployments outside the program still use it: `leave`
   * a replaced one until it is free, `redeploy` the deployments that do not name it, or `fail`. Default: the provider's
   * own.
   */
  others?: pulumi.Input<Others>;
  /**
   * How long to keep a superseded certificate after the last redeploy that released it: the locations of Zuplo's edge
   * switch to a new build one after the other. Counted once per run; 0 to 24 hours. Seconds, or a string such as "30s",
   * "12h" or "30d". Default: the provider's own (30 seconds).
   */
  settle?: pulumi.Input<number | string>;
  /** Account name. Default: the provider's own. */
  account?: pulumi.Input<string>;
  /** Project name. Default: the provider's own. */
  project?: pulumi.Input<string>;
  /** Environment types for which the certificate is enabled. Default: those of the stages. */
  environments?: pulumi.Input<pulumi.Input<EnvironmentType>[]>;
  /** Name of the variable that holds the certificate's name, in SCREAMING_SNAKE_CASE. */
  variable: pulumi.Input<string>;
  /**
   * Value that the variables get when they leave the program, with a stage or with the whole binding; see
   * EnvironmentVariable. An empty string makes the gateway call the backend without a certificate.
   */
  valueOnDelete?: pulumi.Input<string>;
  /** Environments in the order in which they change, for example staging first. */
  stages: MtlsBindingStage[];
  /**
   * Whether a failure restores variables and certificates and redeploys once more. Default: true if `verify` is given.
   */
  rollback?: pulumi.Input<boolean>;
  /**
   * How long to wait for the new build; 24 hours at most. Seconds, or a string such as "30s", "12h" or "30d". Default:
   * 600 seconds.
   */
  timeout?: pulumi.Input<number | string>;
  /** Any value; a change causes a redeploy. */
  triggers?: pulumi.Input<unknown>;
}

/** The arguments of MtlsBinding. */
export type MtlsBindingArgs = ExactlyOne<AnyMtlsBindingArgs, "privateKey" | "privateKeySource">;

/** The outputs of MtlsCertificate. */
export interface MtlsCertificateOutputs {
  /**
   * The client certificate as PEM, leaf first, intermediates after it; at most 10 certificates and 256 KiB. Another
   * leaf or chain is a replacement.
   */
  readonly certificate: pulumi.Output<string>;
  /**
   * Where the private key is read from, to compare it with the certificate and to upload it. It never enters the state.
   * A file must be a regular file of at most 256 KiB.
   */
  readonly privateKeySource: pulumi.Output<pulumi.Unwrap<PrivateKeySource> | undefined>;
  /** Environment types whose deployments may use the certificate. Changed in place. */
  readonly environments: pulumi.Output<EnvironmentType[]>;
  /** Name at Zuplo: what the gateway's code and variables use. */
  readonly name: pulumi.Output<string>;
  /** What a generated name starts with. Default: the names of the resource and of the stack. */
  readonly namePrefix: pulumi.Output<string | undefined>;
  /**
   * Presents the certificate to the backend before the upload, from where the engine runs; if the backend refuses it,
   * the run stops.
   */
  readonly preflight: pulumi.Output<pulumi.Unwrap<Preflight> | undefined>;
  /**
   * How long before expiry to begin warning; at most 100 years. Seconds, or a string such as "30s", "12h" or "30d".
   * Default: 30 days, or a third of a shorter lifetime.
   */
  readonly warnBefore: pulumi.Output<number | string | undefined>;
  /** What happens to the certificate at Zuplo when it is deleted or replaced. Default: `delete`. */
  readonly onDelete: pulumi.Output<OnDelete | undefined>;
  /**
   * What to do with a certificate that is no longer needed while deployments outside the program still use it: `leave`
   * a replaced one until it is free, `redeploy` the deployments that do not name it, or `fail`. Default: the provider's
   * own.
   */
  readonly others: pulumi.Output<Others | undefined>;
  /**
   * How long to keep a superseded certificate after the last redeploy that released it: the locations of Zuplo's edge
   * switch to a new build one after the other. Counted once per run; 0 to 24 hours. Seconds, or a string such as "30s",
   * "12h" or "30d". Default: the provider's own (30 seconds).
   */
  readonly settle: pulumi.Output<number | string | undefined>;
  /** Account in which it lives. */
  readonly account: pulumi.Output<string>;
  /** Project in which it lives. */
  readonly project: pulumi.Output<string>;
  /** SHA-256 of the leaf's DER, lower-case hex. */
  readonly fingerprint: pulumi.Output<string>;
  /** Serial number of the leaf, upper-case hex. */
  readonly serialNumber: pulumi.Output<string>;
  /** Distinguished name of the leaf's subject, on one line. */
  readonly subject: pulumi.Output<string>;
  /** Distinguished name of the leaf's issuer, on one line. */
  readonly issuer: pulumi.Output<string>;
  /** First moment at which the leaf is valid, ISO 8601. */
  readonly validFrom: pulumi.Output<string>;
  /** Algorithm of the leaf's key with its size in bits or its curve, such as RSA 2048, EC P-256 or Ed25519. */
  readonly keyAlgorithm: pulumi.Output<string>;
  /** Last moment at which the leaf is valid, ISO 8601. */
  readonly validTo: pulumi.Output<string>;
  /** When it was uploaded, ISO 8601. */
  readonly createdOn: pulumi.Output<string>;
  /** When it was last changed at Zuplo, ISO 8601. */
  readonly updatedOn: pulumi.Output<string>;
}

/** The outputs of EnvironmentVariable. */
export interface EnvironmentVariableOutputs {
  /** Branch in source control; a variable belongs to one branch. */
  readonly branch: pulumi.Output<string>;
  /**
   * Name in SCREAMING_SNAKE_CASE. It may not start with ZUPLO_, ZUDOKU_ or __ZUPLO, except for ZUPLO_PUBLIC_ and
   * ZUDOKU_PUBLIC_.
   */
  readonly name: pulumi.Output<string>;
  /** Value, at most about 5 kB; takes effect with the branch's next redeploy. Secret if `isSecret` is true. */
  readonly value: pulumi.Output<string>;
  /** Whether Zuplo makes the value unreadable. Cannot be changed later. Default: false. */
  readonly isSecret: pulumi.Output<boolean | undefined>;
  /** Whether an existing variable is taken over; if false, it is an error. Default: true. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /**
   * Value that the variable gets when this resource is deleted, since Zuplo's API cannot delete it: an empty string,
   * for instance, with which the gateway presents no certificate. It is written only if the variable still has the
   * value in the state, no other resource of the program sets it, and the value does not name a certificate that is
   * missing or not enabled. Without it, the variable keeps its last value. Not with `isSecret`.
   */
  readonly valueOnDelete: pulumi.Output<string | undefined>;
  /** Account in which it lives. */
  readonly account: pulumi.Output<string>;
  /** Project in which it lives. */
  readonly project: pulumi.Output<string>;
  /** When it was created at Zuplo, ISO 8601. */
  readonly createdOn: pulumi.Output<string>;
  /** When its value was last set, ISO 8601. */
  readonly updatedOn: pulumi.Output<string>;
}

/** The outputs of Redeployment. */
export interface RedeploymentOutputs {
  /** Branch whose deployment is redeployed. Either this or `deployment`. */
  readonly branch: pulumi.Output<string | undefined>;
  /** Name of the deployment. */
  readonly deployment: pulumi.Output<string>;
  /**
   * Names of the certificates that the deployment uses. Those it no longer uses are disabled where no branch needs
   * them.
   */
  readonly certificates: pulumi.Output<string[]>;
  /** Variables that the deployment reads; they are set before it is redeployed. */
  readonly variables: pulumi.Output<pulumi.Unwrap<RedeploymentVariable>[]>;
  /** Any value; a change causes a redeploy. */
  readonly triggers: pulumi.Output<unknown>;
  /** A request through the gateway that must succeed with the new build. */
  readonly verify: pulumi.Output<pulumi.Unwrap<Verify> | undefined>;
  /**
   * Whether a failure restores variables and certificates and redeploys once more. Default: true if `verify` is given.
   */
  readonly rollback: pulumi.Output<boolean | undefined>;
  /**
   * How long to wait for the new build; 24 hours at most. Seconds, or a string such as "30s", "12h" or "30d". Default:
   * 600 seconds.
   */
  readonly timeout: pulumi.Output<number | string | undefined>;
  /** Environment type of the deployment. */
  readonly environmentType: pulumi.Output<EnvironmentType>;
  /** Account in which it lives. */
  readonly account: pulumi.Output<string>;
  /** Project in which it lives. */
  readonly project: pulumi.Output<string>;
  /** URL at which the gateway serves the deployment. */
  readonly url: pulumi.Output<string>;
  /** The build that was served when the redeploy was done. */
  readonly buildId: pulumi.Output<string>;
  /** When the redeploy was done, ISO 8601; missing after a failed one. */
  readonly deployedOn: pulumi.Output<string>;
}

/** The outputs of ClientMtlsCaCertificate. */
export interface ClientMtlsCaCertificateOutputs {
  /**
   * The CA certificate as PEM: one certificate, at most 256 KiB. Changing it is refused, unless `onReplace` allows it.
   */
  readonly certificate: pulumi.Output<string>;
  /** Name at Zuplo. */
  readonly name: pulumi.Output<string>;
  /**
   * What happens when `certificate` changes: `fail` the preview, since callers may still hold certificates that the old
   * one issued, or `delete` the old one in the same run. Default: `fail`.
   */
  readonly onReplace: pulumi.Output<OnReplace | undefined>;
  /** Account in which it lives. */
  readonly account: pulumi.Output<string>;
  /** SHA-256 of the certificate's DER, lower-case hex. */
  readonly fingerprint: pulumi.Output<string>;
  /** Serial number of the certificate, upper-case hex. */
  readonly serialNumber: pulumi.Output<string>;
  /** Distinguished name of the certificate's subject, on one line. */
  readonly subject: pulumi.Output<string>;
  /** Distinguished name of the certificate's issuer, on one line. */
  readonly issuer: pulumi.Output<string>;
  /** First moment at which the certificate is valid, ISO 8601. */
  readonly validFrom: pulumi.Output<string>;
  /** Algorithm of the certificate's key with its size in bits or its curve, such as RSA 2048, EC P-256 or Ed25519. */
  readonly keyAlgorithm: pulumi.Output<string>;
  /** Last moment at which the certificate is valid, ISO 8601. */
  readonly validTo: pulumi.Output<string>;
  /** When it was created at Zuplo, ISO 8601. */
  readonly createdOn: pulumi.Output<string>;
  /** When it was last changed at Zuplo, ISO 8601. */
  readonly updatedOn: pulumi.Output<string>;
}

/** The outputs of MtlsBinding. */
export interface MtlsBindingOutputs {
  /** Name of the certificate at Zuplo. */
  readonly certificateName: pulumi.Output<string>;
  /** SHA-256 of the leaf's DER, lower-case hex. */
  readonly fingerprint: pulumi.Output<string>;
  /** Serial number of the leaf, upper-case hex. */
  readonly serialNumber: pulumi.Output<string>;
  /** First moment at which the leaf is valid, ISO 8601. */
  readonly validFrom: pulumi.Output<string>;
  /** Last moment at which the leaf is valid, ISO 8601. */
  readonly validTo: pulumi.Output<string>;
  /** The deployments of the stages, in their order, as the last redeploy left them. */
  readonly deployments: pulumi.Output<MtlsBindingDeployment[]>;
}
