/** What is being created and updated in this run: a deletion may have to wait for what it leads to. */
export class UnderWay {
  private count = 0;
  private quietSince = performance.now();

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.count += 1;
    try {
      return await work();
    } finally {
      this.count -= 1;
      this.quietSince = performance.now();
    }
  }

  /** For how long nothing has been under way, in milliseconds. */
  quietMs(): number {
    return this.count > 0 ? 0 : performance.now() - this.quietSince;
  }
}
