import { z } from "zod";
import type { CertificateFacts } from "../../certificates/parse";
import { othersChoices } from "../../config";
import { durationSchema, pauseSchema, timeoutSchema } from "../../duration";
import { typesIn } from "../../rotation/environments";
import { type EnvironmentType, environmentTypes } from "../../zuplo/answers";
import { memoryKey, recall, usesKey, usesSchema } from "../hidden";
import { scopeArgs } from "../resource";

/** Longest PEM of authorities, in characters: a bundle of all public ones is a quarter of it. */
const maxAuthoritiesLength = 1024 * 1024;

const preflightArgs = z.strictObject({
  url: z
    .url({ protocol: /^https$/, error: "must be the https URL of the backend." })
    .meta({ description: "https URL of the backend, as the gateway calls it." }),
  caCertificate: z
    .string()
    .max(maxAuthoritiesLength, { error: `is longer than ${maxAuthoritiesLength} characters.` })
    .optional()
    .meta({
      description:
        "PEM of the authority of the backend's own certificate, where it is no public one; at most 1 MiB.",
    }),
  timeout: timeoutSchema
    .optional()
    .meta({ description: "Time limit; 10 seconds by default, 24 hours at most." }),
});

export const args = z.strictObject({
  certificate: z.string({ error: "is missing: give the certificate as PEM text." }).meta({
    description:
      "The client certificate as PEM, leaf first, intermediates after it; at most 10 certificates and 256 KiB. Another leaf or chain is a replacement.",
  }),
  privateKey: z.string().optional().meta({
    description:
      "The leaf's private key as PEM, not encrypted, at most 256 KiB. Secret. Either this or `privateKeySource`.",
  }),
  privateKeySource: z
    .union([z.strictObject({ file: z.string().min(1) }), z.strictObject({ env: z.string().min(1) })], {
      error: "must be { file: PATH } or { env: NAME }.",
    })
    .optional()
    .meta({
      description:
        "Where the private key is read when it is compared with the certificate, in preview, and when it is uploaded; it never enters the state. A file is a regular one of at most 256 KiB.",
    }),
  environments: z
    .array(z.enum(environmentTypes, { error: `must be one of ${environmentTypes.join(", ")}.` }), {
      error: `is missing: give at least one of ${environmentTypes.join(", ")}.`,
    })
    .min(1, { error: `is empty: give at least one of ${environmentTypes.join(", ")}.` })
    .meta({ description: "Environment types whose deployments may use the certificate. Changed in place." }),
  name: z.string().optional().meta({
    description: "Name at Zuplo. By default each certificate gets a name of its own, which rotation needs.",
  }),
  namePrefix: z.string().optional().meta({
    description: "What a generated name starts with; by default the names of the resource and of the stack.",
  }),
  preflight: preflightArgs.optional().meta({
    description:
      "Before the upload, shows the certificate to the backend from where Pulumi runs; a refusal stops the run.",
  }),
  warnBefore: durationSchema.optional().meta({
    description:
      "How long before expiry a warning starts; by default 30 days, or a third of a shorter lifetime; at most 100 years.",
  }),
  onDelete: z
    .enum(["delete", "disable", "retain"], { error: 'must be "delete", "disable" or "retain".' })
    .optional()
    .meta({
      description:
        "What becomes of the certificate at Zuplo when it is deleted or replaced; `delete` by default.",
    }),
  others: z.enum(othersChoices, { error: 'must be "leave", "redeploy" or "fail".' }).optional().meta({
    description:
      "What to do with a certificate that is no longer needed and that deployments outside the program still use: `leave` a replaced one until it is free, `redeploy` those that do not name it, or `fail`; the provider's own by default.",
  }),
  settle: pauseSchema.optional().meta({
    description:
      "How long a superseded certificate outlives the last redeploy that released it, before it is deleted: Zuplo's edge takes on a build one location after the other. Counted once for a run, 0 or more, 24 hours at most; the provider's own (30 seconds) by default.",
  }),
  ...scopeArgs,
  [usesKey]: usesSchema.optional(),
});

export type MtlsCertificateArgs = z.output<typeof args>;

/** What a certificate's state keeps to itself. */
export const memorySchema = z.object({
  /** The program names the account, and not the configuration or the API key. */
  isAccountGiven: z.boolean().optional(),
  /** Types for which it stays enabled although the program no longer wants it, since a branch still needs it. */
  heldFor: z.array(z.enum(environmentTypes)).optional(),
  /** Types for which it was enabled once and is no longer wanted or found so: builds of that time may have bound it. */
  formerly: z.array(z.enum(environmentTypes)).optional(),
});
export type Memory = z.output<typeof memorySchema>;

/** Everything but the private key, which is not needed again. */
export type MtlsCertificateState = Omit<MtlsCertificateArgs, "privateKey"> &
  CertificateFacts & {
    name: string;
    createdOn?: string | undefined;
    updatedOn?: string | undefined;
    [memoryKey]?: Memory;
  };

/** Types for which a certificate was enabled at any time, as far as its states knew. */
export function everEnabledFor(state: { environments: unknown }): EnvironmentType[] {
  const { formerly = [] } = recall(memorySchema, state, memoryKey) ?? {};
  return typesIn([...typesIn(state.environments), ...formerly]);
}
