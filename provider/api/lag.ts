import { setTimeout as sleep } from "node:timers/promises";
import { pauses } from "./pauses";

/** How long a list, or an address, may take to show what a call has changed, in milliseconds; nothing documents it. */
export const lagMs = 10_000;

/**
 * Looks again for as long as what is read may lag behind a write.
 *
 * @param withinMs how long that is, in milliseconds; 0 for a single look
 * @returns what was seen last
 */
export async function whileLagging<T>(
  look: () => Promise<T>,
  isShown: (seen: T) => boolean,
  withinMs: number,
  signal?: AbortSignal,
): Promise<T> {
  const until = performance.now() + withinMs;
  for (const pause = pauses(250); ; ) {
    const seen = await look();
    if (isShown(seen) || performance.now() >= until) return seen;
    await sleep(pause.next().value, undefined, { signal });
  }
}
