import { environmentTypes } from "../provider/api/responses";
import { parseIdentity } from "../provider/certificates/identity";
import { type Chain, factsOf, nameLine } from "../provider/certificates/parse";
import { examine } from "../provider/resources/mtlsCertificate/check";
import type { CheckFailure } from "../provider/resources/resource";
import { coded, type Problem, told } from "../provider/text/codes";
import { readSecret, readText } from "./connection";
import { CliError, type ExitCode, exitCodes } from "./errors";
import { paint, type Terminal } from "./terminal";

export interface CheckOptions {
  name?: string;
  namePrefix?: string;
  warnBefore?: string;
  environment?: string[];
  /** `PROJECT/STACK/RESOURCE` of Pulumi. */
  resource?: string;
}

/** Makes every check that a preview makes of an MtlsCertificate, and calls nothing. */
export function checkCertificate(
  certificatePath: string,
  keyPath: string,
  options: CheckOptions,
  terminal: Terminal,
): ExitCode {
  const identity = parseIdentity(options.resource);
  if (options.resource !== undefined && (identity === undefined || identity.resource === "")) {
    throw new CliError(
      `--resource '${options.resource}' is no place of a resource.`,
      "Give it as PROJECT/STACK/RESOURCE, such as shop/prod/backend.",
      "ZUPLO1503",
    );
  }
  const now = Date.now();
  const { environment, name, namePrefix, warnBefore } = options;
  const { inputs, failures, warnings, chain } = examine({ identity, now }, undefined, {
    certificate: readText(certificatePath, "the certificate"),
    privateKey: readSecret(keyPath, "the private key", terminal),
    environments: environment ?? environmentTypes,
    ...(name === undefined ? {} : { name }),
    ...(namePrefix === undefined ? {} : { namePrefix }),
    ...(warnBefore === undefined ? {} : { warnBefore }),
  });
  if (chain !== undefined) {
    const isKeyGood = !failures.some(({ property }) => property === "privateKey");
    terminal.out(...facts(chain, inputs.name, isKeyGood), "");
  }
  for (const { code, reason } of warnings) {
    terminal.out([paint("yellow", "warning:"), ` ${coded(code, `the certificate ${reason}`)}`]);
  }
  for (const { property, ...problem } of failures) {
    terminal.out([paint("red", "problem:"), ` ${told({ property: where(property), ...problem })}`]);
  }
  const verdict = summary(failures, warnings);
  terminal.out([paint(failures.length > 0 ? "red" : "green", verdict)]);
  return failures.length > 0 ? exitCodes.failed : exitCodes.ok;
}

function facts(chain: Chain, name: unknown, isKeyGood: boolean): string[] {
  const { subject, issuer, serialNumber, fingerprint, validFrom, validTo } = factsOf(chain.leaf);
  const lines: [string, string][] = [
    ["name", typeof name === "string" ? name : `(ends in ${fingerprint.slice(0, 8)}; see --resource)`],
    ["subject", subject],
    ["issuer", issuer],
    ["serial number", serialNumber],
    ["fingerprint", `${fingerprint} (SHA-256)`],
    ["valid from", validFrom],
    ["valid to", validTo],
    ["private key", isKeyGood ? "belongs to the certificate" : "cannot be used"],
    ...chain.intermediates.map((certificate, index): [string, string] => [
      index === 0 ? "chain" : "",
      `${nameLine(certificate.subject)}, to ${factsOf(certificate).validTo}`,
    ]),
  ];
  if (chain.intermediates.length === 0) lines.push(["chain", "the leaf only"]);
  return lines.map(([label, value]) => `${label.padEnd(13)}  ${value}`);
}

/** Properties of the resource that have another name on this command line. */
const optionNames: Record<string, string> = {
  warnBefore: "--warn-before",
  name: "--name",
  namePrefix: "--name-prefix",
};

function where(property: string): string {
  return property.startsWith("environments") ? "--environment" : (optionNames[property] ?? property);
}

function summary(failures: readonly CheckFailure[], warnings: readonly Problem[]): string {
  const count = (items: readonly unknown[], word: string) =>
    `${items.length} ${word}${items.length === 1 ? "" : "s"}`;
  if (failures.length > 0) return `${count(failures, "problem")}: \`pulumi preview\` would fail.`;
  return warnings.length > 0 ? `Good, with ${count(warnings, "warning")}.` : "Good.";
}
