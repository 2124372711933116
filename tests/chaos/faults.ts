import type { ApiCall, Fault } from "../../emulator";

/** A fault of the chaos matrix, and the calls that it fits. */
export interface NamedFault {
  name: string;
  fits(call: ApiCall): boolean;
  fault: Fault;
}

const any = () => true;
const isWrite = (call: ApiCall) => call.method !== "GET";
const page = { body: "<html><h1>Bad gateway</h1></html>", headers: { "content-type": "text/html" } };

/** Faults of a single call; the call that is hit is chosen elsewhere. */
export const faults: readonly NamedFault[] = [
  { name: "429", fits: any, fault: { status: 429 } },
  { name: "429 Retry-After", fits: any, fault: { status: 429, headers: { "retry-after": "1" } } },
  { name: "500", fits: any, fault: { status: 500 } },
  { name: "500 applied", fits: isWrite, fault: { status: 500, when: "after" } },
  { name: "502 page", fits: any, fault: { status: 502, ...page } },
  { name: "503", fits: any, fault: { status: 503 } },
  { name: "reset", fits: any, fault: { destroy: "before" } },
  { name: "reset applied", fits: isWrite, fault: { destroy: "after" } },
  { name: "hang", fits: any, fault: { delayMs: Number.POSITIVE_INFINITY } },
  { name: "slow", fits: any, fault: { delayMs: 700 } },
  { name: "truncated", fits: any, fault: { status: 200, body: '{"data": [{"id":', when: "after" } },
  { name: "proxy page", fits: any, fault: { status: 200, ...page } },
];
