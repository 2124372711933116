import type { EnvironmentType } from "./responses";

/**
 * The environment type of a branch's deployment, where nothing tells it: the default branch is production, every other
 * one is preview. Development is what working copies are, and no branch.
 */
export function environmentTypeOf(branch: string): EnvironmentType {
  return branch === "main" || branch === "master" || branch === "production" ? "production" : "preview";
}
