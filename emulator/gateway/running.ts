/** A snapshot that is being served, with its own connections to the backend. */
import { Agent } from "node:https";
import { createSecureContext } from "node:tls";
import type { Binding, Snapshot } from "../state/model";

/** The runtime looks certificates and variables up in one place: a variable of the same name hides a certificate. */
export function bindingsOf({ bindings, variables }: Snapshot): Map<string, Binding> {
  const found = bindings.filter(({ name }) => !Object.hasOwn(variables, name));
  return new Map(found.map(binding => [binding.name, binding]));
}

/**
 * The certificate that a request is to show: the one that the code names, or the variable's value. As in the real
 * runtime, a variable that is not set, or is empty, means a request without one.
 */
export function certificateFor(
  { certificateInCode, variables }: Snapshot,
  variable: string | undefined,
  defaultVariable: string,
): string | undefined {
  if (variable === undefined && certificateInCode !== undefined) return certificateInCode;
  return variables[variable ?? defaultVariable] || undefined;
}

/** The runtime's own words where a request names a certificate that is not bound. */
export function notBound(name: string): string {
  return `mTLS certificate binding '${name}' not found. Ensure the certificate is uploaded and properly configured.`;
}

export class RunningSnapshot {
  /** By the name of the certificate that they present; undefined presents none. */
  readonly #agents = new Map<string | undefined, Agent>();
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
    this.#bindings = bindingsOf(snapshot);
  }

  /** Connections that present the certificate bound under the name, or none for no name; undefined if none is bound. */
  agentFor(name: string | undefined): Agent | undefined {
    const existing = this.#agents.get(name);
    if (existing) return existing;
    const binding = name === undefined ? undefined : this.#bindings.get(name);
    if (name !== undefined && !binding) return undefined;
    const agent = new Agent({
      keepAlive: true,
      // Enough for thousands of requests a second, and few enough that a new snapshot opens no storm of handshakes.
      maxSockets: 16,
      // A resumed TLS session would skip the client certificate, and with it what is emulated here.
      maxCachedSessions: 0,
      secureContext: createSecureContext({
        ca: this.#backendCa,
        ...(binding && { cert: binding.certificate, key: binding.key }),
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
