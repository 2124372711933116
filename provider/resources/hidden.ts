import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { timeoutSchema } from "../text/duration";

/**
 * What a resource keeps to itself: the engine neither shows nor compares properties that begin like this. `__uses` is
 * an argument that only MtlsBinding gives; `__memory` is an output.
 */
export const usesKey = "__uses";
export const memoryKey = "__memory";

/**
 * On a delete alone: the engine has dropped what the resource had kept. Not set where the engine merely withholds it,
 * since the resource is made again right away.
 */
export const forgottenKey = "__forgotten";

/**
 * On a delete alone: what is made in its place right after it, as far as that was known when it was planned. An engine
 * that tells it does not begin with the successor.
 */
export const successorKey = "__successor";
export const successorSchema = z.object({
  account: z.string().optional(),
  project: z.string().optional(),
  branch: z.string().optional(),
  name: z.string().optional(),
  onReplace: z.string().optional(),
});
export type Successor = z.output<typeof successorSchema>;

/** On a delete alone: an earlier run has made another one in its place and could not delete it. It is not told which. */
export const replacedKey = "__replaced";

/**
 * On a delete alone: what the program has another resource for, which this one would leave at Zuplo or take away. An
 * engine that applies without telling of what does not change, or only later, has told it in its plan.
 */
export const takenOverKey = "__takenOver";
const branchVariableSchema = z.object({ branch: z.string(), name: z.string() });
export const takenOverSchema = z.object({
  /** Variables that it has set. */
  variables: z.array(branchVariableSchema).default([]),
  /** Variables that may name its certificate until the program has given them another value. */
  awaited: z.array(branchVariableSchema).default([]),
  /** Those of them that a rollback may have put back, which their states do not tell, with the program's values. */
  believed: z.array(branchVariableSchema.extend({ project: z.string(), value: z.string() })).default([]),
  /** Deployments that the program redeploys; without a name, that of the branch. */
  deployments: z.array(z.object({ name: z.string(), branchName: z.string().optional() })).default([]),
  /** Names of CA certificates. */
  authorities: z.array(z.string()).default([]),
});
export type TakenOver = z.output<typeof takenOverSchema>;

/** On an update alone: nobody has looked whether what the arguments say is so at Zuplo, since an import assumed it. */
export const assumedKey = "__assumed";

export const isHidden = (key: string): boolean => key.startsWith("__");
/** The hidden properties that belong to the resources themselves, and not to the way in which they are served. */
export const isOwnHidden = (key: string): boolean =>
  [usesKey, memoryKey, forgottenKey, successorKey, replacedKey, takenOverKey, assumedKey].includes(key);

/** Where a binding uses its certificate. It only grows: what was ours outlasts a stage that is removed. */
export const usesSchema = z.object({
  variable: z.string(),
  /** The variables that it had before. */
  formerly: z.array(z.string()).optional(),
  branches: z.array(z.string()).default([]),
  deployments: z.array(z.string()).default([]),
  /** How long its redeploys may take: a destroy that is repeated knows nothing else of it. */
  timeout: timeoutSchema.optional(),
});
export type Uses = z.output<typeof usesSchema>;

/** Both together, in the order in which they came. */
export function grown(before: Omit<Uses, "timeout"> | undefined, now: Uses): Uses {
  if (before === undefined) return now;
  const formerly = [...new Set([...(before.formerly ?? []), before.variable])].filter(
    variable => variable !== now.variable,
  );
  return {
    ...now,
    ...(formerly.length === 0 ? {} : { formerly }),
    branches: [...new Set([...before.branches, ...now.branches])],
    deployments: [...new Set([...before.deployments, ...now.deployments])],
  };
}

/** Whether nothing has to be stored anew. What a state of an older version does not keep makes no difference. */
export function isSameUse(before: Uses, now: unknown): boolean {
  const parsed = usesSchema.safeParse(now).data;
  const { timeout = parsed?.timeout, ...rest } = before;
  return isDeepStrictEqual({ timeout, ...rest }, { timeout: undefined, ...parsed });
}

export const isForgotten = (state: object): boolean => isMarked(state, forgottenKey);
export const isAssumed = (state: object): boolean => isMarked(state, assumedKey);
export const isReplacedBefore = (state: object): boolean => isMarked(state, replacedKey);

export const takenOverIn = (state: object): TakenOver =>
  recall(takenOverSchema, state, takenOverKey) ?? takenOverSchema.parse({});

/** What an engine that deletes first makes in its place, as far as it has said so. */
export const successorIn = (state: object): Successor | undefined =>
  recall(successorSchema, state, successorKey);

function isMarked(state: object, key: string): boolean {
  return (state as Record<string, unknown>)[key] === true;
}

/**
 * Whether what is deleted is made again where it was, by these of its arguments. What was not known may be the same.
 */
export function isMadeAgain(state: object, names: readonly (keyof Successor)[]): boolean {
  const successor = successorIn(state);
  const before = state as Record<string, unknown>;
  return (
    successor !== undefined &&
    names.every(name => [undefined, before[name]].includes(successor[name]) || before[name] === undefined)
  );
}

/** Reads what an earlier run has kept; nothing where somebody has edited it. */
export function recall<T extends z.ZodType>(schema: T, state: object, key: string): z.output<T> | undefined {
  return schema.safeParse((state as Record<string, unknown>)[key]).data;
}
