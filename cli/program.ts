import { Command, CommanderError, InvalidArgumentError, Option, type OptionValues } from "commander";
import { ZuploError } from "../provider/api/errors";
import type { Lookup } from "../provider/config";
import { coded } from "../provider/text/codes";
import { toMilliseconds } from "../provider/text/duration";
import { version } from "../provider/version";
import { type CheckOptions, checkCertificate } from "./check";
import { type Before, parseBefore } from "./due";
import { CliError, type ExitCode, exitCodes } from "./errors";
import { init, type Language, languages } from "./init";
import { type PruneOptions, runPrune } from "./pruneCommand";
import { type ReleaseOptions, runRelease } from "./releaseCommand";
import { type RenewDueOptions, renewDue } from "./renewDue";
import { type ReportOptions, reportFormats, runReport } from "./reportCommand";
import { runStatus, type StatusOptions, statusFormats } from "./statusCommand";
import { paint, type Terminal } from "./terminal";
import { writeMirror } from "./terraformMirror";

const exitHelp = `
Exit codes: 0 all is well; 1 something is wrong, or could not be done; 2 a certificate expires (status --within), or is due (renew-due).`;

const renewDueHelp = `
In a script, where an error (1) must not pass for a certificate that is due:
  code=0
  pulumi-zuplo renew-due client.pem --before 30% || code=$?
  case $code in
    0) ;; # not due
    2) step ca renew --force client.pem client-key.pem ;;
    *) exit "$code" ;;
  esac

An expired certificate is due. A missing file is an error: issue the first certificate yourself.
Where an intermediate in the file expires before the leaf, its date counts.`;

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
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.failed;
    if (!(error instanceof CliError || error instanceof ZuploError)) throw error;
    const [problem = "", ...remedy] = error.message.split("\n");
    // Who asked for JSON reads an error there, too.
    if (program.commands.some(command => wantsJson(command.opts()))) {
      const { code } = error;
      terminal.json({ code, problem, advice: error instanceof CliError ? error.remedy : error.advice });
    }
    terminal.error([paint("red", "error:"), ` ${problem}`], ...remedy);
    return exitCodes.failed;
  }
}

