// Written by `npm run sdk` from the contracts.
import pulumi = require("@pulumi/pulumi");

import { nativeOptionsOf } from "../../native/options";
import { propertiesOf } from "../../shape";
import { clientMtlsCaCertificate as shape } from "../shapes";
import type { ClientMtlsCaCertificateArgs, ClientMtlsCaCertificateOutputs } from "../types";

export interface ClientMtlsCaCertificate extends ClientMtlsCaCertificateOutputs {}

/**
 * A CA certificate with which a Zuplo account verifies the client certificates of its callers (inbound mTLS).
 *
 * A new name is changed in place. A new certificate under the same resource fails the preview, since the old one would
 * go while callers still hold certificates that it issued: add a second resource for the new one, and remove the first
 * when the callers have moved. `onReplace: "delete"` says that none of them needs the old one.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: Pulumi assigns them
export class ClientMtlsCaCertificate extends pulumi.CustomResource {
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
