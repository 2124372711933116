import { isName, nearestName } from "../certificates/name";
import type { Problem } from "../text/codes";
import { quote } from "../text/redact";

/** Why a text is no certificate's name at Zuplo, and which one is nearest; undefined for one that is. */
export function nameProblem(text: string): Problem | undefined {
  if (isName(text)) return undefined;
  if (text === "") return { code: "ZUPLO1110", reason: "is empty: give one, or leave the argument out." };
  const rule =
    "must be a JavaScript identifier of letters, digits and underscores, and not a reserved word (at most 120 characters)";
  const shown = quote(text);
  // What is made of a secret tells it as well.
  const hint = shown === text ? `: use '${nearestName(text)}'` : "";
  return { code: "ZUPLO1110", reason: `'${shown}' ${rule}${hint}.` };
}
