import { Argument, Command, CommanderError, Option, type OptionValues } from "commander";
import { ZuploError } from "../provider/api/errors";
import { environmentTypes } from "../provider/api/responses";
import type { Lookup } from "../provider/config";
import { coded } from "../provider/text/codes";
import { version } from "../provider/version";
import { parseBeforeOption, parseDuration, refuseKey, requireDuration, withoutValues } from "./arguments";
import { type CheckOptions, checkCertificate } from "./check";
import { completionScript, type Shell, shells } from "./completion/scripts";
import { CliError, type ExitCode, exitCodes, UsageError } from "./errors";
import { example, withHelp } from "./help";
import { type Language, languages } from "./init";
import { type InitOptions, runInit } from "./initCommand";
import { type PruneOptions, runPrune } from "./pruneCommand";
import { type ReleaseOptions, runRelease } from "./releaseCommand";
import { type RenewDueOptions, renewDue } from "./renewDue";
import { type ReportOptions, reportFormats, runReport } from "./reportCommand";
import { runStatus, type StatusOptions, statusFormats } from "./statusCommand";
import { paint, type Terminal } from "./terminal";
import { writeMirror } from "./terraformMirror";

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
      "Client certificates of a Zuplo project: what there is, what is left, whether one is good, how to begin.",
    )
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.out(...text.trimEnd().split("\n")),
      outputError: (text, write) => write(`${coded("ZUPLO1503", text.trimEnd())}\n`),
      writeErr: text => terminal.error(...withoutValues(text).trimEnd().split("\n")),
    })
    .showHelpAfterError("--help tells what there is.");
  withHelp(program, {
    examples: [
      example("who uses which certificate, and until when", "pulumi-zuplo status"),
      example("whether a certificate and its key are good", "pulumi-zuplo check client.pem client-key.pem"),
      example("a project to start from", "pulumi-zuplo init shop"),
    ],
    expiring: "a certificate expires (status --within), or is due (renew-due)",
  });

  const status = withConnection(program.command("status"))
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
    .action(async (options: StatusOptions) => end(await runStatus(options, terminal, environment)));
  withHelp(status, {
    examples: [
      example("every certificate, who uses it and when it expires", "pulumi-zuplo status"),
      example("end with 2 where one expires within 30 days", "pulumi-zuplo status --within 30d"),
      example("of another project than the stack's of this folder", "pulumi-zuplo status --project gateway"),
      example("metrics for Prometheus", "pulumi-zuplo status --format prometheus > zuplo.prom"),
    ],
    expiring: "a certificate expires within the time of --within",
  });

  const check = program
    .command("check")
    .description("check a certificate, and its key where you give one, as a preview does; calls nothing")
    .argument(
      "<certificate-file>",
      "PEM of the certificate: leaf first, its issuer after it; - for standard input",
    )
    .argument("[key-file]", "PEM of the leaf's private key; - for standard input")
    .option("--warn-before <duration>", "warn when it expires within this time, such as 14d", requireDuration)
    .addOption(
      new Option("--environment <type...>", "environment types for which it is meant (default: all)").choices(
        environmentTypes,
      ),
    )
    .option("--name <name>", "name that it is to have at Zuplo")
    .option("--name-prefix <prefix>", "what its generated name is to start with")
    .option("--resource <place>", "PROJECT/STACK/RESOURCE of Pulumi, to see the generated name")
    .option("--json", "one JSON object instead of lines")
    .action((certificate: string, key: string | undefined, options: CheckOptions) =>
      end(checkCertificate(certificate, key, options, terminal)),
    );
  withHelp(check, {
    examples: [
      example("a certificate and its key", "pulumi-zuplo check client.pem client-key.pem"),
      example("without the key: a pull request has none", "pulumi-zuplo check client.pem"),
      example(
        "the name that a stack would give it",
        "pulumi-zuplo check client.pem --resource shop/prod/backend",
      ),
      example(
        "the key from somewhere else than a file",
        "cat client-key.pem | pulumi-zuplo check client.pem -",
      ),
    ],
  });

  const due = program
    .command("renew-due")
    .description("tell whether it is time to renew a certificate; calls nothing")
    .argument(
      "<certificate-file>",
      "PEM of the certificate: leaf first, its issuer after it; - for standard input",
    )
    .option(
      "--before <share or duration>",
      "due when less than this is left: a share of its lifetime such as 30%, or a time such as 7d or 12h (default: a third of its lifetime, 30 days at most)",
      parseBeforeOption,
    )
    .option("--json", "one JSON object instead of a line")
    .action((certificate: string, options: RenewDueOptions) => end(renewDue(certificate, options, terminal)));
  withHelp(due, {
    examples: [
      example("whether less than a third of its lifetime is left", "pulumi-zuplo renew-due client.pem"),
      example(
        "in a script, where an error must not pass for a certificate that is due",
        "code=0",
        "pulumi-zuplo renew-due client.pem --before 30% || code=$?",
        "case $code in",
        "  0) ;; # not due",
        "  2) step ca renew --force client.pem client-key.pem ;;",
        '  *) exit "$code" ;;',
        "esac",
      ),
    ],
    notes: [
      "An expired certificate is due. A missing file is an error: issue the first certificate yourself.",
      "Where an intermediate in the file expires before the leaf, its date counts.",
    ],
    expiring: "it is time to renew",
  });

  const prune = withConnection(program.command("prune"))
    .description("delete what is left of certificates that nobody uses; without --yes, only list it")
    .argument("[certificate]", "name, id, or a prefix with lineage, such as backend_prod_8d80")
    .option(
      "--stack-export <file>",
      "JSON of `pulumi stack export`, - for standard input: what its certificates left",
    )
    .option("--yes", "delete it")
    .option("--json", "one JSON object instead of a table")
    .action(async (text: string | undefined, options: PruneOptions) =>
      end(await runPrune(text, options, terminal, environment)),
    );
  withHelp(prune, {
    examples: [
      example("what could go of one lineage", "pulumi-zuplo prune backend_prod_8d80"),
      example(
        "what the certificates of a stack have left",
        "pulumi stack export | pulumi-zuplo prune --stack-export -",
      ),
      example("delete it", "pulumi-zuplo prune backend_prod_8d80 --yes"),
    ],
  });

  const release = withConnection(program.command("release"))
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
    .action(async (name: string, options: ReleaseOptions) =>
      end(await runRelease(name, options, terminal, environment)),
    );
  withHelp(release, {
    examples: [
      example(
        "how main would get the certificate NAME instead",
        "pulumi-zuplo release backend_prod_8d804666e4d5 --branch main --value NAME",
      ),
      example(
        "do it, on two branches",
        "pulumi-zuplo release backend_prod_8d804666e4d5 --branch staging --branch main --value NAME --yes",
      ),
    ],
  });

  const report = program
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
    .action((files: string[], options: ReportOptions) => end(runReport(files, options, terminal)));
  withHelp(report, {
    examples: [
      example("rotation.html", "pulumi-zuplo report records/*.jsonl"),
      example("the text of a ticket", "pulumi-zuplo report records/*.jsonl --format markdown"),
    ],
  });

  const init = withConnection(program.command("init"))
    .description("write a starting project, or the program of what a project has; never overwrites a file")
    .argument("[dir]", "folder of the project", ".")
    .addOption(
      new Option(
        "--language <language>",
        "language of the program; terraform: a configuration for Terraform and OpenTofu",
      )
        .choices(languages)
        .default("typescript" satisfies Language),
    )
    .option(
      "--from-project",
      "the program of the certificates that the project has, of the variables and of the deployments, with its imports",
    )
    .option("--certificates <dir>", "with --from-project: folder with the PEM files of the certificates")
    .action(async (folder: string, options: InitOptions) =>
      end(await runInit(folder, options, terminal, environment)),
    );
  withHelp(init, {
    examples: [
      example("in TypeScript, in the folder shop", "pulumi-zuplo init shop"),
      example("in YAML", "pulumi-zuplo init shop-yaml --language yaml"),
      example("for Terraform or OpenTofu", "pulumi-zuplo init shop-terraform --language terraform"),
      example(
        "take over what was made by hand: the first run imports it, and changes nothing",
        "pulumi-zuplo init gateway --from-project --certificates certs",
      ),
    ],
  });

  const mirror = program
    .command("terraform-mirror")
    .description("lay out a folder from which Terraform and OpenTofu install the provider of this package")
    .argument("<dir>", "folder of the mirror; what is in it stays")
    .action((folder: string) => {
      const { configuration, told } = writeMirror(folder);
      terminal.error(...told);
      terminal.out(...configuration);
    });
  withHelp(mirror, {
    examples: [
      example(
        "the mirror, and the configuration that makes Terraform use it",
        "pulumi-zuplo terraform-mirror ~/.zuplo-mirror > zuplo.tfrc",
        "export TF_CLI_CONFIG_FILE=$PWD/zuplo.tfrc",
      ),
    ],
  });

  const completion = program
    .command("completion")
    .description("write the script with which a shell completes commands, options and values")
    .addArgument(new Argument("<shell>", "for which it is").choices(shells))
    .action((shell: Shell) => terminal.out(...completionScript(shell, program).trimEnd().split("\n")));
  withHelp(completion, {
    examples: [
      example(
        "bash, from the next shell on",
        "mkdir -p ~/.local/share/bash-completion/completions",
        "pulumi-zuplo completion bash > ~/.local/share/bash-completion/completions/pulumi-zuplo",
      ),
      example(
        "zsh, where fpath has ~/.zfunc",
        "mkdir -p ~/.zfunc",
        "pulumi-zuplo completion zsh > ~/.zfunc/_pulumi-zuplo",
      ),
      example(
        "fish",
        "mkdir -p ~/.config/fish/completions",
        "pulumi-zuplo completion fish > ~/.config/fish/completions/pulumi-zuplo.fish",
      ),
    ],
    notes: [
      "It completes `pulumi-zuplo`, not `npx pulumi-zuplo`: install the package globally, or put node_modules/.bin on PATH.",
    ],
  });

  return program;
}

/** The options that say which project is meant. */
function withConnection(command: Command): Command {
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

function wantsJson({ json, format }: OptionValues): boolean {
  return json === true || format === "json";
}
