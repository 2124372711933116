/** Stands for a value that is not known until the run. */
export const unknown: unique symbol = Symbol("unknown");

/** True when a value, or a part of it, is not known yet. */
export function isUnknown(value: unknown): boolean {
  if (value === unknown) return true;
  if (Array.isArray(value)) return value.some(isUnknown);
  return typeof value === "object" && value !== null && Object.values(value).some(isUnknown);
}
