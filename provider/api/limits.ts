/** What is read of the developer API at most, and how long it may take; docs/concepts/limits.md has the same figures. */
export interface Limits {
  /** Bytes of one answer, after decompression. */
  answerBytes: number;
  /** Bytes of all the pages of one list together. */
  listBytes: number;
  /** Objects in a list, over all its pages. */
  listed: number;
  /** Pages of one list: far more than Zuplo's largest projects have, even where a page is small. */
  pages: number;
  /** How long one list may take, in milliseconds; as long as one attempt where that may take longer. */
  listMs: number;
  /** How often a call is repeated that fails; one that is refused for the number of calls (429) is until its time is over. */
  repeats: number;
  /** A server may ask for any pause before that; a longer one is cut, in milliseconds. */
  pauseMs: number;
  /** How long one call may take with its repeats and pauses; as long as one attempt where that may take longer. */
  callMs: number;
}

const minute = 60_000;
const mebibyte = 1024 * 1024;

export const limits: Readonly<Limits> = {
  answerBytes: 10 * mebibyte,
  listBytes: 64 * mebibyte,
  listed: 50_000,
  pages: 1000,
  listMs: 10 * minute,
  repeats: 5,
  pauseMs: minute,
  callMs: 5 * minute,
};
