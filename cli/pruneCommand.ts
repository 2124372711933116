import type { Lookup } from "../provider/config";
import { type ConnectionOptions, connect } from "./connection";
import { type ExitCode, exitCodes, UsageError } from "./errors";
import { prune, type Selection } from "./prune";
import { formatPruned } from "./pruneText";
import { readStackExport, requireOneInput, type StackCertificate } from "./stackExport";
import type { Terminal } from "./terminal";

export interface PruneOptions extends ConnectionOptions {
  stackExport?: string;
  yes?: boolean;
  json?: boolean;
}

export async function runPrune(
  text: string | undefined,
  options: PruneOptions,
  terminal: Terminal,
  environment: Lookup,
): Promise<ExitCode> {
  const selection = select(text, options);
  const session = connect(options, placeOf(selection, environment), terminal);
  const isConfirmed = options.yes === true;
  const line = isConfirmed ? "Deleting what is left" : "Reading the project";
  const found = await terminal.during(
    line,
    session.project({}).then(project => prune(project, selection, isConfirmed)),
  );
  if (options.json) terminal.json(found);
  else terminal.out(...formatPruned(found, isConfirmed));
  return found.certificates.some(({ outcome }) => outcome === "failed") ? exitCodes.failed : exitCodes.ok;
}

function select(text: string | undefined, { stackExport, apiKeyFile }: PruneOptions): Selection {
  if ((text === undefined) === (stackExport === undefined)) {
    throw new UsageError(
      "Tell prune what it may delete, in one of two ways.",
      "Give the name, id or prefix of a certificate, or --stack-export FILE (- reads standard input).",
    );
  }
  if (stackExport === undefined) return { text: text ?? "" };
  requireOneInput({ stackExport, apiKeyFile });
  return { stack: readStackExport(stackExport).certificates };
}

/** Where nothing else says it, the project is the one in which all the certificates of the stack live. */
function placeOf(selection: Selection, environment: Lookup): Lookup {
  const stack = "stack" in selection ? selection.stack : [];
  const defaults: Record<string, string | undefined> = {
    ZUPLO_ACCOUNT: only(stack, "account"),
    ZUPLO_PROJECT: only(stack, "project"),
  };
  return key => environment(key) ?? defaults[key];
}

function only(stack: readonly StackCertificate[], key: "account" | "project"): string | undefined {
  const [first, ...others] = new Set(stack.map(certificate => certificate[key]));
  return others.length === 0 ? first : undefined;
}
