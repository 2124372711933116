// Written by `npm run sdk` from the contracts.
import pulumi = require("@pulumi/pulumi");

import { dynamicPropertiesOf, optionsOf } from "../shape";
import { clientMtlsCaCertificate as shape } from "./shapes";
import type { ClientMtlsCaCertificateArgs, ClientMtlsCaCertificateOutputs } from "./types";

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

export interface ClientMtlsCaCertificate extends ClientMtlsCaCertificateOutputs {}

/**
 * A CA certificate with which a Zuplo account verifies the client certificates of its callers (inbound mTLS).
 *
 * A new name is changed in place. A new certificate under the same resource fails the preview, since the old one would
 * go while callers still hold certificates that it issued: add a second resource for the new one, and remove the first
 * when the callers have moved. `onReplace: "delete"` says that none of them needs the old one.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: Pulumi assigns them
export class ClientMtlsCaCertificate extends pulumi.dynamic.Resource {
  constructor(name: string, args: ClientMtlsCaCertificateArgs, opts?: pulumi.CustomResourceOptions) {
    const props = dynamicPropertiesOf(shape, name, args, opts);
    super(provider, name, props, optionsOf(shape, name, opts), "zuplo", "ClientMtlsCaCertificate");
  }
}
