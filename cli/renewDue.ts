import { type Chain, factsOf, nameLine } from "../provider/certificates/parse";
import { orderedChain } from "../provider/certificates/validate";
import { type Code, coded } from "../provider/text/codes";
import { spelledOut } from "../provider/text/duration";
import { quote } from "../provider/text/redact";
import { type Before, type Due, dueOf } from "./due";
import { CliError, type ExitCode, exitCodes } from "./errors";
import { readText } from "./inputFile";
import { paint, type Terminal } from "./terminal";

export interface RenewDueOptions {
  before?: Before;
  json?: boolean;
}

/** Tells whether it is time for the successor of a certificate. It calls nothing. */
export function renewDue(
  path: string,
  { before, json = false }: RenewDueOptions,
  terminal: Terminal,
  now = Date.now(),
): ExitCode {
  const name = path === "-" ? "The certificate" : quote(path);
  const chain = readChain(path, name);
  const due = dueOf(chain, now, before);
  const { validFrom, fingerprint } = factsOf(chain.leaf);
  const code = codeOf(due, validFrom, now);
  if (before !== undefined && "ms" in before && before.ms >= due.lifetimeMs) {
    const text = `--before is no shorter than the certificate's lifetime of ${spelledOut(due.lifetimeMs)}: it is always due.`;
    terminal.error([paint("yellow", "warning:"), ` ${coded("ZUPLO1216", text)}`]);
  }
  if (json) {
    terminal.json({
      due: due.isDue,
      dueFrom: new Date(due.from).toISOString(),
      validFrom,
      expires: new Date(due.expires).toISOString(),
      secondsLeft: Math.floor((due.expires - now) / 1000),
      shareLeft: shareLeft(due, now),
      fingerprint,
      ...(code === undefined ? {} : { code }),
    });
  } else {
    const text = sentence(name, due, validFrom, now);
    terminal.out([paint(due.isDue ? "yellow" : "green", code === undefined ? text : coded(code, text))]);
  }
  return due.isDue ? exitCodes.expiring : exitCodes.ok;
}

function readChain(path: string, name: string): Chain {
  // With another certificate in the first place, it would be another one's date.
  const chain = orderedChain(readText(path, "the certificate"));
  if (!("reason" in chain)) return chain;
  const remedy = "Give the certificate as PEM: the leaf first, its issuer after it.";
  throw new CliError(`${name} ${chain.reason}`, remedy, chain.code);
}

function codeOf({ isDue }: Due, validFrom: string, now: number): Code | undefined {
  if (isDue) return "ZUPLO1216";
  return now < Date.parse(validFrom) ? "ZUPLO1215" : undefined;
}

function sentence(name: string, due: Due, validFrom: string, now: number): string {
  const { isDue, expires, endedBy } = due;
  const what = endedBy === undefined ? "it" : `its intermediate ${nameLine(endedBy.subject)}`;
  const at = new Date(expires).toISOString();
  const verdict = `${name} is ${isDue ? "due" : "not due"}:`;
  if (now > expires) return `${verdict} ${what} expired ${at}, ${spelledOut(now - expires)} ago.`;
  const expiry = `${what} expires ${at}, in ${spelledOut(expires - now)}`;
  if (now < Date.parse(validFrom)) return `${verdict} it is not valid before ${validFrom}, and ${expiry}.`;
  const percent = Math.floor(shareLeft(due, now) * 100);
  return `${verdict} ${expiry} (${percent}% of its lifetime is left).`;
}

/** From 1 when it begins to 0 when it has expired. */
function shareLeft({ expires, lifetimeMs }: Due, now: number): number {
  if (lifetimeMs === 0) return 0;
  return Math.min(1, Math.max(0, (expires - now) / lifetimeMs));
}
