import pulumi = require("@pulumi/pulumi");

import { certificateOutputs } from "./certificateOutputs";
import { hiddenInputs } from "./hiddenInputs";

export interface ClientMtlsCaCertificateArgs {
  /** The CA certificate as PEM, one certificate, at most 256 KiB. Another one is refused, unless `onReplace` allows it. */
  certificate: pulumi.Input<string>;
  /** Name at Zuplo; changed in place. By default one of its own for each certificate. */
  name?: pulumi.Input<string>;
  /**
   * What another `certificate` does: "fail" in preview, since callers still hold certificates of the old one, or
   * "delete" the old one in the same run. Default: "fail".
   */
  onReplace?: pulumi.Input<"fail" | "delete">;
  /** Account name; zuplo:account by default. */
  account?: pulumi.Input<string>;
}

// The engine stores the text of these functions in the state. One constant line each: no code, path or value of ours.
const provider: pulumi.dynamic.ResourceProvider = {
  configure: req => require("pulumi-zuplo/provider").dynamic.ClientMtlsCaCertificate.configure(req),
  check: (olds, news) => require("pulumi-zuplo/provider").dynamic.ClientMtlsCaCertificate.check(olds, news),
  diff: (id, olds, news) =>
    require("pulumi-zuplo/provider").dynamic.ClientMtlsCaCertificate.diff(id, olds, news),
  create: inputs => require("pulumi-zuplo/provider").dynamic.ClientMtlsCaCertificate.create(inputs),
  read: (id, props) => require("pulumi-zuplo/provider").dynamic.ClientMtlsCaCertificate.read(id, props),
  update: (id, olds, news) =>
    require("pulumi-zuplo/provider").dynamic.ClientMtlsCaCertificate.update(id, olds, news),
  delete: (id, props) => require("pulumi-zuplo/provider").dynamic.ClientMtlsCaCertificate.delete(id, props),
};

/** A CA certificate with which a Zuplo account verifies the client certificates of its callers (inbound mTLS). */
export class ClientMtlsCaCertificate extends pulumi.dynamic.Resource {
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

  constructor(name: string, args: ClientMtlsCaCertificateArgs, opts?: pulumi.CustomResourceOptions) {
    const props = {
      name: undefined,
      account: undefined,
      ...args,
      ...certificateOutputs,
      ...hiddenInputs(name, args, opts),
    };
    super(provider, name, props, opts, "zuplo", "ClientMtlsCaCertificate");
  }
}
