import { z } from "zod";
import { recordVersion } from "./version";

const certificate = z.object({
  name: z.string(),
  id: z.string().optional(),
  /** SHA-256 of the leaf's DER, lower-case hex; missing where this run does not know the certificate. */
  fingerprint: z.string().optional(),
});

const answer = {
  status: z.number().optional(),
  ms: z.number(),
  id: z.string().optional(),
  problem: z.string().optional(),
};

const variable = z.object({ branch: z.string(), name: z.string() });

/** What was done, or seen, in one step of a run. */
export const stepSchema = z.discriminatedUnion("step", [
  z.object({
    step: z.enum(["certificate.create", "certificate.update", "certificate.delete"]),
    certificate,
    /** The environment types for which it is enabled now. */
    environments: z.array(z.string()).optional(),
    ...answer,
  }),
  z.object({
    step: z.enum(["variable.create", "variable.update"]),
    variable,
    /** Missing where it is a secret. */
    value: z.string().optional(),
    ...answer,
  }),
  z.object({ step: z.literal("deployment.redeploy"), deployment: z.string(), ...answer }),
  z.object({
    step: z.enum(["caCertificate.create", "caCertificate.update", "caCertificate.delete"]),
    caCertificate: z.object({ name: z.string(), id: z.string().optional() }),
    ...answer,
  }),
  z.object({
    step: z.literal("roll.begun"),
    deployment: z.string(),
    branch: z.string(),
    environmentType: z.string(),
    /** What it used before, as the state tells. */
    from: z.object({ certificates: z.array(certificate) }),
    to: z.object({ certificates: z.array(certificate) }),
  }),
  z.object({
    /** The new build is served, and verified where that was asked for. */
    step: z.literal("roll.ended"),
    deployment: z.string(),
  }),
  z.object({
    step: z.literal("build.served"),
    deployment: z.string(),
    buildId: z.string().optional(),
    /** ISO 8601. */
    deployedOn: z.string(),
    /** Since the redeploy was asked for. */
    ms: z.number(),
  }),
  z.object({
    step: z.literal("build.failed"),
    deployment: z.string(),
    problem: z.string(),
    ms: z.number(),
  }),
  z.object({
    step: z.literal("verification"),
    deployment: z.string(),
    ok: z.boolean(),
    problem: z.string().optional(),
    ms: z.number(),
  }),
  z.object({
    step: z.literal("rollback"),
    deployment: z.string(),
    /** What was put back, in order, as parts of a sentence. */
    restored: z.array(z.string()),
    problem: z.string().optional(),
    ms: z.number(),
  }),
  z.object({
    step: z.literal("message"),
    level: z.enum(["info", "warning"]),
    code: z.string().optional(),
    text: z.string(),
  }),
  z.object({
    /** What the engine asked for one resource, such as `update Redeployment`: all of it is done. */
    step: z.literal("succeeded"),
    operation: z.string(),
  }),
  z.object({
    step: z.literal("failed"),
    operation: z.string(),
    code: z.string().optional(),
    text: z.string(),
  }),
]);
export type Step = z.output<typeof stepSchema>;

/** A line of a record. */
export const entrySchema = z.intersection(
  z.object({
    version: z.literal(recordVersion),
    /** ISO 8601, with milliseconds. */
    time: z.string().refine(text => !Number.isNaN(Date.parse(text))),
    /** Tells one run from another; a run that Zuplo's projects share has one. */
    run: z.string(),
    /** Where the resource stands: `project/stack/name`, or its name prefix where the engine tells no more. */
    resource: z.string().optional(),
    because: z.string().optional(),
  }),
  stepSchema,
);
export type Entry = z.output<typeof entrySchema>;
