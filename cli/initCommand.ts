import type { Lookup } from "../provider/config";
import type { ConnectionOptions } from "./connection";
import { type ExitCode, exitCodes, UsageError } from "./errors";
import { type Language, writeProject } from "./init";
import { takeOver } from "./takeover/takeOver";
import type { Terminal } from "./terminal";

export interface InitOptions extends ConnectionOptions {
  language: Language;
  fromProject?: boolean;
  certificates?: string;
}

export async function runInit(
  folder: string,
  options: InitOptions,
  terminal: Terminal,
  environment: Lookup,
): Promise<ExitCode> {
  const { language, fromProject = false, certificates } = options;
  if (fromProject !== (certificates !== undefined)) {
    throw new UsageError(
      "--from-project and --certificates go together: Zuplo gives back no PEM.",
      "Give --certificates DIR, a folder with the PEM files of the project's certificates; or leave both out.",
    );
  }
  if (certificates === undefined) {
    requireUnconnected(options);
    terminal.out(...writeProject(folder, language));
  } else await takeOver(folder, { ...options, certificates }, terminal, environment);
  return exitCodes.ok;
}

/** A starting project is connected by its own settings, once it is there. */
function requireUnconnected({ account, project, endpoint, apiKeyFile, stack }: ConnectionOptions): void {
  const options = {
    "--account": account,
    "--project": project,
    "--endpoint": endpoint,
    "--api-key-file": apiKeyFile,
    "--stack": stack,
  };
  const given = Object.entries(options).find(([, value]) => value !== undefined);
  if (given === undefined) return;
  throw new UsageError(
    `${given[0]} is for --from-project: a project to start from is written without asking Zuplo.`,
    "Leave it out: the steps that follow say where to set it. Or add --from-project and --certificates DIR.",
  );
}
