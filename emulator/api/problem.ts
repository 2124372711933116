/** Errors of the developer API: RFC 9457 problem details. */
import { STATUS_CODES } from "node:http";
import type { z } from "zod";

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(detail);
  }
}

export function problemBody(status: number, detail: string, instance: string): string {
  const type = `https://httpproblems.com/http-status/${status}`;
  return JSON.stringify({ type, title: STATUS_CODES[status] ?? "Error", status, detail, instance });
}

export const notFound = (what: string) => new Problem(404, `${what} was not found`);

/** The value as the schema gives it, or a 400 that names each field at fault. */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(issue => {
    const path = issue.path.join(".");
    return path ? `${path}: ${issue.message}` : issue.message;
  });
  throw new Problem(400, faults.join("; "));
}
