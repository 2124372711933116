import { z } from "zod";
import { arg, type Contract, out, type StateOf, typed } from "../contract";
import type { memoryKey } from "../hidden";
import { leafFacts } from "../leafFacts";
import { accountArg } from "../place";

const maxNameLength = 120;

const onReplaceSchema = typed(
  z.enum(["fail", "delete"], { error: 'must be "fail" or "delete".' }),
  "OnReplace",
  "What happens when the resource is given another CA certificate.",
  {
    values: {
      fail: "The preview fails, and names both ways out.",
      delete:
        "The new one is created, and the old one deleted in the same run: before that, where both have the same `name`.",
    },
  },
);

export const clientMtlsCaCertificateContract = {
  type: "ClientMtlsCaCertificate",
  doc: `A CA certificate with which a Zuplo account verifies the client certificates of its callers (inbound mTLS).

A new name is changed in place. A new certificate under the same resource fails the preview, since the old one would go while callers still hold certificates that it issued: add a second resource for the new one, and remove the first when the callers have moved. \`onReplace: "delete"\` says that none of them needs the old one.`,
  inputs: z.strictObject({
    certificate: arg(z.string({ error: "is missing: give the CA certificate as PEM text." }), {
      doc: "The CA certificate as PEM: one certificate, at most 256 KiB. Changing it is refused, unless `onReplace` allows it.",
      onChange: "replace",
    }),
    name: arg(
      z
        .string()
        .min(1)
        .max(maxNameLength, { error: `is longer than ${maxNameLength} characters.` })
        .optional(),
      {
        doc: "Name at Zuplo; changed in place.",
        default: "one of its own for each certificate",
        onChange: "update",
        output: "Name at Zuplo.",
      },
    ),
    onReplace: arg(onReplaceSchema.optional(), {
      doc: "What happens when `certificate` changes: `fail` the preview, since callers may still hold certificates that the old one issued, or `delete` the old one in the same run.",
      default: "`fail`",
      onChange: "update",
      isLocal: true,
    }),
    account: accountArg,
  }),
  outputs: z.object({
    ...leafFacts("certificate"),
    createdOn: out(z.string().optional(), { doc: "When it was created at Zuplo, ISO 8601." }),
    updatedOn: out(z.string().optional(), {
      doc: "When it was last changed at Zuplo, ISO 8601.",
      movedBy: ["name"],
    }),
  }),
  import: {
    shown: "ClientMtlsCaCertificate",
    id: "partners",
    forms: "Zuplo's own, or the name of the certificate, or `account/ID`",
    note: "Zuplo does not give back the PEM: the program's is assumed to be the same.",
  },
} satisfies Contract;

export type ClientMtlsCaCertificateArgs = z.output<(typeof clientMtlsCaCertificateContract)["inputs"]>;

/** What its state keeps to itself. */
export const memorySchema = z.object({ isAccountGiven: z.boolean().optional() });

export type ClientMtlsCaCertificateState = StateOf<typeof clientMtlsCaCertificateContract> & {
  name: string;
  [memoryKey]?: z.output<typeof memorySchema>;
};
