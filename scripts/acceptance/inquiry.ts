import type { Question, Seen } from "./rows";
import type { Scene } from "./scene";

/** Questions that one experiment answers. */
export interface Inquiry<Id extends string = string> {
  /** What is being done, for whoever waits. */
  doing: string;
  questions: Record<Id, Question>;
  /** A question that gets no answer was not seen. */
  ask(scene: Scene): Promise<Partial<Record<Id, Seen>>>;
}

/** Keeps the answers to the questions. */
export function inquiry<Id extends string>(one: Inquiry<Id>): Inquiry<Id> {
  return one;
}
