import assert from "node:assert/strict";
import type { ApiCall, Emulator, TraceEntry } from "../../emulator";
import { type Load, startLoad } from "../../emulator/load";
import type { Issued } from "../../emulator/pki";

/** The arguments of a certificate that was just issued. */
export function pem({ chain, privateKey }: Issued): { certificate: string; privateKey: string } {
  return { certificate: chain, privateKey };
}

/** Steady load through the gateways of the given branches. That they answer is the point, not how soon. */
export function load(
  emulator: Emulator,
  branches: readonly string[],
  ratePerSecond: number,
  maxSeconds = 300,
): Load {
  const urls = branches.map(branch => emulator.deployment(branch).url);
  return startLoad({ urls, ratePerSecond, maxSeconds, timeoutMs: 60_000 });
}

/** The writes of a rotation: K certificates over V variables, S environment types and E deployments. */
export function writesOfRotation(of: { K: number; V: number; S: number; E: number }): number {
  return of.K + of.V + of.K * of.S + of.E + of.K;
}

export function calls(entries: readonly TraceEntry[], kind: ApiCall["kind"]): ApiCall[] {
  return entries.filter((entry): entry is ApiCall => entry.type === "call" && entry.kind === kind);
}

/** No deployment ran with a variable whose certificate it had not bound, and none would have after a push. */
export function assertSafe(emulator: Emulator): void {
  assert.deepEqual(emulator.violations, []);
  assert.deepEqual(emulator.hazards, []);
}

export function names(emulator: Emulator): string[] {
  return emulator.certificates().map(certificate => certificate.name);
}

/** The branches of these that were redeployed, in order. */
export function redeployedAmong(emulator: Emulator, branches: readonly string[]): (string | undefined)[] {
  const named = new Map(branches.map(branch => [emulator.deployment(branch).name, branch]));
  return calls(emulator.trace, "deployment.deploy").map(({ subject }) => named.get(subject));
}

/** What was written, for a test that counted something else. */
export function writesTold(emulator: Emulator): string {
  return emulator
    .writes()
    .map(call => `${call.kind} ${call.subject} ${call.status}`)
    .join("\n");
}
