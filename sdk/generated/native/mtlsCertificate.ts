// Written by `npm run sdk` from the contracts.
import pulumi = require("@pulumi/pulumi");

import { nativeOptionsOf } from "../../native/options";
import { propertiesOf, type Shape } from "../../shape";
import type {
  EnvironmentType,
  MtlsCertificateArgs,
  OnDelete,
  Others,
  Preflight,
  PrivateKeySource,
} from "../types";

const shape: Shape = {
  type: "MtlsCertificate",
  outputs: [
    "certificate",
    "privateKeySource",
    "environments",
    "name",
    "namePrefix",
    "preflight",
    "warnBefore",
    "onDelete",
    "others",
    "settle",
    "account",
    "project",
    "fingerprint",
    "serialNumber",
    "subject",
    "issuer",
    "validFrom",
    "keyAlgorithm",
    "validTo",
    "createdOn",
    "updatedOn",
  ],
  secrets: { privateKey: true },
  secretOutputs: ["privateKey"],
};

/**
 * An mTLS client certificate of a Zuplo project, with which the gateway authenticates to a backend.
 *
 * Another certificate replaces it: the new one is uploaded under another name, everything that uses `name` follows, and
 * the old one is deleted last. See Redeployment for the part in between, or MtlsBinding for all of it. A replaced
 * certificate that others still use, such as open pull requests, is left until a later run finds it free.
 *
 * A certificate that is removed, by a `destroy` for instance, is disabled, the deployments that the same run takes out
 * of the program are redeployed without it, and it is deleted. The gateway's code must no longer need it then, although
 * variables may still name it. Where others use it, the removal fails before it changes anything.
 */
export class MtlsCertificate extends pulumi.CustomResource {
  /**
   * The client certificate as PEM, leaf first, intermediates after it; at most 10 certificates and 256 KiB. Another
   * leaf or chain is a replacement.
   */
  declare readonly certificate: pulumi.Output<string>;
  /**
   * Where the private key is read when it is compared with the certificate, in preview, and when it is uploaded; it
   * never enters the state. A file is a regular one of at most 256 KiB.
   */
  declare readonly privateKeySource: pulumi.Output<pulumi.Unwrap<PrivateKeySource> | undefined>;
  /** Environment types whose deployments may use the certificate. Changed in place. */
  declare readonly environments: pulumi.Output<EnvironmentType[]>;
  /** Name at Zuplo: what the gateway's code and variables use. */
  declare readonly name: pulumi.Output<string>;
  /** What a generated name starts with. Default: the names of the resource and of the stack. */
  declare readonly namePrefix: pulumi.Output<string | undefined>;
  /** Before the upload, shows the certificate to the backend from where the engine runs; a refusal stops the run. */
  declare readonly preflight: pulumi.Output<pulumi.Unwrap<Preflight> | undefined>;
  /**
   * How long before expiry a warning starts; at most 100 years. Seconds, or a text such as "30s", "12h" or "30d".
   * Default: 30 days, or a third of a shorter lifetime.
   */
  declare readonly warnBefore: pulumi.Output<number | string | undefined>;
  /** What becomes of the certificate at Zuplo when it is deleted or replaced. Default: `delete`. */
  declare readonly onDelete: pulumi.Output<OnDelete | undefined>;
  /**
   * What to do with a certificate that is no longer needed and that deployments outside the program still use: `leave`
   * a replaced one until it is free, `redeploy` those that do not name it, or `fail`. Default: the provider's own.
   */
  declare readonly others: pulumi.Output<Others | undefined>;
  /**
   * How long a superseded certificate outlives the last redeploy that released it, before it is deleted: Zuplo's edge
   * takes on a build one location after the other. Counted once for a run, 0 or more, 24 hours at most. Seconds, or a
   * text such as "30s", "12h" or "30d". Default: the provider's own (30 seconds).
   */
  declare readonly settle: pulumi.Output<number | string | undefined>;
  /** Account in which it lives. */
  declare readonly account: pulumi.Output<string>;
  /** Project in which it lives. */
  declare readonly project: pulumi.Output<string>;
  /** SHA-256 of the leaf's DER, lower-case hex. */
  declare readonly fingerprint: pulumi.Output<string>;
  /** Serial number of the leaf, upper-case hex. */
  declare readonly serialNumber: pulumi.Output<string>;
  /** Distinguished name of the leaf's subject, on one line. */
  declare readonly subject: pulumi.Output<string>;
  /** Distinguished name of the leaf's issuer, on one line. */
  declare readonly issuer: pulumi.Output<string>;
  /** First moment at which the leaf is valid, ISO 8601. */
  declare readonly validFrom: pulumi.Output<string>;
  /** Algorithm of the leaf's key with its size in bits or its curve, such as RSA 2048, EC P-256 or Ed25519. */
  declare readonly keyAlgorithm: pulumi.Output<string>;
  /** Last moment at which the leaf is valid, ISO 8601. */
  declare readonly validTo: pulumi.Output<string>;
  /** When it was uploaded, ISO 8601. */
  declare readonly createdOn: pulumi.Output<string>;
  /** When it was last changed at Zuplo, ISO 8601. */
  declare readonly updatedOn: pulumi.Output<string>;

  /** Reads one that exists, by its id, without managing it. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: Partial<MtlsCertificateArgs> = {},
    opts?: pulumi.CustomResourceOptions,
  ): MtlsCertificate {
    return new MtlsCertificate(name, state as MtlsCertificateArgs, { ...opts, id });
  }

  constructor(name: string, args: MtlsCertificateArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "zuplo:index:MtlsCertificate",
      name,
      propertiesOf(shape, args),
      nativeOptionsOf(shape, name, args, opts),
    );
  }
}
