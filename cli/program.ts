import { Command, CommanderError, type OptionValues } from "commander";
import { ZuploError } from "../provider/api/errors";
import type { Lookup } from "../provider/config";
import { coded } from "../provider/text/codes";
import { version } from "../provider/version";
import { withoutValues } from "./arguments";
import { declareCheck } from "./commands/check";
import { declareCompletion } from "./commands/completion";
import { declareInit } from "./commands/init";
import { declarePrune } from "./commands/prune";
import { declareRelease } from "./commands/release";
import { declareRenewDue } from "./commands/renewDue";
import { declareReport } from "./commands/report";
import { declareStatus } from "./commands/status";
import { declareTerraformMirror } from "./commands/terraformMirror";
import { CliError, type ExitCode, exitCodes, UsageError } from "./errors";
import { example, withHelp } from "./help";
import { paint, type Terminal } from "./terminal";

/** In the order of the help. */
const commands = [
  declareStatus,
  declareCheck,
  declareRenewDue,
  declarePrune,
  declareRelease,
  declareReport,
  declareInit,
  declareTerraformMirror,
  declareCompletion,
];

/** Runs the command line `args` (without the program's own name) to its end. */
export async function run(
  args: readonly string[],
  terminal: Terminal,
  environment: Lookup,
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = createProgram(terminal, environment, ended => {
    code = ended;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    // Commander has said what it had to say: help, the version, or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (!(error instanceof CliError || error instanceof ZuploError)) throw error;
    const [problem = "", ...remedy] = error.message.split("\n");
    // Who asked for JSON reads an error there, too.
    if (program.commands.some(command => wantsJson(command.opts()))) {
      const { code } = error;
      terminal.json({ code, problem, advice: error instanceof CliError ? error.remedy : error.advice });
    }
    terminal.error([paint("red", "error:"), ` ${problem}`], ...remedy);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
  }
}

/** The commands with their arguments, options and help; `end` is told how the command ended. */
export function createProgram(
  terminal: Terminal,
  environment: Lookup,
  end: (code: ExitCode) => void,
): Command {
  const program = new Command("pulumi-zuplo")
    .description(
      "List, check and clean up the client certificates of a Zuplo project, or start a project that rotates them.",
    )
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.out(...text.trimEnd().split("\n")),
      outputError: (text, write) => write(`${coded("ZUPLO1503", text.trimEnd())}\n`),
      writeErr: text => terminal.error(...withoutValues(text).trimEnd().split("\n")),
    })
    .showHelpAfterError("Use --help to see what there is.");
  withHelp(program, {
    examples: [
      example("who uses which certificate, and until when", "pulumi-zuplo status"),
      example("whether a certificate and its key are good", "pulumi-zuplo check client.pem client-key.pem"),
      example("a project to start from", "pulumi-zuplo init shop"),
      example(
        "the program for what was made by hand; its first run changes nothing",
        "pulumi-zuplo init gateway --from-project --certificates certs",
      ),
    ],
    expiring: "a certificate expires (status --within), or is due (renew-due)",
  });

  for (const declare of commands) declare(program, { terminal, environment, end });
  return program;
}

function wantsJson({ json, format }: OptionValues): boolean {
  return json === true || format === "json";
}
