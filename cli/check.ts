import { environmentTypes } from "../provider/api/responses";
import { parseIdentity } from "../provider/certificates/identity";
import { type Chain, factsOf, nameLine } from "../provider/certificates/parse";
import { examine } from "../provider/resources/mtlsCertificate/check";
import type { CheckFailure } from "../provider/resources/resource";
import { unknown } from "../provider/resources/unknown";
import { type Code, coded } from "../provider/text/codes";
import { type ExitCode, exitCodes, UsageError } from "./errors";
import { readSecret, readText } from "./inputFile";
import { type Line, paint, type Terminal } from "./terminal";

export interface CheckOptions {
  name?: string;
  namePrefix?: string;
  warnBefore?: string;
  environment?: string[];
  /** `PROJECT/STACK/RESOURCE` of Pulumi. */
  resource?: string;
  json?: boolean;
}

/** What there is to say of the key: with none given, nothing. */
type KeyVerdict = "good" | "unusable" | "notChecked" | "notGiven";

/** What `pulumi-zuplo check` found, as it stands in its JSON. */
export interface Checked {
  /** Whether a preview would accept it. */
  isGood: boolean;
  /** Null where the PEM cannot be read. */
  certificate: Facts | null;
  privateKey: KeyVerdict;
  problems: { code: Code; about: string; message: string }[];
  warnings: { code: Code; message: string }[];
}

interface Facts {
  /** The name that it would have at Zuplo; null where only a place of a resource tells it. */
  name: string | null;
  subject: string;
  issuer: string;
  /** Hexadecimal. */
  serialNumber: string;
  /** SHA-256 of the leaf, in lower-case hexadecimal. */
  fingerprint: string;
  /** ISO 8601. */
  validFrom: string;
  validTo: string;
  /** The certificates after the leaf, in their order. */
  intermediates: { subject: string; validTo: string }[];
}

/**
 * Makes every check that a preview makes of an MtlsCertificate, and calls nothing. Without a key, all of them but those
 * that need it: whoever reviews a pull request has none.
 */
export function checkCertificate(
  certificatePath: string,
  keyPath: string | undefined,
  options: CheckOptions,
  terminal: Terminal,
): ExitCode {
  const checked = look(certificatePath, keyPath, options, terminal);
  if (options.json) terminal.json(checked);
  else terminal.out(...lines(checked));
  return checked.isGood ? exitCodes.ok : exitCodes.failed;
}

function look(
  certificatePath: string,
  keyPath: string | undefined,
  options: CheckOptions,
  terminal: Terminal,
): Checked {
  const identity = parseIdentity(options.resource);
  if (options.resource !== undefined && (identity === undefined || identity.resource === "")) {
    throw new UsageError(
      `--resource '${options.resource}' is not the place of a resource.`,
      "Give it as PROJECT/STACK/RESOURCE, such as shop/prod/backend.",
    );
  }
  if (certificatePath === "-" && keyPath === "-") {
    throw new UsageError(
      "The certificate and the key cannot both come from standard input.",
      "Name a file for one.",
    );
  }
  const { environment, name, namePrefix, warnBefore } = options;
  const view = { identity, now: Date.now() };
  const { inputs, failures, warnings, chain } = examine(view, undefined, {
    certificate: readText(certificatePath, "the certificate"),
    // What is not known yet is no failure.
    privateKey: keyPath === undefined ? unknown : readSecret(keyPath, "the private key", terminal),
    environments: environment ?? environmentTypes,
    ...(name === undefined ? {} : { name }),
    ...(namePrefix === undefined ? {} : { namePrefix }),
    ...(warnBefore === undefined ? {} : { warnBefore }),
  });
  return {
    isGood: failures.length === 0,
    certificate: chain === undefined ? null : factsOfChain(chain, inputs.name),
    privateKey: keyPath === undefined ? "notGiven" : verdictOf(failures, chain),
    problems: failures.map(({ property, code, reason }) => {
      const about = where(property);
      return { code, about, message: about === "" ? reason : `${about} ${reason}` };
    }),
    warnings: warnings.map(({ code, reason }) => ({ code, message: `the certificate ${reason}` })),
  };
}

function verdictOf(failures: readonly CheckFailure[], chain: Chain | undefined): KeyVerdict {
  if (failures.some(({ property }) => property === "privateKey")) return "unusable";
  return chain === undefined ? "notChecked" : "good";
}

function factsOfChain({ leaf, intermediates }: Chain, name: unknown): Facts {
  const { subject, issuer, serialNumber, fingerprint, validFrom, validTo } = factsOf(leaf);
  return {
    name: typeof name === "string" ? name : null,
    subject,
    issuer,
    serialNumber,
    fingerprint,
    validFrom,
    validTo,
    intermediates: intermediates.map(certificate => ({
      subject: nameLine(certificate.subject),
      validTo: factsOf(certificate).validTo,
    })),
  };
}

function lines(checked: Checked): Line[] {
  const { certificate, privateKey, problems, warnings } = checked;
  return [
    ...(certificate === null ? [] : [...describe(certificate, privateKey), ""]),
    ...warnings.map(({ code, message }) => [paint("yellow", "warning:"), ` ${coded(code, message)}`]),
    ...problems.map(({ code, message }) => [paint("red", "problem:"), ` ${coded(code, message)}`]),
    [paint(checked.isGood ? "green" : "red", summary(checked))],
  ];
}

const keyWords: Record<KeyVerdict, string> = {
  good: "belongs to the certificate",
  unusable: "cannot be used",
  notChecked: "not checked",
  notGiven: "not given, and not checked",
};

function describe(facts: Facts, key: KeyVerdict): string[] {
  const { name, fingerprint, intermediates } = facts;
  const rows: [string, string][] = [
    ["name", name ?? `(ends in ${fingerprint.slice(0, 8)}; see --resource)`],
    ["subject", facts.subject],
    ["issuer", facts.issuer],
    ["serial number", facts.serialNumber],
    ["fingerprint", `${fingerprint} (SHA-256)`],
    ["valid from", facts.validFrom],
    ["valid to", facts.validTo],
    ["private key", keyWords[key]],
    ...intermediates.map(({ subject, validTo }, index): [string, string] => [
      index === 0 ? "chain" : "",
      `${subject}, to ${validTo}`,
    ]),
  ];
  if (intermediates.length === 0) rows.push(["chain", "the leaf only"]);
  return rows.map(([label, value]) => `${label.padEnd(13)}  ${value}`);
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

function summary({ problems, warnings }: Checked): string {
  const count = (items: readonly unknown[], word: string) =>
    `${items.length} ${word}${items.length === 1 ? "" : "s"}`;
  if (problems.length > 0) return `${count(problems, "problem")}: a preview or a plan would fail.`;
  return warnings.length > 0 ? `Good, with ${count(warnings, "warning")}.` : "Good.";
}
