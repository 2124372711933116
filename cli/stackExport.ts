import { z } from "zod";
import { familyOf } from "../provider/certificates/name";
import { readText } from "./connection";
import { CliError } from "./errors";

const maxStackBytes = 64 * 1024 * 1024;
const what = "the JSON of `pulumi stack export`";

/** A certificate that a stack has. */
export interface StackCertificate {
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

const text = z.string().optional().catch(undefined);
const properties = z
  .object({ name: text, account: text, project: text, onDelete: text })
  .optional()
  .catch(undefined);
const resourceSchema = z.object({
  type: text,
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

/** Reads the certificates of a stack, of either adapter; - stands for standard input. */
export function readStackExport(path: string): StackCertificate[] {
  const parsed = exportSchema.safeParse(parseJson(readText(path, what, maxStackBytes)));
  if (!parsed.success) throw noExport();
  const { resources, pending_operations: pending } = parsed.data.deployment;
  return [...resources, ...pending.map(({ resource }) => resource)]
    .filter(({ type }) => /\bzuplo:(index:)?MtlsCertificate$/.test(type ?? ""))
    .map(({ id, inputs, outputs, delete: isPending = false, external: isExternal = false }) => ({
      id,
      name: outputs?.name ?? inputs?.name,
      account: outputs?.account ?? inputs?.account,
      project: outputs?.project ?? inputs?.project,
      isPending,
      isExternal,
      onDelete: inputs?.onDelete ?? outputs?.onDelete ?? "delete",
    }));
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
    `Give ${what}: pulumi stack export | pulumi-zuplo prune --stack-export -`,
    "ZUPLO1503",
  );
}
