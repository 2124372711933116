/** A snapshot that is being served, with its own connections to the backend. */
import { Agent } from "node:https";
import { createSecureContext } from "node:tls";
import type { Binding, Snapshot } from "../state/model";

export class RunningSnapshot {
  readonly #agents = new Map<string, Agent>();
  readonly #bindings: Map<string, Binding>;
  readonly #backendCa: string;
  #inFlight = 0;
  #isRetired = false;

  /** @param backendCa PEM of the CA that the backend's certificate is verified with. */
  constructor(
    readonly snapshot: Snapshot,
    backendCa: string,
  ) {
    this.#backendCa = backendCa;
    this.#bindings = new Map(snapshot.bindings.map(binding => [binding.name, binding]));
  }

  /** Connections that present the certificate bound under the name; undefined if none is. */
  agentFor(name: string): Agent | undefined {
    const existing = this.#agents.get(name);
    if (existing) return existing;
    const binding = this.#bindings.get(name);
    if (!binding) return undefined;
    const agent = new Agent({
      keepAlive: true,
      // Enough for thousands of requests a second, and few enough that a new snapshot opens no storm of handshakes.
      maxSockets: 16,
      // A resumed TLS session would skip the client certificate, and with it what is emulated here.
      maxCachedSessions: 0,
      secureContext: createSecureContext({
        cert: binding.certificate,
        key: binding.key,
        ca: this.#backendCa,
      }),
    });
    this.#agents.set(name, agent);
    return agent;
  }

  begin(): void {
    this.#inFlight += 1;
  }

  end(): void {
    this.#inFlight -= 1;
    this.#closeWhenDone();
  }

  /** No new request comes; those under way are completed before the connections are closed. */
  retire(): void {
    this.#isRetired = true;
    this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (!this.#isRetired || this.#inFlight > 0) return;
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }
}
