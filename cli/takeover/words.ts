import { oneLine, quote } from "../../provider/text/redact";
import type { Findings } from "./findings";

/** What stands at the fixed name of a certificate that somebody has uploaded by hand. */
export const nameComment =
  "With the next certificate, remove the name: Zuplo cannot change one under its name, and each then gets its own.";

/** How a program calls what its head speaks of. */
export interface Terms {
  /** What makes its first run import. */
  imports: string;
  /** The argument that says what becomes of a certificate which leaves it. */
  onDelete: string;
}

export const pulumiTerms: Terms = { imports: "the `import` options", onDelete: "onDelete" };

/** What a program says of itself, first of all. */
export function headerOf({ scope, notes }: Findings, { imports, onDelete }: Terms): string[] {
  const { account, project } = scope;
  return [
    `The mTLS certificates of ${quote(account)}/${quote(project)}, the variables that name them and the deployments that use them, as found at Zuplo.`,
    `The first run imports them and changes nothing. Remove ${imports} after it.`,
    `From then on they are the program's: a certificate that leaves it is deleted at Zuplo, unless \`${onDelete}\` is "retain".`,
    "Give each redeployment a `verify` with the path of a route that calls the backend: a certificate that does not work is then rolled back.",
    ...(notes.length === 0 ? [] : ["", "Left to do by hand:", ...notes.map(note => `- ${note}`)]),
  ];
}

/** Lines of a comment: what others wrote ends none of them. */
export function commented(lines: readonly string[], mark: string): string[] {
  return [...lines.map(line => `${mark}${oneLine(line)}`.trimEnd()), ""];
}
