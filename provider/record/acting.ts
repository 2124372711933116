import { AsyncLocalStorage } from "node:async_hooks";

export interface Acting {
  /** Where the resource stands for which something is done. */
  resource?: string | undefined;
  /** Why it is done, as a part of a sentence. */
  because?: string | undefined;
}

const store = new AsyncLocalStorage<Acting>();

/** For whom something is done, and why. Nothing depends on it but what the record tells. */
export function acting(): Acting {
  return store.getStore() ?? {};
}

/** Does something for a resource, or for a reason, which the record tells of every step in it. */
export function as<T>(more: Acting, work: () => T): T {
  return store.run({ ...acting(), ...more }, work);
}
