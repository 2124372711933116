import { familyOf } from "../../certificates/name";
import type { Session } from "../../session";
import { type Coded, coded } from "../../text/codes";
import { quote } from "../../text/redact";
import type { RawInputs } from "../resource";
import type { RedeploymentState } from "./contract";

/**
 * Certificates that a deployment goes over from, and that its roll disables: not their next generations, which take their
 * places, and not those that no variable named.
 */
export function letGo({ certificates, variables }: RedeploymentState, news: RawInputs): string[] {
  const wanted: unknown[] = Array.isArray(news.certificates) ? news.certificates : [];
  const names = wanted.filter(name => typeof name === "string");
  // What is not known yet may be any.
  if (names.length === 0 || names.length < wanted.length) return [];
  const families = names.map(familyOf);
  return certificates.filter(name => {
    const family = familyOf(name);
    const isNamed = variables.some(({ value }) => value === name);
    return isNamed && !names.includes(name) && (family === undefined || !families.includes(family));
  });
}

/** Says of which of them another resource has more to say, which a run does not know that is told of changes only. */
export function warnOfLetGo({ program, config }: Session, olds: RedeploymentState, news: RawInputs): Coded[] {
  const { deployment, environmentType: type } = olds;
  const home = olds.project ?? config.project ?? "";
  const untold = letGo(olds, news).filter(name => program.certificates.enables(home, name, type));
  return untold.map(name =>
    coded(
      "ZUPLO1226",
      `Redeployment '${quote(deployment)}' goes over from '${quote(name)}', which another resource of the program has enabled for ${type}. ` +
        `Unless that resource changes as well, the run is not told of it: it disables '${quote(name)}' for ${type} where no branch needs it, and the next run enables it again.\n` +
        `To settle it in one run, take ${type} out of its \`environments\`, or remove its resource.`,
    ),
  );
}
