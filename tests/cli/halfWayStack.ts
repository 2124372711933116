import assert from "node:assert/strict";
import type { Rotation } from "../../cli/rotations";
import { type StackExport, stackOf } from "../../cli/stackExport";
import { readStatus } from "../../cli/status";
import type { ApiCall, Emulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { Lifecycle } from "../../provider/lifecycle";
import { mtlsBinding } from "../../provider/resources/mtlsBinding/lifecycle";
import type { RawInputs } from "../../provider/resources/resource";
import { contextOf, RecordingLogger } from "../support/core";
import { pem } from "../support/rotation";

const lifecycle = new Lifecycle(mtlsBinding);
const identity = { project: "shop", stack: "prod", parents: "", resource: "backend" };
export const variable = "BACKEND_MTLS_CERT";
/** When nothing may be a fresh upload of another stack any more. */
const later = () => Date.now() + 2 * 3_600_000;
export const world = {
  branches: [
    { name: "dev", environmentType: "preview" as const },
    { name: "staging", environmentType: "preview" as const },
    { name: "main", environmentType: "production" as const },
  ],
  deployMs: 20,
};
export const stages = [
  { branches: ["dev"], environmentType: "preview" },
  { branches: ["staging"] },
  { branches: ["main"] },
];

interface Part {
  key: string;
  type: string;
  id: string;
  inputs: RawInputs;
  state: RawInputs;
  isPendingDelete?: boolean;
}

/** A binding, brought up once, and what its state holds. */
export class Stack {
  state: RawInputs = {};
  private id = "";

  constructor(private readonly emulator: Emulator) {}

  /** Its parts, as an engine exports resources of their own. */
  exported(): StackExport {
    const { parts } = this.state.__memory as { parts: Part[] };
    return stackOf({
      deployment: {
        resources: parts.map(({ key, type, id, inputs, state, isPendingDelete }) => ({
          type: `zuplo:index:${type}`,
          urn: `urn:pulumi:prod::shop::zuplo:index:MtlsBinding$zuplo:index:${type}::${key}`,
          id,
          inputs,
          outputs: state,
          delete: isPendingDelete === true,
        })),
      },
    });
  }

  /** Whether the state has the certificate of this name. */
  has(name: string): boolean {
    return JSON.stringify(this.state).includes(name);
  }

  /** A run of the engine. One that is killed stores nothing; one that was interrupted, how far it has come. */
  async up(
    issued: Issued,
    end?: { signal: AbortSignal; isKill: boolean },
    more: RawInputs = {},
  ): Promise<Error | undefined> {
    const args = { ...pem(issued), namePrefix: "backend", variable, stages, settle: 0, timeout: 20, ...more };
    const log = new RecordingLogger();
    const options = { log, now: later, ...(end === undefined ? {} : { signal: end.signal }) };
    const context = { ...contextOf(this.emulator, options), identity };
    const news = { values: args, secrets: [] };
    const { values, failures } = lifecycle.check(context, this.state, news);
    assert.deepEqual(failures, []);
    const inputs = { values, secrets: [] };
    const kept = { values: this.state, secrets: [], source: args };
    try {
      if (this.id !== "") lifecycle.diff(context, kept, values);
      const outcome =
        this.id === ""
          ? await lifecycle.create(context, inputs)
          : await lifecycle.update(context, this.id, kept, inputs);
      if (outcome.failure !== undefined && end?.isKill === true) return outcome.failure;
      this.id = outcome.id;
      this.state = JSON.parse(JSON.stringify(outcome.values));
      return outcome.failure;
    } catch (error) {
      return error as Error;
    }
  }
}

/** Ends a run with its write of this number, or with the first such call. @returns the call, if it came so far. */
export async function endAt(
  emulator: Emulator,
  at: number | ((call: ApiCall) => boolean),
  when: "before" | "after",
  run: (signal: AbortSignal) => Promise<unknown>,
): Promise<ApiCall | undefined> {
  const ending = new AbortController();
  let last: ApiCall | undefined;
  let writes = 0;
  const isLast = (call: ApiCall) =>
    typeof at === "number" ? call.method !== "GET" && writes++ === at : at(call);
  const forget = emulator.onCall(call => {
    if (last !== undefined) return { destroy: "before" };
    if (!isLast(call)) return undefined;
    last = call;
    ending.abort();
    return { destroy: when };
  });
  await run(ending.signal);
  forget();
  return last;
}

/** Every build that was asked for has ended. */
export async function untilBuilt(emulator: Emulator): Promise<void> {
  while (emulator.deployments().some(({ state }) => state === "DEPLOYING"))
    await new Promise(resolve => setTimeout(resolve, 5));
}

export async function statusOf(
  emulator: Emulator,
  { apiKey = emulator.apiKey, stack }: { apiKey?: string; stack?: StackExport } = {},
): Promise<Rotation[]> {
  const env = { ZUPLO_API_KEY: apiKey };
  const { session } = contextOf(emulator, { env, now: later });
  return (await readStatus(session, undefined, stack)).rotations;
}
