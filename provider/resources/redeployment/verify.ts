import { validateHeaderName, validateHeaderValue } from "node:http";
import { z } from "zod";
import { Invalid } from "../../api/errors";
import { isLoopback } from "../../config";
import { trimmed } from "../../rotation/gateway";
import { expectProblems } from "../../rotation/shown";
import type { InUse } from "../../rotation/superseded";
import type { Target } from "../../rotation/target";
import type { Verification } from "../../rotation/verify";
import type { Code } from "../../text/codes";
import { millisecondsOr, timeoutSchema } from "../../text/duration";
import { quote } from "../../text/redact";
import { Secret } from "../../text/secret";
import { member, typed } from "../contract";
import { type CheckFailure, failuresOf, isUnknown, type RawInputs } from "../resource";

const defaultTimeout = 5;
const defaultStatus = 200;

/** A verification is asked until it succeeds, without a body. */
const methods = ["GET", "HEAD", "OPTIONS", "POST"] as const;

const text = z
  .string({ error: "must be a string." })
  .min(1, { error: "is empty: give the text to look for." });

const expectSchema = typed(
  z.strictObject({
    body: member(text.optional(), "Text that the first MiB of the body must contain."),
    headers: member(
      z.record(z.string(), text).optional(),
      "Text that each header must contain, by the header's name.",
    ),
  }),
  "Expect",
  "What the answer to a verification must contain: `body`, `headers` or both.",
);

const methodSchema = typed(
  z.enum(methods, { error: `must be one of ${methods.join(", ")}.` }),
  "VerifyMethod",
  "HTTP method of a verification.",
  {
    values: {
      GET: "As a caller would.",
      HEAD: "For the status and the headers alone.",
      OPTIONS: "As a browser asks before it calls another origin.",
      POST: "For a route that accepts nothing else; sent without a body.",
    },
  },
);

export const verifySchema = typed(
  z.strictObject({
    path: member(
      z.string().startsWith("/", { error: "must start with a slash, such as /health." }).optional(),
      "Path below the deployment's own URL.",
    ),
    url: member(
      z.url({ protocol: /^https?$/, error: "must be an http or https URL." }).optional(),
      "Full URL, if the deployment is reached under another one.",
    ),
    method: member(methodSchema.optional(), "Method of the request, which has no body.", {
      default: "GET",
    }),
    headers: member(
      z.record(z.string(), z.string({ error: "must be a string." })).optional(),
      "Headers of the request, such as the API key that the route requires; always secret.",
      { secret: true },
    ),
    status: member(
      z.int().min(100).max(599).optional(),
      "The status that means success. Three answers in a row must have it, each on a fresh connection.",
      { default: "200" },
    ),
    expect: member(
      expectSchema.optional(),
      `What the answer must contain as well, to prove that the gateway presents the new certificate. \`\${fingerprint}\`, \`\${serialNumber}\` and \`\${subject}\` stand for those of the certificate that the deployment uses; hex is compared without regard to colons and case. If a deployment uses several certificates, \`\${serialNumber:VARIABLE}\` is that of the one this variable names.`,
    ),
    timeout: member(timeoutSchema.optional(), "How long to keep asking; 24 hours at most.", {
      default: "5 seconds",
    }),
  }),
  "Verify",
  "A request through the gateway that must succeed with the new build. Either `path` or `url`.",
  { exactlyOne: ["path", "url"] },
);

export type VerifyArgs = z.output<typeof verifySchema>;

/** What is wrong with a verification, as far as it is known; `uses` is undefined where that is not. */
export function verifyFailures(verify: unknown, uses: InUse | undefined): CheckFailure[] {
  if (typeof verify !== "object" || verify === null) return [];
  const given = verify as RawInputs;
  const failures: CheckFailure[] = [];
  const fail = (property: string, reason: string, code: Code = "ZUPLO1111") =>
    void failures.push({ property, reason, code });
  if (isUnknown(given)) {
    // The rest is looked at all the same: a key may be known only later.
    for (const { property, reason, code } of failuresOf(verifySchema, given))
      fail(`verify.${property}`, reason, code);
  }
  const known = Object.entries(given).filter(([, value]) => !isUnknown(value));
  const args = verifySchema.safeParse(Object.fromEntries(known)).data;
  if (args === undefined) return failures;
  const { method, headers = {}, expect, url } = args;
  if ((given.path === undefined) === (given.url === undefined))
    fail("verify", "must have either `path` or `url`.", "ZUPLO1109");
  for (const [name, value] of Object.entries(headers)) {
    const reason = headerProblem(name, value);
    if (reason !== undefined) fail("verify.headers", `has '${quote(name)}', which ${reason}`);
  }
  if (url !== undefined && Object.keys(headers).length > 0 && isInClear(url))
    fail("verify.url", "would send the headers in the clear: use https.");
  if (expect === undefined) return failures;
  if (expect.body === undefined && Object.keys(expect.headers ?? {}).length === 0)
    fail("verify.expect", "is empty: give `body` or `headers`.");
  if (method === "HEAD" && expect.body !== undefined)
    fail("verify.expect.body", "can never be met: the answer to HEAD has no body. Use `headers`.");
  for (const { place, problem } of expectProblems(expect, uses)) fail(`verify.expect.${place}`, problem);
  return failures;
}

/** What belongs to the connection, or to a body that there is none of. */
const ownHeaders = new Set(["connection", "content-length", "transfer-encoding", "upgrade"]);

function headerProblem(name: string, value: string): string | undefined {
  if (ownHeaders.has(name.toLowerCase())) return "is set by the connection itself: remove it.";
  try {
    validateHeaderName(name);
  } catch {
    return "cannot be the name of a header: correct it.";
  }
  try {
    validateHeaderValue(name, value);
  } catch {
    return "has a value with a line break or another character that no header can hold: correct it.";
  }
  return undefined;
}

function isInClear(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  return protocol === "http:" && !isLoopback(hostname);
}

function secretHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, Secret> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, new Secret(value)]));
}

/** The request that verifies a deployment. */
export function verificationOf(verify: VerifyArgs | undefined, target: Target): Verification | undefined {
  if (verify === undefined) return undefined;
  const { path, url, method, headers, status = defaultStatus, expect } = verify;
  const timeoutMs = millisecondsOr(verify.timeout, defaultTimeout * 1000);
  const asked = { method, headers: secretHeaders(headers), status, timeoutMs, expect };
  if (url !== undefined) return { url, ...asked };
  const operation = { verb: "verify", resource: "deployment", name: target.name };
  if (target.url === undefined) {
    throw new Invalid({
      operation,
      problem: "the URL of the deployment is not known, so `verify.path` cannot be requested",
      advice: "Give `verify.url` instead.",
      code: "ZUPLO1111",
    });
  }
  return { url: `${trimmed(target.url)}${path}`, ...asked };
}
