import { z } from "zod";
import { familyOf } from "../provider/certificates/name";
import { rememberedBuild } from "../provider/resources/redeployment/memory";
import type { KnownBuild } from "../provider/rotation/builds";
import { CliError, UsageError } from "./errors";
import { readText } from "./inputFile";

const maxStackBytes = 64 * 1024 * 1024;
const what = "the JSON of `pulumi stack export`";

/** A certificate that a stack has. */
export interface StackCertificate {
  /** What the engine calls its resource: the same for what replaces it. */
  urn: string | undefined;
  id: string | undefined;
  /** Undefined where the state has it as a secret. */
  name: string | undefined;
  /** Where it lives; a state of an older version does not tell. */
  account: string | undefined;
  project: string | undefined;
  /** Replaced, and still to be deleted by the engine. */
  isPending: boolean;
  /** Another stack's own, which this one only reads. */
  isExternal: boolean;
  onDelete: string;
}

/** A variable that a stack sets. */
export interface StackVariable {
  branch: string;
  name: string;
  /** Undefined where the state has it as a secret. */
  value: string | undefined;
  account: string | undefined;
  project: string | undefined;
}

/** What a stack's export tells of its rotations. */
export interface StackExport {
  certificates: StackCertificate[];
  variables: StackVariable[];
  /** The last build of each deployment that it redeploys, by the deployment's name. */
  builds: Map<string, KnownBuild>;
}

const text = z.string().optional().catch(undefined);
const properties = z
  .looseObject({
    name: text,
    value: text,
    account: text,
    project: text,
    onDelete: text,
    branch: text,
    deployment: text,
  })
  .optional()
  .catch(undefined);
const resourceSchema = z.object({
  type: text,
  urn: text,
  id: text,
  delete: z.boolean().optional().catch(undefined),
  external: z.boolean().optional().catch(undefined),
  inputs: properties,
  outputs: properties,
});
const exportSchema = z.object({
  deployment: z.object({
    resources: z.array(resourceSchema).default([]),
    // What a killed run had begun to make may be there, whatever the rest says.
    pending_operations: z.array(z.object({ resource: resourceSchema })).default([]),
  }),
});

/** Reads an export of a stack, of either adapter; - stands for standard input. */
export function readStackExport(path: string): StackExport {
  return stackOf(parseJson(readText(path, what, maxStackBytes)));
}

/** What an export tells, once it is parsed. */
export function stackOf(exported: unknown): StackExport {
  const parsed = exportSchema.safeParse(exported);
  if (!parsed.success) throw noExport();
  const { resources, pending_operations: pending } = parsed.data.deployment;
  const all = [...resources, ...pending.map(({ resource }) => resource)];
  const ofType = (name: string) =>
    all.filter(({ type }) => new RegExp(`\\bzuplo:(index:)?${name}$`).test(type ?? ""));
  return {
    certificates: ofType("MtlsCertificate").map(certificateOf),
    variables: ofType("EnvironmentVariable").flatMap(({ inputs, outputs }) => {
      const { branch, name, value, account, project } = { ...inputs, ...outputs };
      return branch === undefined || name === undefined ? [] : [{ branch, name, value, account, project }];
    }),
    builds: new Map(
      ofType("Redeployment").flatMap(({ id, outputs = {} }) => {
        const build = rememberedBuild(outputs);
        const name = outputs.deployment ?? id;
        return build === undefined || name === undefined ? [] : [[name, build] as const];
      }),
    ),
  };
}

/** Standard input can be read once. */
export function requireOneInput(options: {
  stackExport?: string | undefined;
  apiKeyFile?: string | undefined;
}): void {
  if (options.stackExport !== "-" || options.apiKeyFile !== "-") return;
  throw new UsageError(
    "--stack-export and --api-key-file cannot both read standard input.",
    "Name a file for one.",
  );
}

function certificateOf(resource: z.output<typeof resourceSchema>): StackCertificate {
  const { urn, id, inputs, outputs, delete: isPending = false, external: isExternal = false } = resource;
  return {
    urn,
    id,
    name: outputs?.name ?? inputs?.name,
    account: outputs?.account ?? inputs?.account,
    project: outputs?.project ?? inputs?.project,
    isPending,
    isExternal,
    onDelete: inputs?.onDelete ?? outputs?.onDelete ?? "delete",
  };
}

/** What of it lives in one project; a state of an older version does not tell. */
export function withinProject(stack: StackExport, scope: { account: string; project: string }): StackExport {
  const isThere = ({ account = scope.account, project = scope.project }: Partial<StackCertificate>) =>
    account === scope.account && project === scope.project;
  return {
    ...stack,
    certificates: stack.certificates.filter(isThere),
    variables: stack.variables.filter(isThere),
  };
}

/** Prefix and lineage of the certificates that are the stack's own. */
export function familiesOf(certificates: readonly StackCertificate[]): Set<string> {
  const own = certificates.filter(({ isExternal }) => !isExternal);
  return new Set(own.map(({ name }) => familyOf(name ?? "")).filter(family => family !== undefined));
}

/** What JSON.parse says of a text quotes it, and there are secrets in this one. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw noExport();
  }
}

function noExport(): CliError {
  return new CliError(
    "--stack-export: this is not an export of a stack.",
    `Give ${what}: pulumi stack export > stack.json`,
    "ZUPLO1503",
  );
}
