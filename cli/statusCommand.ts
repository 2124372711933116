import type { Lookup } from "../provider/config";
import { type ConnectionOptions, connect } from "./connection";
import { type ExitCode, exitCodes } from "./errors";
import { formatPrometheus } from "./prometheus";
import { readStackExport, requireOneInput } from "./stackExport";
import { readStatus } from "./status";
import { formatStatus } from "./statusText";
import type { Terminal } from "./terminal";

export const statusFormats = ["table", "json", "prometheus"] as const;

export interface StatusOptions extends ConnectionOptions {
  format: (typeof statusFormats)[number];
  json?: boolean;
  /** Milliseconds. */
  within?: number;
  stackExport?: string;
}

export async function runStatus(
  options: StatusOptions,
  terminal: Terminal,
  environment: Lookup,
): Promise<ExitCode> {
  const { stackExport, within } = options;
  requireOneInput(options);
  const stack = stackExport === undefined ? undefined : readStackExport(stackExport);
  const session = connect(options, environment, terminal);
  const found = await terminal.during("Reading the project", readStatus(session, within, stack));
  switch (options.json ? "json" : options.format) {
    case "json":
      terminal.json(found);
      break;
    case "prometheus":
      terminal.out(...formatPrometheus(found));
      break;
    case "table":
      terminal.out(...formatStatus(found, session.now()));
  }
  return found.certificates.some(({ expiring }) => expiring) ? exitCodes.expiring : exitCodes.ok;
}
