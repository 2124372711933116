import pulumi = require("@pulumi/pulumi");

import { certificateOutputs } from "./certificateOutputs";
import { hiddenInputs } from "./hiddenInputs";
import { refuseDeleteBeforeReplace } from "./refuse";

/** A kind of environment at Zuplo; a certificate is enabled for each kind. */
export type EnvironmentType = "development" | "preview" | "production";

/** Where a private key is read when the certificate is uploaded: a file, or an environment variable. */
export type PrivateKeySource = { file: pulumi.Input<string> } | { env: pulumi.Input<string> };

/** A look at the backend before the upload. */
export interface Preflight {
  /** https URL of the backend, as the gateway calls it. */
  url: pulumi.Input<string>;
  /** PEM of the authority of the backend's own certificate, where it is no public one; at most 1 MiB. */
  caCertificate?: pulumi.Input<string>;
  /** Time limit: seconds, or a text such as "30s". 10 seconds by default, 24 hours at most. */
  timeout?: pulumi.Input<number | string>;
}

export interface MtlsCertificateArgs {
  /**
   * The client certificate as PEM, leaf first, intermediates after it; at most 10 certificates and 256 KiB. Another
   * leaf or chain is a replacement; line ends and wrapping make no difference.
   */
  certificate: pulumi.Input<string>;
  /** The leaf's private key as PEM, not encrypted, at most 256 KiB. Always a secret. Either this or `privateKeySource`. */
  privateKey?: pulumi.Input<string>;
  /**
   * Where the private key is read when it is compared with the certificate, in preview, and when it is uploaded: it
   * never enters the state. A file is a regular one of at most 256 KiB.
   */
  privateKeySource?: pulumi.Input<PrivateKeySource>;
  /** Environment types whose deployments may use the certificate; at least one. Changed in place. */
  environments: pulumi.Input<pulumi.Input<EnvironmentType>[]>;
  /**
   * Name at Zuplo: a JavaScript identifier of at most 120 characters. By default each certificate gets a name of its
   * own, which a rotation needs.
   */
  name?: pulumi.Input<string>;
  /** What a generated name starts with. By default the names of the resource and of the stack. */
  namePrefix?: pulumi.Input<string>;
  /** Before the upload, shows the certificate to the backend from where Pulumi runs; a refusal stops the run. */
  preflight?: pulumi.Input<Preflight>;
  /**
   * How long before expiry a warning starts: seconds, or a text such as "30d"; at most 100 years. Default: 30 days, or
   * ⅓ of the lifetime.
   */
  warnBefore?: pulumi.Input<number | string>;
  /** What becomes of the certificate at Zuplo when it is deleted or replaced. Default: "delete". */
  onDelete?: pulumi.Input<"delete" | "disable" | "retain">;
  /**
   * What to do with a certificate that is no longer needed and that deployments outside the program still use: leave a
   * replaced one until it is free, redeploy those that do not name it, or fail. Default: zuplo:others, else "leave".
   */
  others?: pulumi.Input<"leave" | "redeploy" | "fail">;
  /**
   * How long a superseded certificate outlives the last redeploy that released it, before it is deleted: seconds, or a
   * text such as "1m"; 0 or more, 24 hours at most. Zuplo's edge takes on a build one location after the other. Counted
   * once for a run. Default: zuplo:settle, else 30 seconds.
   */
  settle?: pulumi.Input<number | string>;
  /** Account name; zuplo:account by default. */
  account?: pulumi.Input<string>;
  /** Project name; zuplo:project by default. */
  project?: pulumi.Input<string>;
}

// The engine stores the text of these functions in the state. One constant line each: no code, path or value of ours.
const provider: pulumi.dynamic.ResourceProvider = {
  configure: req => require("pulumi-zuplo/provider").dynamic.MtlsCertificate.configure(req),
  check: (olds, news) => require("pulumi-zuplo/provider").dynamic.MtlsCertificate.check(olds, news),
  diff: (id, olds, news) => require("pulumi-zuplo/provider").dynamic.MtlsCertificate.diff(id, olds, news),
  create: inputs => require("pulumi-zuplo/provider").dynamic.MtlsCertificate.create(inputs),
  read: (id, props) => require("pulumi-zuplo/provider").dynamic.MtlsCertificate.read(id, props),
  update: (id, olds, news) => require("pulumi-zuplo/provider").dynamic.MtlsCertificate.update(id, olds, news),
  delete: (id, props) => require("pulumi-zuplo/provider").dynamic.MtlsCertificate.delete(id, props),
};

/**
 * An mTLS client certificate of a Zuplo project, with which the gateway shows itself to a backend.
 *
 * Another certificate replaces it: the new one is uploaded under another name, everything that uses `name` follows,
 * and the old one is deleted last. See Redeployment for the part in between, or MtlsBinding for all of it.
 */
export class MtlsCertificate extends pulumi.dynamic.Resource {
  /** Name at Zuplo: what the gateway's code and variables use. */
  declare readonly name: pulumi.Output<string>;
  /** Environment types for which it is enabled. */
  declare readonly environments: pulumi.Output<EnvironmentType[]>;
  /** SHA-256 of the leaf's DER, lower-case hex. */
  declare readonly fingerprint: pulumi.Output<string>;
  /** Serial number of the leaf, hex. */
  declare readonly serialNumber: pulumi.Output<string>;
  declare readonly subject: pulumi.Output<string>;
  declare readonly issuer: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly validFrom: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly validTo: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly createdOn: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly updatedOn: pulumi.Output<string>;
  /** Account in which it lives. */
  declare readonly account: pulumi.Output<string>;
  /** Project in which it lives. */
  declare readonly project: pulumi.Output<string>;

  constructor(name: string, args: MtlsCertificateArgs, opts?: pulumi.CustomResourceOptions) {
    const props = {
      name: undefined,
      account: undefined,
      project: undefined,
      ...args,
      privateKey: args.privateKey === undefined ? undefined : pulumi.secret(args.privateKey),
      ...certificateOutputs,
      ...hiddenInputs(name, args, opts),
    };
    refuseDeleteBeforeReplace(name, opts);
    const options = pulumi.mergeOptions(opts, { additionalSecretOutputs: ["privateKey"] });
    super(provider, name, props, options, "zuplo", "MtlsCertificate");
  }
}
