import type { RawInputs } from "../../../provider/resources/resource";
import type { TypeName } from "../core";

/** A resource in the state of a stack. */
export interface Entry {
  urn: string;
  type: TypeName;
  name: string;
  parents: string;
  id: string;
  /** Zuplo project in which it was made, whatever the provider is told now. */
  madeIn: string;
  inputs: RawInputs;
  outputs: RawInputs;
  dependencies: string[];
  /** It was replaced, and is to be deleted. */
  isPendingDelete: boolean;
  /** It exists, but not as it should: the next `up` updates it, although nothing changed. */
  isPartial: boolean;
}

/** Written after every step: what a killed engine leaves is what is in it. */
export interface StackState {
  entries: Entry[];
}

export function entryOf(state: StackState, urn: string): Entry | undefined {
  return state.entries.find(entry => entry.urn === urn && !entry.isPendingDelete);
}

/** As the engine stores it: nothing of it is shared with the provider. */
export function stored(values: unknown): RawInputs {
  return JSON.parse(JSON.stringify(values)) as RawInputs;
}
