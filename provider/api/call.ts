import { quote } from "../text/redact";
import { Invalid, type Operation } from "./errors";

export interface Call {
  operation: Operation;
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  /** Its secrets are sent in clear, and shown nowhere. */
  body?: unknown;
  /** True where a second execution does no harm. GET, PATCH and DELETE always are. */
  repeatable?: boolean;
  /** True where the run goes on without the answer: it does not wait long for the end of a limit of calls. */
  isOptional?: boolean;
  signal?: AbortSignal | undefined;
  /** A shorter limit of the whole call, repeats included, in milliseconds. */
  withinMs?: number;
  /** Told how many bytes the answer had. */
  onRead?: (bytes: number) => void;
  /** Told the HTTP status of an answer that is no error. */
  onStatus?: (status: number) => void;
}

/** A name such as `..` would make it another call: no encoding keeps it from being resolved. */
export function requireInPlace({ operation, path }: Call): void {
  const [, ...segments] = path.split("?", 1)[0]?.split("/") ?? [];
  const wrong = segments.find(segment => ["", ".", ".."].includes(segment));
  if (wrong === undefined) return;
  throw new Invalid({
    operation,
    problem: `'${wrong}' cannot be a name at Zuplo`,
    advice: "Correct the account, the project or the name.",
    code: "ZUPLO1110",
  });
}

export function nameOf({ method, path }: Call): string {
  return `${method} ${quote(path)}`;
}
