import pulumi = require("@pulumi/pulumi");

import { certificateOutputs } from "../certificateOutputs";
import type { ClientMtlsCaCertificateArgs } from "../clientMtlsCaCertificate";
import { optionsOf } from "./options";

/** A CA certificate with which a Zuplo account verifies the client certificates of its callers (inbound mTLS). */
export class ClientMtlsCaCertificate extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  /** SHA-256 of the certificate's DER, lower-case hex. */
  declare readonly fingerprint: pulumi.Output<string>;
  /** Serial number of the certificate, hex. */
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

  /** Reads a CA certificate that exists, by its id at Zuplo, without managing it. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: Partial<ClientMtlsCaCertificateArgs> = {},
    opts?: pulumi.CustomResourceOptions,
  ): ClientMtlsCaCertificate {
    return new ClientMtlsCaCertificate(name, state as ClientMtlsCaCertificateArgs, { ...opts, id });
  }

  constructor(name: string, args: ClientMtlsCaCertificateArgs, opts?: pulumi.CustomResourceOptions) {
    const props = {
      name: undefined,
      account: undefined,
      ...args,
      ...certificateOutputs,
    };
    super("zuplo:index:ClientMtlsCaCertificate", name, props, optionsOf("ClientMtlsCaCertificate", opts));
  }
}
