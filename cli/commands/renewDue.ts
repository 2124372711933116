import type { Command } from "commander";
import { parseBeforeOption } from "../arguments";
import { example, withHelp } from "../help";
import { type RenewDueOptions, renewDue } from "../renewDue";
import type { Surroundings } from "./shared";

export function declareRenewDue(program: Command, { terminal, end }: Surroundings): void {
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
}
