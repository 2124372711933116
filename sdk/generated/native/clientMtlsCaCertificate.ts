// Written by `npm run sdk` from the contracts.
import pulumi = require("@pulumi/pulumi");

import { nativeOptionsOf } from "../../native/options";
import { propertiesOf, type Shape } from "../../shape";
import type { ClientMtlsCaCertificateArgs, OnReplace } from "../types";

const shape: Shape = {
  type: "ClientMtlsCaCertificate",
  outputs: [
    "certificate",
    "name",
    "onReplace",
    "account",
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
  secrets: {},
  secretOutputs: [],
};

/**
 * A CA certificate with which a Zuplo account verifies the client certificates of its callers (inbound mTLS).
 *
 * Another name is changed in place. Another certificate under the same resource fails in preview, since the old one
 * would go while callers still hold certificates of it: add a second resource for the new one, and remove the first
 * when the callers have moved. `onReplace: "delete"` says that none of them needs the old one.
 */
export class ClientMtlsCaCertificate extends pulumi.CustomResource {
  /**
   * The CA certificate as PEM, one certificate, at most 256 KiB. Another one is refused, unless `onReplace` allows it.
   */
  declare readonly certificate: pulumi.Output<string>;
  /** Name at Zuplo. */
  declare readonly name: pulumi.Output<string>;
  /**
   * What another `certificate` does: `fail` in preview, since callers still hold certificates of the old one, or
   * `delete` the old one in the same run. Default: `fail`.
   */
  declare readonly onReplace: pulumi.Output<OnReplace | undefined>;
  /** Account in which it lives. */
  declare readonly account: pulumi.Output<string>;
  /** SHA-256 of the certificate's DER, lower-case hex. */
  declare readonly fingerprint: pulumi.Output<string>;
  /** Serial number of the certificate, upper-case hex. */
  declare readonly serialNumber: pulumi.Output<string>;
  /** Distinguished name of the certificate's subject, on one line. */
  declare readonly subject: pulumi.Output<string>;
  /** Distinguished name of the certificate's issuer, on one line. */
  declare readonly issuer: pulumi.Output<string>;
  /** First moment at which the certificate is valid, ISO 8601. */
  declare readonly validFrom: pulumi.Output<string>;
  /** Algorithm of the certificate's key with its size in bits or its curve, such as RSA 2048, EC P-256 or Ed25519. */
  declare readonly keyAlgorithm: pulumi.Output<string>;
  /** Last moment at which the certificate is valid, ISO 8601. */
  declare readonly validTo: pulumi.Output<string>;
  /** When it was created at Zuplo, ISO 8601. */
  declare readonly createdOn: pulumi.Output<string>;
  /** When it was last changed at Zuplo, ISO 8601. */
  declare readonly updatedOn: pulumi.Output<string>;

  /** Reads one that exists, by its id, without managing it. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: Partial<ClientMtlsCaCertificateArgs> = {},
    opts?: pulumi.CustomResourceOptions,
  ): ClientMtlsCaCertificate {
    return new ClientMtlsCaCertificate(name, state as ClientMtlsCaCertificateArgs, { ...opts, id });
  }

  constructor(name: string, args: ClientMtlsCaCertificateArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "zuplo:index:ClientMtlsCaCertificate",
      name,
      propertiesOf(shape, args),
      nativeOptionsOf(shape, name, args, opts),
    );
  }
}
