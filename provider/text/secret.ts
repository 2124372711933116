import { inspect } from "node:util";

/** What stands in the place of a secret. */
export const redacted = "[secret]";

/** A shorter secret is a common word as often as not: it is only looked for where its own call is spoken of. */
const shortestKept = 8;
/** Nor are these: messages name types of environment, and addresses. */
const commonWords = new Set(["development", "production", "https://"]);

/**
 * What this process knows to be secret. A text by others may tell of any of them, whatever it is the answer to: a
 * build's log prints the variables, a proxy mixes answers up.
 */
const known = new Map<string, Secret>();

/** What Zuplo and this process tell everybody: no secret, wherever else it stands. */
const clear = new Set<string>();

/**
 * A text that nobody may see: a private key, the API key, the value of a variable. It prints and serialises as
 * `[secret]`; what sends it, or compares it, asks for the text.
 */
export class Secret {
  readonly #text: string;

  /** From now on no text that leaves the provider holds it, unless it is short. */
  constructor(text: string) {
    this.#text = text;
    const isTelling = text.length >= shortestKept && !commonWords.has(text) && !clear.has(text);
    if (isTelling && !known.has(text)) known.set(text, this);
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}

/** Whether both are the same, or both missing. */
export function isSameSecret(one: Secret | undefined, other: Secret | undefined): boolean {
  return one?.reveal() === other?.reveal();
}

/** The same for a text that only others have to keep to themselves. */
export function keepSecret(text: string): void {
  new Secret(text);
}

/** The name of something that others see anyway, such as a certificate: it stays readable where a secret variable has it, too. */
export function keepInClear(name: string): void {
  clear.add(name);
  known.delete(name);
}

export function isInClear(secret: Secret): boolean {
  return clear.has(secret.reveal());
}

/** Every secret that is long enough to be told from a common word. */
export function knownSecrets(): Iterable<Secret> {
  return known.values();
}
