import { randomUUID } from "node:crypto";
import { z } from "zod";
import { successorSchema, takenOverSchema } from "../../resources/hidden";

/**
 * What Terraform keeps of a resource beside its state, and shows nobody: what has no attribute, or another spelling than
 * the program's. It holds no secret, since it is stored in clear.
 */
const schema = z.object({
  /** Tells this resource from every other one of the configuration. */
  key: z.string(),
  state: z.record(z.string(), z.unknown()).default({}),
  /** Arguments whose values Terraform has handed over without keeping them. */
  writeOnly: z.array(z.string()).default([]),
  /** In a plan alone: what is made, as far as it is known. What is deleted first is told the same. */
  successor: successorSchema.optional(),
  /** In the plan of a delete alone: the run that has made it. */
  plannedBy: z.string().optional(),
  /** In the plan of a delete alone: what another block is for. */
  takenOver: takenOverSchema.optional(),
  /** In the plan of a delete alone: nothing was kept. */
  isForgotten: z.boolean().optional(),
});
export type PrivateState = z.output<typeof schema>;

/** Reads it; that of a new resource where there is none, or where somebody has edited it. */
export function readPrivate(bytes: Uint8Array | undefined, id: unknown): PrivateState {
  const known = schema.safeParse(parsed(bytes)).data;
  return known ?? { key: typeof id === "string" ? id : randomUUID(), state: {}, writeOnly: [] };
}

export function writePrivate(state: PrivateState): Buffer {
  return Buffer.from(JSON.stringify(state));
}

/**
 * Whether nothing of a resource is kept: Terraform drops it where a provider ends amid an update, and in the plan of what
 * is tainted.
 */
export function isDropped(bytes: Uint8Array | undefined, hidden: PrivateState): boolean {
  const isPlannedAnew = hidden.successor !== undefined && Object.keys(hidden.state).length === 0;
  return bytes === undefined || bytes.length === 0 || isPlannedAnew || hidden.isForgotten === true;
}

function parsed(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(bytes ?? []).toString());
  } catch {
    return undefined;
  }
}
