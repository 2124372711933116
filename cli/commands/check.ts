import { type Command, Option } from "commander";
import { environmentTypes } from "../../provider/api/responses";
import { requireLongDuration } from "../arguments";
import { type CheckOptions, checkCertificate } from "../check";
import { example, withHelp } from "../help";
import type { Surroundings } from "./shared";

export function declareCheck(program: Command, { terminal, end }: Surroundings): void {
  const check = program
    .command("check")
    .description("check a certificate, and its key where you give one, as a preview does; calls nothing")
    .argument(
      "<certificate-file>",
      "PEM of the certificate: leaf first, its issuer after it; - for standard input",
    )
    .argument("[key-file]", "PEM of the leaf's private key; - for standard input")
    .option(
      "--warn-before <duration>",
      "warn when it expires within this time, such as 14d",
      requireLongDuration,
    )
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
        "the key from somewhere other than a file",
        "cat client-key.pem | pulumi-zuplo check client.pem -",
      ),
    ],
  });
}
