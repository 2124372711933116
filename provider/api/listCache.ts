import { lagMs, whileLagging } from "./lag";

interface Options<T> {
  load(): Promise<readonly T[]>;
  keyOf(item: T): string;
  /** When it was last changed, ISO 8601; undefined where Zuplo does not tell. */
  changedOn?(item: T): string | undefined;
  /** One of them by its own address; undefined where that is not found. */
  find?(key: string): Promise<T | undefined>;
}

/** What the run itself has written, as Zuplo answered. */
interface Written<T> {
  item: T;
  /** As performance.now() tells. */
  at: number;
  isNew: boolean;
}

/**
 * A list that is read once in a run and kept true by what the run itself writes, also where what Zuplo tells lags behind
 * that. Everybody who asks while the list is on its way gets the same answer.
 */
export class ListCache<T> {
  private items: Promise<Map<string, T>> | undefined;
  private readonly ownWrites = new Map<string, Written<T>>();
  private readonly gone = new Set<string>();

  constructor(private readonly options: Options<T>) {}

  async list(): Promise<T[]> {
    return [...(await this.loaded()).values()];
  }

  /** What has been read so far, without a call: nothing where nobody has asked for the list. */
  async known(): Promise<T[]> {
    return [...((await this.readSoFar())?.values() ?? [])];
  }

  async get(key: string): Promise<T | undefined> {
    return (await this.loaded()).get(key);
  }

  /** Reads the list again: only where an answer shows that the world changed under the run. */
  async refresh(): Promise<T[]> {
    this.items = undefined;
    return [...(await this.reading()).values()];
  }

  /** Records what a call of this run has read. @returns it, or what the run has written since. */
  async record(read: T): Promise<T> {
    const item = this.newest(read);
    (await this.readSoFar())?.set(this.options.keyOf(item), item);
    return item;
  }

  /** Records what a call of this run has made, or changed. */
  async recordWritten(item: T, { isNew }: { isNew: boolean }): Promise<void> {
    const key = this.options.keyOf(item);
    this.ownWrites.set(key, { item, at: performance.now(), isNew });
    (await this.readSoFar())?.set(key, item);
  }

  /** Records what this run has deleted, or knows to be gone. */
  async forget(key: string): Promise<void> {
    this.gone.add(key);
    (await this.readSoFar())?.delete(key);
  }

  /** What this run itself wrote last, as Zuplo answered. */
  written(key: string): T | undefined {
    return this.ownWrites.get(key)?.item;
  }

  /** What this run itself has made. */
  made(): T[] {
    return [...this.ownWrites.values()].flatMap(({ item, isNew }) => (isNew ? [item] : []));
  }

  /** Whether this run has deleted it, or knows it to be gone. */
  isForgotten(key: string): boolean {
    return this.gone.has(key);
  }

  private newest(read: T): T {
    const { keyOf, changedOn } = this.options;
    const written = this.ownWrites.get(keyOf(read));
    if (written === undefined || changedOn === undefined || isOver(written)) return read;
    return time(changedOn(written.item)) > time(changedOn(read)) ? written.item : read;
  }

  /** Undefined where nobody has asked, or where that failed: it is no failure of who records what is true. */
  private async readSoFar(): Promise<Map<string, T> | undefined> {
    return this.items?.catch(() => undefined);
  }

  private async loaded(): Promise<Map<string, T>> {
    // Those who have only waited for a reading of others that fails read once themselves.
    return (await this.readSoFar()) ?? this.reading();
  }

  private reading(): Promise<Map<string, T>> {
    if (this.items === undefined) {
      const loading = this.read();
      // A failed list must not be remembered: the next one who asks tries again.
      loading.catch(() => {
        if (this.items === loading) this.items = undefined;
      });
      this.items = loading;
    }
    return this.items;
  }

  private async read(): Promise<Map<string, T>> {
    const { keyOf, load } = this.options;
    const items = new Map((await load()).map(item => [keyOf(item), this.newest(item)]));
    for (const key of this.gone) items.delete(key);
    for (const [key, { isNew, at }] of this.ownWrites) {
      if (!isNew || items.has(key) || this.gone.has(key)) continue;
      const item = await this.appearing(key, at);
      if (item !== undefined) items.set(key, item);
    }
    return items;
  }

  /** What the run has made, and the list does not have yet; undefined where somebody has deleted it since. */
  private appearing(key: string, at: number): Promise<T | undefined> {
    const find = async () => this.options.find?.(key);
    return whileLagging(find, found => found !== undefined, at + lagMs - performance.now());
  }
}

function isOver({ at }: { at: number }): boolean {
  return performance.now() - at > lagMs;
}

function time(iso: string | undefined): number {
  return Date.parse(iso ?? "");
}
