import { coded } from "./codes";

/** What a user is told where a wait was ended: the wait itself says nothing of ours. */
export const cancelled = coded("ZUPLO1601", "cancelled: run the same command again to go on.");

/** What an error says to a user: Node's own words for a wait that was ended are none of ours. */
export function saidBy({ name, message }: Error): string {
  return name === "AbortError" ? cancelled : message;
}
