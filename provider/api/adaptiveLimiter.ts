import { Semaphore } from "async-mutex";

/** So many calls have to go well before there is place for one more again. */
const callsPerStep = 8;
/** Before calls that wait: a place that is given up is not taken once more. */
const first = 1;

/**
 * How many calls are in flight at the same time: half as many each time the API asks for fewer (429), down to one, and
 * slowly more again while it does not.
 */
export class AdaptiveLimiter {
  private readonly places: Semaphore;
  private readonly withheld: Promise<() => void>[] = [];
  private goneWell = 0;
  private slowedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly most: number) {
    this.places = new Semaphore(most);
  }

  /** Runs a call as soon as there is place for it. */
  run<T>(call: () => Promise<T>): Promise<T> {
    return this.places.runExclusive(async () => {
      const result = await call();
      this.goneWell += 1;
      if (this.goneWell % callsPerStep === 0) void this.withheld.pop()?.then(release => release());
      return result;
    });
  }

  /**
   * The API asked for fewer calls.
   *
   * @param sentAt when the call that it refused was sent, as performance.now() tells: all that were in flight together
   * are refused together, and tell no more than one of them.
   */
  slower(sentAt: number): void {
    if (sentAt < this.slowedAt) return;
    this.slowedAt = performance.now();
    this.goneWell = 0;
    const fewer = Math.floor((this.most - this.withheld.length) / 2);
    for (let count = 0; count < fewer; count += 1) {
      this.withheld.push(this.places.acquire(1, first).then(([, release]) => release));
    }
  }
}
