/** Where the emulator gets its time from: the machine's, or a test's own, which stands still until it is moved. */
export interface Timing {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once. @returns a function that keeps it from happening. */
  after(ms: number, callback: () => void): () => void;
}

export const machineTime: Timing = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
