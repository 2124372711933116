/** The form of an answer without what it holds: names of fields, and kinds of values. */

const deepest = 4;
const mostFields = 40;

export function shapeOf(value: unknown, depth = 0): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[${shapeOf(value[0], depth + 1)}]`;
  if (typeof value === "object") {
    if (depth >= deepest) return "{…}";
    const fields = Object.entries(value).slice(0, mostFields);
    return `{${fields.map(([name, field]) => `${name}: ${shapeOf(field, depth + 1)}`).join(", ")}}`;
  }
  if (typeof value !== "string") return typeof value;
  return /^\d{4}-\d\d-\d\dT/.test(value) ? "date" : "text";
}