function createProgram(terminal: Terminal, environment: Lookup, end: (code: ExitCode) => void): Command {
  const program = new Command("pulumi-zuplo")
    .description(
      "Client certificates of a Zuplo project: what there is, what is left, whether one is good, how to begin.",
    )
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.out(...text.trimEnd().split("\n")),
      outputError: (text, write) => write(`${coded("ZUPLO1503", text.trimEnd())}\n`),
      writeErr: text => terminal.error(...withoutValues(text).trimEnd().split("\n")),
    })
    .showHelpAfterError("--help tells what there is.")
    .addHelpText("after", exitHelp);

  withConnection(program.command("status"))
    .description("show the certificates of a project, when they expire, and who uses them")
    .option(
      "--within <duration>",
      "exit with 2 when a certificate expires within this time, such as 30d",
      parseDuration,
    )
    .addOption(
      new Option("--format <format>", "how it is written; prometheus: metrics in the text format 0.0.4")
        .choices(statusFormats)
        .default("table" satisfies StatusOptions["format"])
        .conflicts("json"),
    )
    .option("--json", "one JSON object, as --format json")
    .option(
      "--stack-export <file>",
      "JSON of `pulumi stack export`, - for standard input: tells more of a rotation that is under way",
    )
    .addHelpText("after", exitHelp)
    .action(async (options: StatusOptions) => end(await runStatus(options, terminal, environment)));

  program
    .command("check")
    .description("check a certificate and its key as a preview does; calls nothing")
    .argument("<cert>", "PEM file of the certificate: leaf first, its issuer after it; - for standard input")
    .argument("<key>", "PEM file of the leaf's private key; - for standard input")
    .option("--warn-before <duration>", "warn when it expires within this time, such as 14d")
    .option("--environment <type...>", "environment types for which it is meant (default: all)")
    .option("--name <name>", "name that it is to have at Zuplo")
    .option("--name-prefix <prefix>", "what its generated name is to start with")
    .option("--resource <place>", "PROJECT/STACK/RESOURCE of Pulumi, to see the generated name")
    .addHelpText("after", exitHelp)
    .action((cert: string, key: string, options: CheckOptions) =>
      end(checkCertificate(cert, key, options, terminal)),
    );

  program
    .command("renew-due")
    .description("tell whether it is time to renew a certificate; calls nothing")
    .argument("<cert>", "PEM file of the certificate: leaf first, its issuer after it; - for standard input")
    .option(
      "--before <share or duration>",
      "due when less than this is left: a share of its lifetime such as 30%, or a time such as 7d or 12h (default: a third of its lifetime, 30 days at most)",
      parseBeforeOption,
    )
    .option("--json", "one JSON object instead of a line")
    .addHelpText("after", renewDueHelp)
    .addHelpText("after", exitHelp)
    .action((cert: string, options: RenewDueOptions) => end(renewDue(cert, options, terminal)));

  withConnection(program.command("prune"))
    .description("delete what is left of certificates that nobody uses; without --yes, only list it")
    .argument("[certificate]", "name, id, or a prefix with lineage, such as backend_prod_8d80")
    .option(
      "--stack-export <file>",
      "JSON of `pulumi stack export`, - for standard input: what its certificates left",
    )
    .option("--yes", "delete it")
    .option("--json", "one JSON object instead of a table")
    .addHelpText("after", exitHelp)
    .action(async (text: string | undefined, options: PruneOptions) =>
      end(await runPrune(text, options, terminal, environment)),
    );

  withConnection(program.command("release"))
    .description("take a certificate out of branches that still use it; without --yes, only tell how")
    .argument("<certificate>", "name of the certificate")
    .requiredOption("--branch <branch...>", "branches whose variables are changed, and that are redeployed")
    .requiredOption(
      "--value <value>",
      "what the variables are set to: another certificate's name, or what the code expects",
    )
    .option("--variable <name>", "the variable that names it, where Zuplo does not tell")
    .option("--ignore-unread", "other branches whose variables Zuplo does not tell do not use it")
    .option("--timeout <duration>", "how long to wait for each build (default: 10m)", parseDuration)
    .option("--yes", "do it")
    .addHelpText("after", exitHelp)
    .action(async (name: string, options: ReleaseOptions) =>
      end(await runRelease(name, options, terminal, environment)),
    );

  program
    .command("report")
    .description("make a page of a rotation from its record, or a short text for a change ticket")
    .argument(
      "<file...>",
      "what `record` or ZUPLO_RECORD has kept, of one run or of several; - for standard input",
    )
    .addOption(
      new Option("--format <format>", "a page, or a text").choices(reportFormats).default("html" as const),
    )
    .option(
      "--output <file>",
      "where to write it, - for standard output (default: rotation.html; the text: -)",
    )
    .addHelpText("after", exitHelp)
    .action((files: string[], options: ReportOptions) => end(runReport(files, options, terminal)));

  program
    .command("init")
    .description("write a starting project; never overwrites a file")
    .argument("[dir]", "folder of the project", ".")
    .addOption(
      new Option("--language <language>", "language of the program")
        .choices(languages)
        .default("typescript" satisfies Language),
    )
    .addHelpText("after", exitHelp)
    .action((folder: string, { language }: { language: Language }) =>
      terminal.out(...init(folder, language)),
    );

  program
    .command("terraform-mirror")
    .description("lay out a folder from which Terraform and OpenTofu install the provider of this package")
    .argument("<dir>", "folder of the mirror; what is in it stays")
    .addHelpText("after", exitHelp)
    .action((folder: string) => {
      const { configuration, told } = writeMirror(folder);
      terminal.error(...told);
      terminal.out(...configuration);
    });

  return program;
}

/** The options that say which project is meant. */
function withConnection(command: Command): Command {
  return command
    .option("--account <name>", "account (ZUPLO_ACCOUNT; default: the API key's own)")
    .option("--project <name>", "project (ZUPLO_PROJECT)")
    .option("--endpoint <url>", "developer API (ZUPLO_DEVELOPER_API_ENDPOINT; default: https://dev.zuplo.com)")
    .option("--api-key-file <file>", "file with the API key, - for standard input (or ZUPLO_API_KEY)")
    .addOption(new Option("--api-key <key>").hideHelp().argParser(refuseKey));
}

function wantsJson({ json, format }: OptionValues): boolean {
  return json === true || format === "json";
}

function parseDuration(text: string): number {
  const milliseconds = toMilliseconds(text);
  if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
  throw new InvalidArgumentError('It takes a number of seconds, or a string such as "90s", "12h" or "30d".');
}

function parseBeforeOption(text: string): Before {
  const before = parseBefore(text);
  if (before !== undefined) return before;
  throw new InvalidArgumentError(
    'It takes a share above 0% and below 100%, such as "30%", or a time such as "12h" or "7d".',
  );
}

/** An argument stands in the list of processes and in the shell's history. */
function refuseKey(): never {
  throw new CliError(
    "An API key is never taken from an argument, where others can read it.",
    "Set ZUPLO_API_KEY, or give --api-key-file FILE (- reads standard input).",
    "ZUPLO1503",
  );
}

/** What follows an unknown option may be a secret that was meant for another one. */
function withoutValues(text: string): string {
  return text.replace(/(unknown option '[^'=]+)=[^\n]*'/g, "$1'");
}
