/** What a run will do, before it does it. */
import { addressOf } from "../../provider/probe";
import { trimmed } from "../../provider/rotation/gateway";
import { prefix, rotationPrefix, secretName, variableName } from "./names";
import type { Scene } from "./scene";

/** Two to look at, two of the rotation, one of its end. */
export const redeploys = 5;

export function planOf({ options, scope, target }: Scene, leftBefore: readonly string[]): string {
  const { branch, environmentType, name, url } = target;
  const { path, config } = options;
  const route =
    path === undefined
      ? "none: what callers get is not seen (give --path)"
      : `GET ${addressOf(`${trimmed(url)}${path}`)}, again and again`;
  return [
    `Branch '${branch}' (deployment '${name}', ${environmentType}) of ${scope.account}/${scope.project} at ${config.endpoint}:`,
    "",
    `  certificates  ${prefix}kept_…, ${prefix}early_… and ${prefix}late_…, and two of the provider,`,
    `                ${rotationPrefix}_…: enabled for ${environmentType}, trusted by nobody, deleted in the end`,
    `  variables     ${variableName} and ${secretName} of the branch: the API cannot`,
    "                delete them, so they stay, the one empty and the other with a word that means nothing",
    `  redeploys     ${redeploys} of '${name}', and one more where something is still bound in the end`,
    `  route         ${route}`,
    ...(leftBefore.length === 0
      ? []
      : [`  at first      deletes what an earlier run has left: ${leftBefore.join(", ")}`]),
    "",
    `A ${environmentType} deployment of another branch that is made meanwhile binds these certificates, too: then they`,
    "stay, disabled, until it is deployed again, and a later run deletes them.",
  ].join("\n");
}
