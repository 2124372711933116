import pulumi = require("@pulumi/pulumi");

import { certificateOutputs } from "../certificateOutputs";
import type { EnvironmentType, MtlsCertificateArgs } from "../mtlsCertificate";
import { refuseDeleteBeforeReplace } from "../refuse";
import { optionsOf } from "./options";

/**
 * An mTLS client certificate of a Zuplo project, with which the gateway shows itself to a backend.
 *
 * Another certificate replaces it: the new one is uploaded under another name, everything that uses `name` follows,
 * and the old one is deleted last. See Redeployment for the part in between, or MtlsBinding for all of it.
 */
export class MtlsCertificate extends pulumi.CustomResource {
  /** The certificate as PEM, leaf first. */
  declare readonly certificate: pulumi.Output<string>;
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

  /** Reads a certificate that exists, by its id at Zuplo, without managing it. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: Partial<MtlsCertificateArgs> = {},
    opts?: pulumi.CustomResourceOptions,
  ): MtlsCertificate {
    return new MtlsCertificate(name, state as MtlsCertificateArgs, { ...opts, id });
  }

  constructor(name: string, args: MtlsCertificateArgs, opts?: pulumi.CustomResourceOptions) {
    const { privateKey, ...given }: Partial<MtlsCertificateArgs> = args;
    const props = {
      certificate: undefined,
      name: undefined,
      environments: undefined,
      account: undefined,
      project: undefined,
      ...given,
      privateKey: privateKey === undefined ? undefined : pulumi.secret(privateKey),
      ...certificateOutputs,
    };
    refuseDeleteBeforeReplace(name, opts);
    super("zuplo:index:MtlsCertificate", name, props, optionsOf("MtlsCertificate", opts, ["privateKey"]));
  }
}
