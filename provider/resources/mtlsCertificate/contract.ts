import { z } from "zod";
import { type EnvironmentType, environmentTypes } from "../../api/responses";
import { typesIn } from "../../rotation/environments";
import { othersChoices } from "../../settings";
import { durationSchema, pauseSchema, timeoutSchema } from "../../text/duration";
import { arg, type Contract, member, out, type StateOf, typed } from "../contract";
import { environmentTypeSchema } from "../environmentType";
import { memoryKey, recall, usesKey, usesSchema } from "../hidden";
import { leafFacts } from "../leafFacts";
import { accountArg, projectArg } from "../place";

/** Longest PEM of authorities, in characters: a bundle of all public ones is a quarter of it. */
const maxAuthoritiesLength = 1024 * 1024;

const preflightSchema = typed(
  z.strictObject({
    url: member(
      z.url({ protocol: /^https$/, error: "must be the https URL of the backend." }),
      "https URL of the backend, as the gateway calls it.",
    ),
    caCertificate: member(
      z
        .string()
        .max(maxAuthoritiesLength, { error: `is longer than ${maxAuthoritiesLength} characters.` })
        .optional(),
      "PEM of the authority that issued the backend's own certificate, if it is not a public one; at most 1 MiB.",
    ),
    timeout: member(timeoutSchema.optional(), "Time limit; 24 hours at most.", { default: "10 seconds" }),
  }),
  "Preflight",
  "A test of the certificate against the backend before the upload.",
);

const privateKeySourceSchema = typed(
  z.union(
    [
      z.strictObject({ file: member(z.string().min(1), "Path of a PEM file. Either this or `env`.") }),
      z.strictObject({
        env: member(z.string().min(1), "Name of an environment variable that holds the PEM."),
      }),
    ],
    { error: "must have either `file` or `env`." },
  ),
  "PrivateKeySource",
  "Where a private key is read from: a file or an environment variable.",
  { exactlyOne: ["file", "env"] },
);

const onDeleteSchema = typed(
  z.enum(["delete", "disable", "retain"], { error: 'must be "delete", "disable" or "retain".' }),
  "OnDelete",
  "What happens to a certificate at Zuplo when it is deleted or replaced.",
  {
    values: {
      delete: "It is deleted once no deployment uses it any more.",
      disable: "It is disabled for every environment type in which no branch needs it, and left at Zuplo.",
      retain: "It is left at Zuplo as it is.",
    },
  },
);

const othersSchema = typed(
  z.enum(othersChoices, { error: 'must be "leave", "redeploy" or "fail".' }),
  "Others",
  "What to do with a certificate that is no longer needed while deployments outside the program use it.",
  {
    values: {
      leave:
        "A replaced one is left, disabled where no branch needs it, and a later run deletes it once it is free. Removing one that is no longer in the program fails before it changes anything.",
      redeploy: "The deployments that bind it and do not name it are redeployed, and it is deleted.",
      fail: "The run fails, and names the deployments.",
    },
  },
);

const text = z.string();

