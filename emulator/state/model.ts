/** What the emulator remembers: one plain object, which is also the state file's content. */
import { z } from "zod";

export const environmentTypes = ["development", "preview", "production"] as const;
export type EnvironmentType = (typeof environmentTypes)[number];

const environmentType = z.enum(environmentTypes);
/** ISO 8601 with milliseconds. */
const stamps = { createdOn: z.string(), updatedOn: z.string() };

const certificateSchema = z.object({
  /** `cert_…` */
  id: z.string(),
  project: z.string(),
  name: z.string(),
  /** PEM, leaf first. */
  certificate: z.string(),
  /** PEM. */
  key: z.string(),
  environments: z.array(environmentType),
  ...stamps,
});

const variableSchema = z.object({
  project: z.string(),
  branch: z.string(),
  name: z.string(),
  isSecret: z.boolean(),
  value: z.string(),
  /** Every value it ever had: tells whether it was ever used to name a certificate. */
  history: z.array(z.string()),
  ...stamps,
});

const snapshotSchema = z.object({
  buildId: z.string(),
  at: z.string(),
  /** Of the sources: how many pushes there have been. */
  commit: z.number().optional(),
  /** The certificate that the code names itself; without it, the code reads the variable. */
  certificateInCode: z.string().optional(),
  variables: z.record(z.string(), z.string()),
  /** With their PEM: what a deployment runs with outlives every later change of the certificate. */
  bindings: z.array(
    z.object({ name: z.string(), certificateId: z.string(), certificate: z.string(), key: z.string() }),
  ),
});

const deploymentSchema = z.object({
  /** `<project>-<branch>-<7 hex>` */
  name: z.string(),
  project: z.string(),
  branch: z.string(),
  environmentType,
  /** Somebody's copy in the editor, made from the branch: no environment of its own, and not what the branch serves. */
  workingCopy: z.boolean().optional(),
  /** What the portal shows; the branch's name where nothing else is said. */
  label: z.string().optional(),
  state: z.enum(["STARTED", "DEPLOYING", "ERROR"]),
  message: z.string(),
  /** Redeploys that were accepted and have not ended yet: a restart takes them up again. */
  pending: z.number(),
  /** How many pushes there have been since the first one. */
  commit: z.number().optional(),
  /** As in the snapshot, for the next build. */
  certificateInCode: z.string().optional(),
  snapshot: snapshotSchema,
  ...stamps,
});

const caCertificateSchema = z.object({
  /** `mtlsca_…` */
  id: z.string(),
  name: z.string(),
  certificate: z.string(),
  ...stamps,
});

export const stateSchema = z.object({
  version: z.literal(1),
  account: z.string(),
  /** `certificateNames`: every name that a certificate ever had. */
  projects: z.array(z.object({ name: z.string(), certificateNames: z.array(z.string()) })),
  branches: z.array(z.object({ project: z.string(), name: z.string(), environmentType })),
  certificates: z.array(certificateSchema),
  variables: z.array(variableSchema),
  deployments: z.array(deploymentSchema),
  caCertificates: z.array(caCertificateSchema),
  /** The CA of the backend: without it, a restarted backend would refuse the certificates kept here. */
  authority: z.object({ certificate: z.string(), privateKey: z.string(), chain: z.string() }).optional(),
});

export type State = z.infer<typeof stateSchema>;
export type Certificate = z.infer<typeof certificateSchema>;
export type Variable = z.infer<typeof variableSchema>;
export type Deployment = z.infer<typeof deploymentSchema>;
export type Snapshot = z.infer<typeof snapshotSchema>;
export type Binding = Snapshot["bindings"][number];
export type CaCertificate = z.infer<typeof caCertificateSchema>;

export function emptyState(account: string): State {
  return {
    version: 1,
    account,
    projects: [],
    branches: [],
    certificates: [],
    variables: [],
    deployments: [],
    caCertificates: [],
  };
}
