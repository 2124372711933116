import type { EnvironmentType } from "../api/responses";

/** A place in the stages: the number of the stage, and of the target in it, both from 0. */
export interface StageIndex {
  stage: number;
  target: number;
}

/** What must be done before something at a place of the stages may begin. */
export interface Waits {
  /** Redeployments that must be verified. */
  redeployments: StageIndex[];
  /** Variables that must be changed. */
  variables: StageIndex[];
}

type Types = readonly (readonly EnvironmentType[])[];

/**
 * Before a variable changes: the stage before the first one of its environment type must be verified. A later stage of
 * the same type therefore changes early, which is harmless, since the new certificate is enabled; a later stage of
 * another type is not touched.
 */
export function beforeVariable(types: Types, { stage, target }: StageIndex): Waits {
  const type = types[stage]?.[target];
  const first = types.findIndex(inStage => type !== undefined && inStage.includes(type));
  return { redeployments: indicesOf(types, first - 1), variables: [] };
}

/**
 * Before a redeploy: the stage before must be verified, and every variable of its environment type changed. The
 * redeploy disables the old certificate for the whole type, and a push to a branch that still names it would fail.
 */
export function beforeRedeployment(types: Types, { stage, target }: StageIndex): Waits {
  const type = types[stage]?.[target];
  const variables = types
    .flatMap((_, other) => indicesOf(types, other))
    .filter(at => types[at.stage]?.[at.target] === type);
  return { redeployments: indicesOf(types, stage - 1), variables };
}

function indicesOf(types: Types, stage: number): StageIndex[] {
  return (types[stage] ?? []).map((_, target) => ({ stage, target }));
}
