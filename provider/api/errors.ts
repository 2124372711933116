import { type Code, coded } from "../text/codes";
import { oneLine, quote, redact } from "../text/redact";
import type { Secret } from "../text/secret";

/** What was being done when an error happened: `upload MtlsCertificate 'backend_prod_3fa21a2b3c4d'`. */
export interface Operation {
  /** An English infinitive: upload, update, delete, list, redeploy, verify … */
  verb: string;
  /** The resource, as the schema names it. */
  resource: string;
  name?: string;
}

export interface ErrorDetails {
  operation: Operation;
  /** What happened, in one sentence, without secrets. */
  problem: string;
  /** What the server itself said of it, without secrets: unlike the problem, it does not name the call. */
  said?: string;
  /** What was done about it, in a sentence of its own without its full stop. */
  outcome?: string;
  /** What to do next, in one line. */
  advice: string;
  /** HTTP status code of the answer, where there was one. */
  status?: number | undefined;
  /** Under which the message stands in the documentation. */
  code: Code;
  /** What the API key has to be allowed to do, where that may be what is missing. */
  right?: string | undefined;
  /** Whether the call was sent more than once: an attempt before may have been applied. */
  isRepeat?: boolean;
  /** Texts that must not appear in the message, whatever the server answered. */
  secrets?: readonly Secret[];
}

/**
 * The base of every error this provider reports.
 * Its message reads `<verb> <resource> '<name>': <problem> (HTTP n). <outcome>.` and a line of advice with its code, and
 * holds no secret.
 */
export abstract class ZuploError extends Error {
  readonly operation: Operation;
  readonly status: number | undefined;
  readonly problem: string;
  readonly said: string;
  readonly advice: string;
  readonly code: Code;
  readonly right: string | undefined;
  readonly isRepeat: boolean;

  constructor(details: ErrorDetails) {
    const { operation, status } = details;
    const problem = oneLine(redact(details.problem, details.secrets));
    const name = operation.name === undefined ? "" : ` '${quote(operation.name, details.secrets)}'`;
    const subject = `${operation.resource}${name}`;
    const suffix = status === undefined ? "" : ` (HTTP ${status})`;
    const outcome =
      details.outcome === undefined ? "" : `. ${oneLine(redact(details.outcome, details.secrets))}.`;
    const advice = oneLine(details.advice);
    const text = `${operation.verb} ${subject}: ${problem}${suffix}${outcome}\n${advice}`;
    super(coded(details.code, text));
    this.name = new.target.name;
    this.operation = operation;
    this.status = status;
    this.problem = problem;
    this.said = details.said ?? "";
    this.advice = advice;
    this.code = details.code;
    this.right = details.right;
    this.isRepeat = details.isRepeat ?? false;
    // The dynamic host prints `${error}: ${error.stack}`; a trace into this package helps no user.
    this.stack = this.name;
  }
}

/** The object does not exist (HTTP 404). */
export class NotFound extends ZuploError {}

/** The name is taken, or the object was changed by someone else. */
export class Conflict extends ZuploError {}

/** The key is missing, wrong, or not allowed to do this (HTTP 401, 403). */
export class Unauthorized extends ZuploError {}

/** The request or the configuration is not acceptable; repeating it cannot help. */
export class Invalid extends ZuploError {}

/** A certificate cannot be deleted, since a running deployment still binds it. */
export class Referenced extends ZuploError {}

/** HTTP 429, and the retries were used up. */
export class RateLimited extends ZuploError {}

/** The API could not be reached, failed on its side, or answered something that is not the documented API. */
export class Unavailable extends ZuploError {
  /** True when the request may have been applied although no usable answer arrived. */
  readonly maybeApplied: boolean;

  constructor(details: ErrorDetails & { maybeApplied?: boolean }) {
    super(details);
    this.maybeApplied = details.maybeApplied ?? false;
  }
}

/** Whether the answer to a write was lost: it may have been applied. */
export function wasLost(error: unknown): error is Unavailable {
  return error instanceof Unavailable && error.maybeApplied;
}

/** A redeploy did not lead to a new build being served. */
export class RedeployFailed extends ZuploError {}

/** The new build is served, but the request through the gateway does not get the expected answer. */
export class VerificationFailed extends ZuploError {}

/** The wait was ended by the user or the engine. */
export class Cancelled extends ZuploError {}

/**
 * Whether the answer to a call for one object may mean that it is not there: Zuplo documents no 404 for a deployment, and
 * its CLI reads 401 like 404. The list of the same scope, read with the same key, tells the two apart.
 */
export function mayBeGone(error: unknown): error is ZuploError {
  if (error instanceof NotFound) return true;
  return (error instanceof Unauthorized || error instanceof Invalid) && error.status !== undefined;
}

/** What a call for one object answers; undefined where it may not be there. Every other error stays one. */
export async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (mayBeGone(error)) return undefined;
    throw error;
  }
}

/** What a read answers; undefined where only 404 says that there is nothing. Every other error stays one. */
export async function unlessNotFound<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}
