/** What became of one attempt at a call. */
import type { AxiosError } from "axios";
import type { Deadline } from "../deadline";
import { isUntrusted } from "../tls";

declare module "axios" {
  interface AxiosRequestConfig {
    /** Whether a call may be repeated when it is not known whether the first one was applied. */
    repeatable?: boolean;
    /** Ends the call for good, while `signal` ends one attempt. */
    cancellation?: AbortSignal | undefined;
    /** Of one attempt. */
    deadline?: Deadline;
    /** When the last attempt was sent, as performance.now() tells. */
    sentAt?: number;
    /** How often the call has been sent. */
    attempts?: number;
    /** How often it has failed, where the number of repeats is limited. */
    failures?: number;
    /** See Call. */
    isOptional?: boolean | undefined;
    /** How long it is waited before it is sent again, in milliseconds. */
    pauseMs?: number;
    /** When the call has to have ended, repeats included, as performance.now() tells. */
    endsAt?: number;
  }
}

/** Whether another try can succeed and does no harm. */
export function isWorthRepeating(error: AxiosError): boolean {
  if (error.config?.cancellation?.aborted === true || isUntrusted(error)) return false;
  const status = error.response?.status;
  if (status === 429 || wasNeverSent(error)) return true;
  if (error.config?.repeatable !== true) return false;
  return status === undefined || isCut(error) ? !isTooLong(error) : status >= 500 || status === 408;
}

export function wasNeverSent(error: AxiosError): boolean {
  if (isUntrusted(error)) return true;
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH"].includes(error.code ?? "");
}

/** Success, of which only the beginning arrived. */
export function isCut({ response }: AxiosError): boolean {
  return response !== undefined && response.status < 300;
}

export function isTooLong(error: AxiosError): boolean {
  return error.code === "ERR_BAD_RESPONSE" && /maxContentLength/.test(error.message);
}
