import { AsyncLocalStorage } from "node:async_hooks";
import type { Logger } from "../../session";
import { oneLine } from "../../text/redact";
import { inTerraformWords } from "../terraformWords";
import { type Diagnostic, diagnostic, failed } from "./diagnostics";

/**
 * Warnings go into the answer of the call during which they were said, which is the only way to a user. Everything else
 * goes to the standard error, of which the engine keeps a log where TF_LOG asks for it.
 */
export class CallLog {
  private readonly calls = new AsyncLocalStorage<Diagnostic[]>();
  private readonly said = new Set<string>();

  readonly logger: Logger = {
    left: text => this.warn(text),
    info: text => void process.stderr.write(`[INFO] ${oneLine(inTerraformWords(text))}\n`),
    warn: text => this.warn(text),
  };

  private warn(text: string): void {
    // The engine plans a resource that is replaced more than once.
    if (this.said.has(text)) return;
    this.said.add(text);
    const collected = this.calls.getStore();
    const warning = diagnostic("warning", oneLine(text));
    if (collected === undefined) process.stderr.write(`[WARN] ${warning.summary}\n`);
    else collected.push(warning);
  }

  /** Answers a call: with what was warned of meanwhile, and with the error that ended it as one more of these. */
  async answer<T extends { diagnostics?: Diagnostic[] }>(work: () => Promise<T>): Promise<T> {
    const collected: Diagnostic[] = [];
    return this.calls.run(collected, async () => {
      try {
        const answer = await work();
        return { ...answer, diagnostics: [...collected, ...(answer.diagnostics ?? [])] };
      } catch (error) {
        return { diagnostics: [...collected, failed(error)] } as T;
      }
    });
  }
}
