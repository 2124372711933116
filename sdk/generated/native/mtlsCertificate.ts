// Written by `npm run sdk` from the contracts.
import pulumi = require("@pulumi/pulumi");

import { nativeOptionsOf } from "../../native/options";
import { propertiesOf } from "../../shape";
import { mtlsCertificate as shape } from "../shapes";
import type { MtlsCertificateArgs, MtlsCertificateOutputs } from "../types";

export interface MtlsCertificate extends MtlsCertificateOutputs {}

/**
 * An mTLS client certificate of a Zuplo project, with which the gateway authenticates itself to a backend.
 *
 * Another leaf or chain replaces it: the new certificate is uploaded under another name, everything that uses `name`
 * follows, and the old one is deleted last. See Redeployment for the part in between, or MtlsBinding for all of it. A
 * replaced certificate that others still use, such as open pull requests, is left until a later run finds it free.
 *
 * Removing a certificate, by a `destroy` for instance, disables it, redeploys the deployments of the program that have
 * it bound, those that leave in the same run included, and deletes it. The gateway's code must no longer need it by
 * then, although variables may still name it. If others use it, the removal fails before it changes anything.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: Pulumi assigns them
export class MtlsCertificate extends pulumi.CustomResource {
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
