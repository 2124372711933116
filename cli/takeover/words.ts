import { oneLine, quote } from "../../provider/text/redact";
import type { Findings } from "./findings";

/** What stands at the fixed name of a certificate that somebody has uploaded by hand. */
export const nameComment =
  "With the next certificate, remove the name: Zuplo cannot change one under its name, and each then gets its own.";

/** What a program says of itself, first of all. */
export function headerOf({ scope, notes }: Findings, imports = "the `import` options"): string[] {
  const { account, project } = scope;
  return [
    `The mTLS certificates of ${quote(account)}/${quote(project)}, what names them, and what has them, as they were found at Zuplo.`,
    `The first run imports them and changes nothing. Remove ${imports} after it.`,
    "Give each redeployment a `verify` with the path of a route that calls the backend: a certificate that does not work is then rolled back.",
    ...(notes.length === 0 ? [] : ["", "To look after by hand:", ...notes.map(note => `- ${note}`)]),
  ];
}

/** Lines of a comment: what others wrote ends none of them. */
export function commented(lines: readonly string[], mark: string): string[] {
  return [...lines.map(line => `${mark}${oneLine(line)}`.trimEnd()), ""];
}
