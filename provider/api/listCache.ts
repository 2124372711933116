/**
 * A list that is read once in a run and kept true by what the run itself writes.
 * Everybody who asks while the list is on its way gets the same answer.
 */
export class ListCache<T> {
  private items: Promise<Map<string, T>> | undefined;

  constructor(
    private readonly load: () => Promise<readonly T[]>,
    private readonly keyOf: (item: T) => string,
  ) {}

  async list(): Promise<T[]> {
    return [...(await this.loaded()).values()];
  }

  /** What has been read so far, without a call: nothing where nobody has asked for the list. */
  async known(): Promise<T[]> {
    const items = await this.items?.catch(() => undefined);
    return [...(items?.values() ?? [])];
  }

  async get(key: string): Promise<T | undefined> {
    return (await this.loaded()).get(key);
  }

  /** Reads the list again: only where an answer shows that the world changed under the run. */
  async refresh(): Promise<T[]> {
    this.items = undefined;
    return this.list();
  }

  /** Records what a call of this run answered. Nothing to do while nobody has asked for the list. */
  async record(item: T): Promise<void> {
    (await this.items)?.set(this.keyOf(item), item);
  }

  async forget(key: string): Promise<void> {
    (await this.items)?.delete(key);
  }

  private loaded(): Promise<Map<string, T>> {
    if (this.items === undefined) {
      const loading = this.load().then(items => new Map(items.map(item => [this.keyOf(item), item])));
      // A failed list must not be remembered: the next one who asks tries again.
      loading.catch(() => {
        if (this.items === loading) this.items = undefined;
      });
      this.items = loading;
    }
    return this.items;
  }
}