export const mtlsCertificateContract = {
  type: "MtlsCertificate",
  doc: `An mTLS client certificate of a Zuplo project, with which the gateway authenticates itself to a backend.

Another leaf or chain replaces it: the new certificate is uploaded under another name, everything that uses \`name\` follows, and the old one is deleted last. See Redeployment for the part in between, or MtlsBinding for all of it. A replaced certificate that others still use, such as open pull requests, is left until a later run finds it free.

Removing a certificate, by a \`destroy\` for instance, disables it, redeploys the deployments of the program that have it bound, those that leave in the same run included, and deletes it. The gateway's code must no longer need it by then, although variables may still name it. If others use it, the removal fails before it changes anything.`,
  inputs: z.strictObject({
    certificate: arg(z.string({ error: "is missing: give the certificate as PEM text." }), {
      doc: "The client certificate as PEM, leaf first, intermediates after it; at most 10 certificates and 256 KiB. Another leaf or chain is a replacement.",
      onChange: "replace",
    }),
    privateKey: arg(text.optional(), {
      doc: "The leaf's private key as PEM, not encrypted, at most 256 KiB. Secret. Either this or `privateKeySource`.",
      onChange: "nothing",
      secret: true,
      isWriteOnce: true,
    }),
    privateKeySource: arg(privateKeySourceSchema.optional(), {
      doc: "Where the private key is read from, to compare it with the certificate and to upload it. It never enters the state. A file must be a regular file of at most 256 KiB.",
      onChange: "update",
      isLocal: true,
    }),
    environments: arg(
      z
        .array(environmentTypeSchema, {
          error: `is missing: give at least one of ${environmentTypes.join(", ")}.`,
        })
        .min(1, { error: `is empty: give at least one of ${environmentTypes.join(", ")}.` }),
      {
        doc: "Environment types whose deployments may use the certificate. Changed in place.",
        onChange: "update",
      },
    ),
    name: arg(text.optional(), {
      doc: "Name at Zuplo, a JavaScript identifier of at most 120 characters.",
      default: "one of its own for each certificate, which a rotation needs",
      onChange: "replace",
      output: "Name at Zuplo: what the gateway's code and variables use.",
    }),
    namePrefix: arg(text.optional(), {
      doc: "What a generated name starts with.",
      default: "the names of the resource and of the stack",
      onChange: "update",
      isLocal: true,
    }),
    preflight: arg(preflightSchema.optional(), {
      doc: "Presents the certificate to the backend before the upload, from where the engine runs; if the backend refuses it, the run stops.",
      onChange: "update",
      isLocal: true,
    }),
    warnBefore: arg(durationSchema.optional(), {
      doc: "How long before expiry to begin warning; at most 100 years.",
      default: "30 days, or a third of a shorter lifetime",
      onChange: "update",
      isLocal: true,
    }),
    onDelete: arg(onDeleteSchema.optional(), {
      doc: "What happens to the certificate at Zuplo when it is deleted or replaced.",
      default: "`delete`",
      onChange: "update",
      isLocal: true,
    }),
    others: arg(othersSchema.optional(), {
      doc: "What to do with a certificate that is no longer needed while deployments outside the program still use it: `leave` a replaced one until it is free, `redeploy` the deployments that do not name it, or `fail`.",
      default: "the provider's own",
      onChange: "update",
      isLocal: true,
    }),
    settle: arg(pauseSchema.optional(), {
      doc: "How long to keep a superseded certificate after the last redeploy that released it: the locations of Zuplo's edge switch to a new build one after the other. Counted once per run; 0 to 24 hours.",
      default: "the provider's own (30 seconds)",
      onChange: "update",
      isLocal: true,
    }),
    account: accountArg,
    project: projectArg,
    [usesKey]: usesSchema.optional(),
  }),
  exactlyOne: ["privateKey", "privateKeySource"],
  outputs: z.object({
    ...leafFacts("leaf"),
    createdOn: out(text.optional(), { doc: "When it was uploaded, ISO 8601." }),
    updatedOn: out(text.optional(), {
      doc: "When it was last changed at Zuplo, ISO 8601.",
      movedBy: ["environments"],
    }),
  }),
  import: {
    shown: "MtlsCertificate",
    id: "cert_1234",
    forms: "Zuplo's own, or the name of the certificate, or `account/project/ID`",
    note: "Zuplo gives back neither the PEM nor the key: if the program's PEM has the same serial number, issuer and dates, there is no difference, and the key is not read.",
  },
} satisfies Contract;

export type MtlsCertificateArgs = z.output<(typeof mtlsCertificateContract)["inputs"]>;

/** What a certificate's state keeps to itself. */
export const memorySchema = z.object({
  /** Its own id, which a diff is not told. */
  id: z.string().optional(),
  /** The program names the account, and not the configuration or the API key. */
  isAccountGiven: z.boolean().optional(),
  /** Types for which it stays enabled although the program no longer wants it, since a branch still needs it. */
  heldFor: z.array(z.enum(environmentTypes)).optional(),
  /** Types for which it was enabled once and is no longer wanted or found so: builds of that time may have bound it. */
  formerly: z.array(z.enum(environmentTypes)).optional(),
  /** When it was last enabled again for a type: what was built before may lack it. */
  revivals: z.partialRecord(z.enum(environmentTypes), z.string()).optional(),
  /** Its deletion was refused: variables that named it, of which no state tells any more, and may name it still. */
  namedBy: z.array(z.object({ branch: z.string(), name: z.string() })).optional(),
});
export type Memory = z.output<typeof memorySchema>;

export type MtlsCertificateState = StateOf<typeof mtlsCertificateContract> & {
  name: string;
  [memoryKey]?: Memory;
};

/** Types for which a certificate was enabled at any time, as far as its states knew. */
export function everEnabledFor(state: { environments: unknown }): EnvironmentType[] {
  const { formerly = [] } = recall(memorySchema, state, memoryKey) ?? {};
  return typesIn([...typesIn(state.environments), ...formerly]);
}
