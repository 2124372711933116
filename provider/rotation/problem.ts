import { ZuploError } from "../api/errors";

/** What an error says, to be told of within another one: its advice is not shown, but for a permission that is missing. */
export function problemOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const right = error instanceof ZuploError ? error.right : undefined;
  const missing = right === undefined ? "" : `, and the API key must be allowed to ${right}`;
  return (text.split("\n", 1)[0] ?? "") + missing;
}
