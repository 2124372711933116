import { setTimeout as sleep } from "node:timers/promises";
import { pauses } from "../api/pauses";
import { problemResponse } from "../api/responses";
import { addressOf } from "../probe";
import { quote } from "../text/redact";
import { Secret } from "../text/secret";
import { type Expect, type Expected, unmet } from "./expectation";
import { type GatewayAnswer, request } from "./gateway";
import { agreeingLooks } from "./observation";

/** A request through a gateway that must succeed. */
export interface Verification {
  /** Full URL. */
  url: string;
  /** GET by default. */
  method?: string | undefined;
  /** Secret, all of them. */
  headers?: Readonly<Record<string, Secret>> | undefined;
  /** The HTTP status that means success. */
  status: number;
  timeoutMs: number;
  /** What the answer must hold besides. */
  expect?: Expect | undefined;
}

/** The same, where it is known which certificate the answer must show. */
export interface AimedVerification extends Omit<Verification, "expect"> {
  expected?: readonly Expected[] | undefined;
}

export type VerificationResult =
  | { ok: true }
  /** `isUnproven`: the status is right, and the answer does not hold what it must. `status`: another one than expected. */
  | { ok: false; problem: string; isUnproven: boolean; status?: number | undefined };

export interface Asking {
  /** Until when locations of Zuplo's edge may serve different builds, as performance.now() tells. */
  differsUntil: number;
  signal?: AbortSignal | undefined;
  /** Told of every try but those that repeat a right answer, counted from 1. */
  onTry?: ((number: number) => void) | undefined;
}

/**
 * Asks until status and answer are as expected or the time is up: several times in a row, each time on a fresh
 * connection, since one of them sees one location of Zuplo's edge. Where some answers are right and others are not, the
 * locations differ: then it goes on until they no longer can, or agree on the wrong answer.
 */
export async function verify(
  verification: AimedVerification,
  { differsUntil, signal, onTry }: Asking = { differsUntil: 0 },
): Promise<VerificationResult> {
  const { url, method = "GET", headers, status, timeoutMs, expected = [] } = verification;
  const secrets = secretsOf(headers);
  const startedAt = performance.now();
  const deadline = startedAt + timeoutMs;
  let tries = 0;
  let right = 0;
  /** Right answers in a row, or wrong ones. */
  let row = { isRight: false, length: 0 };
  let last: GatewayAnswer | undefined;
  for (const pause of pauses()) {
    const left = deadline - performance.now();
    const differs = right > 0 && row.length < agreeingLooks && performance.now() < differsUntil;
    // Right answers that began in time are not cut off.
    if (left <= 0 && tries > 0 && !row.isRight && !differs) break;
    if (!row.isRight) onTry?.(tries + 1);
    const patience = right > 0 ? timeoutMs : Math.max(left, 1);
    const answer = await request(url, Math.ceil(patience), signal, { method, headers });
    const isRight = answer.status === status && unmet(answer, expected, secrets) === undefined;
    tries += 1;
    row = { isRight, length: row.isRight === isRight ? row.length + 1 : 1 };
    if (isRight) {
      right += 1;
      if (row.length === agreeingLooks) return { ok: true };
      continue;
    }
    // A try that only ran out of time tells less than the answer before it.
    const isCut = answer.status === undefined && performance.now() >= deadline;
    if (last === undefined || !isCut) last = answer;
    const rest = Math.max(deadline - performance.now(), 0);
    await sleep(right > 0 ? pause : Math.min(pause, rest), undefined, { signal });
  }
  const seconds = right === 0 ? timeoutMs / 1000 : Math.round((performance.now() - startedAt) / 1000);
  const times = tries === 1 ? "1 try" : `${tries} tries`;
  const mixed = right === 0 ? "" : `, ${right} as expected`;
  const address = addressOf(url);
  const answer = last ?? { headers: {}, body: "", failure: "none" };
  if (answer.status === status) {
    const difference = unmet(answer, expected, secrets);
    const problem = `${method} ${address} answered ${status} ${difference} (${times} in ${seconds} s${mixed})`;
    return { ok: false, problem, isUnproven: true };
  }
  const explanation = explanationIn(answer, secrets);
  const problem = `${method} ${address} ${outcomeOf(answer)} instead of ${status} (${times} in ${seconds} s${mixed})${explanation}`;
  return { ok: false, problem, isUnproven: false, status: answer.status };
}

function outcomeOf({ status, failure }: GatewayAnswer): string {
  if (status !== undefined) return `answered ${status}`;
  return failure === "ERR_CANCELED" ? "gave no answer in time" : `gave no answer (${failure})`;
}

/** The gateway says in its own words why it cannot answer; a page of the backend's says nothing of that. */
function explanationIn({ headers, body }: GatewayAnswer, secrets: readonly Secret[]): string {
  if (!/problem\+json/i.test(headers["content-type"] ?? "")) return "";
  try {
    const { detail, title } = problemResponse.parse(JSON.parse(body));
    const said = quote(detail ?? title ?? "", secrets);
    return said === "" ? "" : `: ${said.replace(/\.$/, "")}`;
  } catch {
    return "";
  }
}

/** Shorter parts of a header are words, such as Bearer. */
const shortestPart = 8;

/** What a server that echoes the request may tell of its headers: the values, and the tokens in them. */
export function secretsOf(headers: Readonly<Record<string, Secret>> | undefined): Secret[] {
  return Object.values(headers ?? {}).flatMap(header => {
    const value = header.reveal();
    const parts = value.split(/[\s,;=]+/).filter(part => part.length >= shortestPart);
    const basic = /^basic\s+(\S+)$/i.exec(value)?.[1];
    const pair = basic === undefined ? "" : Buffer.from(basic, "base64").toString();
    const password = pair.slice(pair.indexOf(":") + 1);
    const inside = [...parts, pair, password].filter(part => part !== "");
    return [header, ...inside.map(part => new Secret(part))];
  });
}
