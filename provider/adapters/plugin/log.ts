import { AsyncLocalStorage } from "node:async_hooks";
import type { Logger } from "../../session";
import { onceLogger, type Send, toEngine, toStandardError } from "../engineLog";

/** Longest wait for the engine to take what was said, in milliseconds. */
const flushLimitMs = 1000;
/** A call that takes longer than this is spoken of in the run's info column, this often, in milliseconds. */
const progressIntervalMs = 2000;

/** What is done for a resource, and since when, as performance.now() tells. */
interface Work {
  urn: string;
  doing: string;
  since: number;
}

/** The engine's log, each message beside the resource of which it speaks. */
export class PluginLog {
  private send: Send = toStandardError;
  private readonly resource = new AsyncLocalStorage<Work>();
  private readonly underWay = new Set<Promise<void>>();
  readonly logger: Logger = {
    ...onceLogger(
      message => this.track(message),
      () => this.resource.getStore()?.urn,
    ),
    progress: doing => {
      const work = this.resource.getStore();
      if (work === undefined) return;
      Object.assign(work, { doing, since: performance.now() });
      this.show(work);
    },
  };

  /** Speaks to the engine at this address from now on. The connection is made with the first message. */
  connect(address: string): void {
    let client: Send | undefined;
    this.send = message => {
      client ??= toEngine(address);
      return client(message);
    };
  }

  /**
   * Runs a call for one resource. What takes long is spoken of while it lasts, and the engine has every message before
   * the call is answered: after the last answer it stops listening.
   */
  async about<T>(urn: string, doing: string, work: () => Promise<T>): Promise<T> {
    const current: Work = { urn, doing, since: performance.now() };
    const progress = setInterval(() => this.show(current), progressIntervalMs);
    progress.unref();
    try {
      return await this.resource.run(current, work);
    } finally {
      clearInterval(progress);
      await this.flush();
    }
  }

  private show({ urn, doing, since }: Work): void {
    const seconds = Math.round((performance.now() - since) / 1000);
    const message = seconds === 0 ? doing : `${doing}, ${seconds} s`;
    void this.track({ severity: "INFO", message, urn, ephemeral: true });
  }

  private async flush(): Promise<void> {
    if (this.underWay.size === 0) return;
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise(resolve => {
      limit = setTimeout(resolve, flushLimitMs);
    });
    await Promise.race([Promise.all(this.underWay), late]);
    clearTimeout(limit);
  }

  private track(message: Parameters<Send>[0]): Promise<void> {
    const sent: Promise<void> = this.send(message).finally(() => this.underWay.delete(sent));
    this.underWay.add(sent);
    return sent;
  }
}
