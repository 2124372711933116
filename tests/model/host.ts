import { AsyncLocalStorage } from "node:async_hooks";

/** A provider process. Once it is dead, none of its calls returns, and it never acts again. */
export class Host {
  isAlive = true;
  private readonly mourners = new Set<() => void>();

  constructor(readonly name: string) {}

  die(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    for (const mourn of this.mourners) mourn();
  }

  /** Whether it is working for an engine, dead or alive. */
  get isBusy(): boolean {
    return this.isAlive && this.mourners.size > 0;
  }

  /** The result of work that the host does for its engine, which sees when it ends. */
  serve<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const mourn = () => reject(new Error("the provider's process ended"));
      if (!this.isAlive) return mourn();
      this.mourners.add(mourn);
      within(this, work)
        .then(resolve, reject)
        .finally(() => this.mourners.delete(mourn));
    });
  }
}

const current = new AsyncLocalStorage<Host | undefined>();

export function currentHost(): Host | undefined {
  return current.getStore();
}

/** Does work as a host; what it starts goes on as that host. */
export function within<T>(host: Host | undefined, work: () => T): T {
  return current.run(host, work);
}

/** What nobody waits for any more. */
export function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
