/** What was assumed of Zuplo, and what was seen: compared without any call. */

export interface Question {
  text: string;
  assumed: string;
  /** Whether a value is what is assumed. */
  isAssumed(value: string): boolean;
  /** Whether the provider works as well where it is this one. */
  isHandled(value: string): boolean;
}

/** An answer: a value that is compared, and what else there is to say of it; or why there is none. */
export type Seen = { value: string; note?: string } | { notSeen: string };

export const verdicts = {
  same: "no",
  handled: "yes, and the provider takes it",
  unexpected: "YES: the provider does not expect it",
  unseen: "not seen",
} as const;
export type Verdict = keyof typeof verdicts;

export interface Row {
  question: string;
  assumed: string;
  seen: string;
  verdict: Verdict;
}

/** One value is assumed; of the others, the provider takes those that are given here. */
export function assume(text: string, assumed: string, handled: readonly string[] = []): Question {
  return {
    text,
    assumed,
    isAssumed: value => value === assumed,
    isHandled: value => handled.includes(value),
  };
}

/** So many seconds at most. */
export function assumeAtMost(text: string, seconds: number, limit: string): Question {
  return {
    text,
    assumed: `at most ${seconds} s (${limit})`,
    isAssumed: value => Number.parseFloat(value) <= seconds,
    isHandled: () => false,
  };
}

export function rowOf({ text: question, assumed, ...is }: Question, seen: Seen): Row {
  if ("notSeen" in seen) return { question, assumed, seen: `not seen: ${seen.notSeen}`, verdict: "unseen" };
  const { value, note } = seen;
  const verdict = is.isAssumed(value) ? "same" : is.isHandled(value) ? "handled" : "unexpected";
  return { question, assumed, seen: note === undefined ? value : `${value} (${note})`, verdict };
}

export function isDifferent({ verdict }: Row): boolean {
  return verdict === "handled" || verdict === "unexpected";
}
