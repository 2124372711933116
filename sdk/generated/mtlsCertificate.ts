// Written by `npm run sdk` from the contracts.
import pulumi = require("@pulumi/pulumi");

import { dynamicPropertiesOf, optionsOf } from "../shape";
import { mtlsCertificate as shape } from "./shapes";
import type { MtlsCertificateArgs, MtlsCertificateOutputs } from "./types";

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
export class MtlsCertificate extends pulumi.dynamic.Resource {
  constructor(name: string, args: MtlsCertificateArgs, opts?: pulumi.CustomResourceOptions) {
    const props = dynamicPropertiesOf(shape, name, args, opts);
    super(provider, name, props, optionsOf(shape, name, opts), "zuplo", "MtlsCertificate");
  }
}
