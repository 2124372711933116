/** A module of this folder in a process of its own, so that it takes nothing from the thread that measures. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}

export class Child {
  private readonly waiting = new Map<number, { resolve(result: never): void; reject(error: Error): void }>();
  private last = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on("message", ({ id, result, error }: Answer) => {
      const call = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) call?.resolve(result as never);
      else call?.reject(new Error(error));
    });
    child.on("exit", code => {
      for (const { reject } of this.waiting.values()) reject(new Error(`the process ended with ${code}`));
      this.waiting.clear();
    });
  }

  static start(module: string): Child {
    return new Child(fork(module, { execArgv: ["--import", require.resolve("tsx")] }));
  }

  /** Calls one of the functions that the module serves. */
  call<T>(name: string, ...args: unknown[]): Promise<T> {
    this.last += 1;
    const id = this.last;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, name, args });
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, "exit");
    this.child.kill();
    await exited;
  }
}

type Served = Record<string, (...args: never[]) => unknown>;

/** In the child: answers the calls. Ends when the parent does. */
export function serve(functions: Served): void {
  process.on("message", ({ id, name, args }: { id: number; name: string; args: never[] }) => {
    Promise.resolve()
      .then(() => functions[name]?.(...args))
      .then(
        result => process.send?.({ id, result }),
        (error: unknown) => process.send?.({ id, error: String(error) }),
      );
  });
  process.on("disconnect", () => process.exit());
}
