import type { EnvironmentType } from "./responses";

/** The environment type of a branch's deployment, by Zuplo's rule: the default branch is production. */
export function environmentTypeOf(branch: string): EnvironmentType {
  if (branch === "main" || branch === "master" || branch === "production") return "production";
  return branch === "development" ? "development" : "preview";
}
