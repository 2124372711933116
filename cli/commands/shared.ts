import { type Command, Option } from "commander";
import type { Lookup } from "../../provider/config";
import { refuseKey } from "../arguments";
import type { ExitCode } from "../errors";
import type { Terminal } from "../terminal";

/** What a command works with, whatever it does. */
export interface Surroundings {
  terminal: Terminal;
  environment: Lookup;
  /** Is told how the command ended. */
  end(code: ExitCode): void;
}

/** The options that say which project is meant. */
export function withConnection(command: Command): Command {
  return command
    .option(
      "--stack <name>",
      "Pulumi stack of this folder whose settings are read (default: the selected or only one)",
    )
    .option("--account <name>", "account (ZUPLO_ACCOUNT; default: the API key's own)")
    .option("--project <name>", "project (ZUPLO_PROJECT)")
    .option(
      "--endpoint <url>",
      "developer API (ZUPLO_DEVELOPER_API_ENDPOINT; default: https://dev.zuplo.com)",
    )
    .option("--api-key-file <file>", "file with the API key, - for standard input (or ZUPLO_API_KEY)")
    .addOption(new Option("--api-key <key>").hideHelp().argParser(refuseKey));
}
