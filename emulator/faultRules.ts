/** Faults as data: which call is hit, by method, path and occurrence, and what happens to it. */
import { z } from "zod";
import type { CallHook } from "./faults";

const ruleSchema = z
  .strictObject({
    /** Default: any. */
    method: z.enum(["GET", "POST", "PATCH", "PUT", "DELETE"]).optional(),
    /** A regular expression that the path, query included, has to match. Default: any. */
    path: z.string().refine(isExpression, { error: "must be a regular expression" }).optional(),
    /** The calls that match are counted from 1; "every" hits all of them. Default: 1. */
    occurrence: z.union([z.int().min(1), z.literal("every")]).default(1),
    when: z.enum(["before", "after"]).optional(),
    /** Milliseconds; "forever": never an answer. */
    delayMs: z.union([z.number().min(0), z.literal("forever")]).optional(),
    status: z.int().min(200).max(599).optional(),
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    destroy: z.enum(["before", "after"]).optional(),
  })
  .refine(rule => ["delayMs", "status", "headers", "destroy"].some(key => key in rule), {
    error: "must say what happens: delayMs, status, headers or destroy",
  });

/** @throws Error fit for the user: which rule makes no sense, and why. */
export function parseFaultRules(value: unknown): CallHook[] {
  const parsed = z.array(ruleSchema).safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`the fault rules make no sense at [${issue?.path.join(".")}]: ${issue?.message}`);
  }
  return parsed.data.map(hookOf);
}

function hookOf({ method, path, occurrence, delayMs, ...effect }: z.output<typeof ruleSchema>): CallHook {
  const expression = path === undefined ? undefined : new RegExp(path);
  const fault = {
    ...effect,
    ...(delayMs === undefined ? {} : { delayMs: delayMs === "forever" ? Number.POSITIVE_INFINITY : delayMs }),
  };
  let count = 0;
  return call => {
    if (method !== undefined && call.method !== method) return undefined;
    if (expression !== undefined && !expression.test(call.path)) return undefined;
    count += 1;
    return occurrence === "every" || count === occurrence ? fault : undefined;
  };
}

function isExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
