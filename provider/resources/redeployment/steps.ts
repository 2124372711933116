import { environmentTypeOf } from "../../api/branches";
import { addressOf } from "../../probe";
import { typesIn } from "../../rotation/environments";
import { quote } from "../../text/redact";
import { isUnknown, type RawInputs } from "../resource";

/** What a deployment uses now, as the state tells: nothing, where there is none. */
export interface UsesNow {
  certificates?: unknown;
  variables?: unknown;
  environmentType?: unknown;
}

/**
 * What a redeploy does, one step after the other, as a preview can tell it: infinitives that a sentence or a list can
 * hold. What is not known yet is left out.
 */
export function stepsOf(olds: UsesNow | undefined, news: RawInputs): string[] {
  const { verify, rollback } = news;
  const type = typeOf(olds, news);
  return [
    ...superseded(olds, news).map(
      name => `disable '${quote(name)}'${type === undefined ? "" : ` for ${type}`} unless a branch needs it`,
    ),
    "redeploy once",
    ...(verify === undefined ? [] : [`verify ${questionOf(verify)}`.trim()]),
    ...(verify === undefined || rollback === false ? [] : ["roll back if that fails"]),
  ];
}

/** What is disabled: one whose name no variable held may stand in the gateway's code, and stays. */
function superseded(olds: UsesNow | undefined, { certificates }: RawInputs): string[] {
  if (!Array.isArray(olds?.certificates) || !Array.isArray(certificates) || isUnknown(certificates))
    return [];
  const named = Array.isArray(olds.variables) ? olds.variables.map(variable => variable?.value) : [];
  return olds.certificates.filter(name => !certificates.includes(name) && named.includes(name));
}

function typeOf(olds: UsesNow | undefined, { environmentType, branch }: RawInputs) {
  const [known] = [environmentType, olds?.environmentType].flatMap(type => typesIn([type]));
  return known ?? (typeof branch === "string" ? environmentTypeOf(branch) : undefined);
}

/** How a verification asks; nothing while that is not known. Its query and its user may be secret. */
function questionOf(verify: unknown): string {
  const { method, path, url } = verify as RawInputs;
  const at = typeof url === "string" && URL.canParse(url) ? addressOf(url) : path;
  if (typeof at !== "string" || isUnknown(at)) return "";
  return `${typeof method === "string" && !isUnknown(method) ? method : "GET"} ${quote(at.replace(/[?#].*$/, ""))}`;
}
