import axios, { type AxiosError, type AxiosResponse } from "axios";
import type { z } from "zod";
import type { Code } from "../text/codes";
import { quote } from "../text/redact";
import type { Secret } from "../text/secret";
import { say } from "../text/vocabulary";
import { isUntrusted } from "../tls";
import { isCut, isTooLong, wasNeverSent } from "./attempt";
import { type Call, nameOf } from "./call";
import {
  Cancelled,
  Conflict,
  Invalid,
  NotFound,
  RateLimited,
  Unauthorized,
  Unavailable,
  type ZuploError,
} from "./errors";
import { limits } from "./limits";
import { problemResponse } from "./responses";
import { rightFor } from "./rights";

/** The failure of a call, of the kind the caller can act on. */
export function failureOf(call: Call, error: AxiosError, secrets: readonly Secret[]): ZuploError {
  const { operation } = call;
  if (call.signal?.aborted) {
    return new Cancelled({
      operation,
      problem: "cancelled",
      advice: "Run the same command again to go on.",
      code: "ZUPLO1601",
    });
  }
  const { response } = error;
  if (response === undefined || isCut(error)) {
    return new Unavailable({
      operation,
      ...withoutAnswer(call, error),
      secrets,
      maybeApplied: call.method !== "GET" && !wasNeverSent(error),
    });
  }
  const { status } = response;
  const said = describe(response, secrets);
  const details = {
    operation,
    status,
    secrets,
    isRepeat: (error.config?.attempts ?? 1) > 1,
    problem: `${said} (${nameOf(call)})`,
    said,
  };
  if (status === 401 || status === 403) {
    const advice = accessAdvice(call, status);
    return new Unauthorized({ ...details, advice, right: rightFor(call), code: "ZUPLO1602" });
  }
  // A page of a proxy is no word of Zuplo's: what it does not find may well be there.
  if (status === 404 && problemIn(response) === undefined) {
    return notTheApi(call, response, "the answer is not Zuplo's JSON", secrets);
  }
  if (status === 404) {
    const advice = absenceAdvice(call);
    return new NotFound({ ...details, advice, right: rightFor(call), code: "ZUPLO1603" });
  }
  if (status === 409) {
    const advice = "Choose another name, or import what exists.";
    return new Conflict({ ...details, advice, code: "ZUPLO1604" });
  }
  if (status === 429) {
    const advice = "Look for what else calls Zuplo with this account, and run the same command again.";
    return new RateLimited({ ...details, advice, code: "ZUPLO1605" });
  }
  if (status >= 500 || status === 408) {
    const advice = "Zuplo failed on its side: run the same command again.";
    return new Unavailable({ ...details, advice, maybeApplied: call.method !== "GET", code: "ZUPLO1606" });
  }
  if (status >= 300 && status < 400) {
    return new Unavailable({
      ...details,
      advice: `Set ${say.setting("endpoint")} to the address that answers, without redirects.`,
      code: "ZUPLO1609",
    });
  }
  return new Invalid({
    ...details,
    advice: "Correct what the message names and run the same command again.",
    code: "ZUPLO1604",
  });
}

/** Zuplo names no permission, and answers 401 as well where a valid key may not do something. */
function accessAdvice(call: Call, status: number): string {
  const right = rightFor(call);
  const mayBeWrong = `Check ${say.setting("apiKey")} (or ZUPLO_API_KEY): it must belong to the account and must not have expired`;
  if (right === undefined) return `${mayBeWrong}.`;
  if (status === 401) return `${mayBeWrong}, and must be allowed to ${right}.`;
  return `Use an API key (${say.setting("apiKey")} or ZUPLO_API_KEY) that may ${right}.`;
}

/** Zuplo answers 404 as well to a key that may not see something. */
function absenceAdvice(call: Call): string {
  const right = rightFor(call);
  const check = "Check the account, the project and the name";
  return right === undefined ? `${check}.` : `${check}, and that the API key may ${right}.`;
}

/** What to do where something else seems to answer than Zuplo. */
export function otherServerAdvice(): string {
  return `Check ${say.setting("endpoint")}, and whether a proxy answers in place of Zuplo; then run the same command again.`;
}

/** The failure of a call that something other than Zuplo's API has answered. */
export function notTheApi(
  call: Call,
  response: AxiosResponse<unknown>,
  problem: string,
  secrets: readonly Secret[],
): Unavailable {
  return new Unavailable({
    operation: call.operation,
    problem: `${problem} (${nameOf(call)})`,
    status: response.status,
    advice: otherServerAdvice(),
    secrets,
    maybeApplied: call.method !== "GET",
    code: "ZUPLO1609",
  });
}

/** What happened where no whole answer came, and what to do. */
function withoutAnswer(call: Call, error: AxiosError): { problem: string; advice: string; code: Code } {
  const advice = `Check the network and ${say.setting("endpoint")}; then run the same command again.`;
  if (isTooLong(error)) {
    return {
      code: "ZUPLO1609",
      problem: `the answer is longer than ${limits.answerBytes / 1024 / 1024} MiB (${nameOf(call)})`,
      advice: otherServerAdvice(),
    };
  }
  if (isUntrusted(error)) {
    return {
      code: "ZUPLO1608",
      problem: `the certificate of the API is not trusted (${error.code}), so nothing was sent (${nameOf(call)})`,
      advice: `Check ${say.setting("endpoint")}. Where a proxy of your own stands in between, name its authority in NODE_EXTRA_CA_CERTS.`,
    };
  }
  const reason = axios.isCancel(error) ? "time limit" : (error.code ?? "connection failed");
  return { problem: `no answer from ${nameOf(call)} (${reason})`, advice, code: "ZUPLO1607" };
}

function problemIn({ data }: AxiosResponse<unknown>): z.output<typeof problemResponse> | undefined {
  return typeof data === "string" ? parseProblem(data) : undefined;
}

function describe(response: AxiosResponse<unknown>, secrets: readonly Secret[]): string {
  const problem = problemIn(response);
  const title = problem?.title ?? response.statusText;
  const detail = problem?.detail ?? problem?.message;
  const sentence = [title, detail].filter(part => part !== undefined && part !== "").join(": ");
  return quote(sentence, secrets) || "no explanation";
}

function parseProblem(text: string): z.output<typeof problemResponse> | undefined {
  try {
    return problemResponse.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
