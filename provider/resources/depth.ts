import type { Problem } from "../text/codes";

/** Levels of lists and objects in a value that are accepted: far more than an argument needs. */
export const maxDepth = 64;

/** The property whose value is nested more than 64 levels deep, if there is one. Does not recurse. */
export function tooDeep(inputs: object): string | undefined {
  return Object.keys(inputs).find(key => {
    let level: unknown[] = [(inputs as Record<string, unknown>)[key]];
    for (let depth = 0; level.length > 0; depth += 1) {
      if (depth > maxDepth) return true;
      level = level.flatMap(value =>
        typeof value === "object" && value !== null ? Object.values(value) : [],
      );
    }
    return false;
  });
}

export const tooDeepProblem: Problem = {
  code: "ZUPLO1108",
  reason: `is nested more than ${maxDepth} levels deep: give a flatter value.`,
};
