import { createHash } from "node:crypto";
import type { BuildIdentity } from "../api/world";
import type { Deployment, Snapshot } from "../state/model";

/** The answer to `/__zuplo/build`, as the real runtime gives it; undefined where there is none. */
export function buildInfo(
  { name, environmentType, createdOn }: Deployment,
  { buildId, at, commit = 0 }: Snapshot,
  identity: BuildIdentity = "id",
): string | undefined {
  if (identity === "none") return undefined;
  const gitSha = createHash("sha1").update(`${name}/${commit}`).digest("hex");
  return JSON.stringify({
    buildId: identity === "id" ? buildId : gitSha.slice(0, 12),
    zuploVersion: "7.4.5",
    compatibilityDate: "2025-02-06",
    apiVersion: "v1",
    gitSha,
    timestamp: identity === "commit" ? createdOn : at,
    isProduction: environmentType === "production",
  });
}
