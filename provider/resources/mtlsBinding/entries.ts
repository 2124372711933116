import { z } from "zod";
import { isSamePem } from "../../certificates/validate";
import { type Contract, secretArguments, writeOnceArguments } from "../contract";
import { memoryKey, recall } from "../hidden";
import type { RawInputs } from "../resource";
import { certificateKey, redeploymentKey } from "./parts";

const entrySchema = z.object({
  key: z.string(),
  type: z.enum(["MtlsCertificate", "EnvironmentVariable", "Redeployment"]),
  id: z.string(),
  inputs: z.record(z.string(), z.unknown()),
  state: z.record(z.string(), z.unknown()),
  /** It exists, but not as it should: it is updated, although no input has changed. */
  isPartial: z.boolean().optional(),
  /** Another one is in its place: it is deleted once nothing is left to do before. */
  isPendingDelete: z.boolean().optional(),
  /** Of a redeployment: the fingerprint of the certificate to which it has rolled. */
  fingerprint: z.string().optional(),
});

/** A part as the last run has left it. */
export type Entry = z.output<typeof entrySchema>;

/** What a binding's state keeps to itself: its parts. It holds no secret. */
const memorySchema = z.object({ parts: z.array(entrySchema) });

/** The parts that a state knows, each in a copy of its own. */
export function entriesOf(state: object): Entry[] {
  return structuredClone(recall(memorySchema, state, memoryKey)?.parts ?? []);
}

/** Whether a state still has what it was given to remember. */
export function remembersParts(state: object): boolean {
  return recall(memorySchema, state, memoryKey) !== undefined;
}

/** A part in service. */
export function entryOf(entries: readonly Entry[], key: string): Entry | undefined {
  return entries.find(entry => entry.key === key && entry.isPendingDelete !== true);
}

/** A certificate that waits for its deletion and is the very one that is wanted: it need not be uploaded again. */
export function waitingFor(entries: readonly Entry[], inputs: RawInputs): Entry | undefined {
  return entries.find(
    ({ key, isPendingDelete, state }) =>
      key === certificateKey && isPendingDelete === true && isSamePem(state.certificate, inputs.certificate),
  );
}

/** The fingerprint to which a deployment of the stages has rolled. */
export function fingerprintAt(entries: readonly Entry[], target: string): string | undefined {
  return entryOf(entries, redeploymentKey(target))?.fingerprint;
}

/** What is kept of the arguments or the state of a part: plain data, and none of what holds a secret. */
export function remembered(contract: Contract, values: object): RawInputs {
  const left = [...writeOnceArguments(contract), ...secretHolders(contract)];
  const kept = Object.entries(values).filter(([name, value]) => !left.includes(name) && value !== undefined);
  return JSON.parse(JSON.stringify(Object.fromEntries(kept))) as RawInputs;
}

/** Arguments that hold a secret whatever the program says; they change nothing at Zuplo by themselves. */
export function secretHolders(contract: Contract): string[] {
  return Object.entries(secretArguments(contract)).flatMap(([name, secret]) =>
    secret === true || Array.isArray(secret) ? [name] : [],
  );
}
