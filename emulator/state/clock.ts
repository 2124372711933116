import { machineTime, type Timing } from "../timing";

/** A clock that never gives the same millisecond twice, so that "updatedOn moved" is always visible. */
export interface Clock {
  /** ISO 8601 with milliseconds. */
  now(): string;
}

/** @param after ISO 8601 instants which the clock starts behind, such as those of a loaded state. */
export function createClock(after: string[] = [], timing: Timing = machineTime): Clock {
  let last = Math.max(0, ...after.map(instant => Date.parse(instant)));
  return {
    now() {
      last = Math.max(timing.now(), last + 1);
      return new Date(last).toISOString();
    },
  };
}
