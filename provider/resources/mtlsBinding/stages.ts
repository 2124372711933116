import { environmentTypeOf } from "../../api/branches";
import type { EnvironmentType } from "../../api/responses";
import { enumerated } from "../../text/enumerated";
import type { CheckFailure } from "../resource";

/** A stage as a program gives it. */
export interface Stage {
  branches?: readonly string[] | undefined;
  deployments?: readonly string[] | undefined;
  environmentType?: EnvironmentType | undefined;
}

/** A deployment that is part of a stage. */
export interface StageTarget {
  /** As the stage names it: what its parts are found by. */
  key: string;
  at: { branch: string } | { deployment: string };
  /** Undefined where only Zuplo tells it. */
  branch: string | undefined;
  type: EnvironmentType | undefined;
}

/** What is named by the stages, in their order. */
export function targetsOf(stages: readonly Stage[]): StageTarget[][] {
  return stages.map(({ branches = [], deployments = [], environmentType }) => [
    ...branches.map(branch => ({
      key: branch,
      at: { branch },
      branch,
      type: environmentType ?? environmentTypeOf(branch),
    })),
    ...deployments.map(deployment => ({
      key: deployment,
      at: { deployment },
      branch: undefined,
      type: environmentType,
    })),
  ]);
}

/** What is wrong with stages, besides their form. */
export function stageFailures(stages: readonly Stage[]): CheckFailure[] {
  const targets = targetsOf(stages);
  const code = "ZUPLO1108";
  if (targets.length === 0)
    return [{ property: "stages", reason: "is empty: give at least one stage.", code }];
  const seen = new Set<string>();
  return targets.flatMap((inStage, stage) => {
    const property = `stages[${stage}]`;
    if (inStage.length === 0)
      return [{ property, reason: "is empty: give `branches` or `deployments`.", code }];
    return inStage.flatMap(({ key }) => {
      const isKnown = seen.has(key);
      seen.add(key);
      return isKnown ? [{ property, reason: `names '${key}', which is already in the stages.`, code }] : [];
    });
  });
}

/** The environments that are given must hold those of the stages. */
export function coverageFailure(
  given: readonly EnvironmentType[],
  used: readonly EnvironmentType[],
): CheckFailure | undefined {
  const missing = [...new Set(used)].filter(type => !given.includes(type));
  if (missing.length === 0) return undefined;
  const reason = `lacks ${enumerated(missing)}, which its stages need: add what is missing, or leave \`environments\` out.`;
  return { property: "environments", reason, code: "ZUPLO1102" };
}

/** Where a certificate will be used, which its state keeps: a destroy sees no program. */
export function usesOf<Variable>({
  variable,
  stages,
  timeout,
}: {
  variable: Variable;
  stages: readonly Stage[];
  timeout?: unknown;
}) {
  return {
    variable,
    // What is known only later would make all of it unknown.
    ...(typeof timeout === "number" || typeof timeout === "string" ? { timeout } : {}),
    branches: stages.flatMap(({ branches = [] }) => branches),
    deployments: stages.flatMap(({ deployments = [] }) => deployments),
  };
}
