/** What must hold after a run, whatever happened in it. */
import assert from "node:assert/strict";
import type { Emulator } from "../../emulator";
import { ZuploError } from "../../provider/api/errors";
import { inProject } from "../support/byHand";
import type { RecordingLogger } from "../support/core";
import { assertSafe, calls } from "../support/rotation";
import { variable } from "./programs";

/** Status of a request through the gateway of a branch. */
export async function ask(emulator: Emulator, branch: string, path = "/health"): Promise<number> {
  const answer = await fetch(`${emulator.deployment(branch).url}${path}`);
  await answer.arrayBuffer();
  return answer.status;
}

/** Somebody pushes each branch, and it still serves; no moment until now was unsafe. */
export async function assertPushSafe(emulator: Emulator, ...branches: string[]): Promise<void> {
  for (const branch of branches) {
    assert.equal(await ask(emulator, branch), 200, `${branch}, before a push`);
    await emulator.push(branch);
    assert.equal(await ask(emulator, branch), 200, `${branch}, after a push`);
  }
  assertSafe(emulator);
}

/** What somebody else broke, or what a destroy has to leave, is not held against what comes after. */
export function forgive(emulator: Emulator): void {
  emulator.violations.splice(0);
  emulator.hazards.splice(0);
}

/** The error with which a run ends; it must end with one of ours. */
export async function failureOf(run: Promise<unknown>): Promise<ZuploError> {
  const error = await run.then(
    () => assert.fail("the run should have failed"),
    (error: unknown) => error,
  );
  assert.ok(error instanceof ZuploError, `${String(error)}`);
  return error;
}

/** The stable code of an error. */
export function codeOf(error: ZuploError): unknown {
  return (error as { code?: unknown }).code;
}

/** The lines of a run's log that carry the code. */
export function linesOf({ lines }: RecordingLogger, code: string): string[] {
  return lines.filter(line => line.includes(code));
}

export function assertLogged(log: RecordingLogger, code: string): string {
  const found = linesOf(log, code);
  assert.ok(found.length > 0, `no line with ${code} in:\n${log.lines.join("\n")}`);
  return found.join("\n");
}

/** What a certificate is enabled for; undefined where it is gone. */
export function enabledFor(emulator: Emulator, name: unknown): string[] | undefined {
  return emulator.certificates().find(certificate => certificate.name === name)?.environments;
}

/** The branch runs with the certificate that its variable names. */
export function assertServedBy(emulator: Emulator, branch: string, name: unknown, own = variable): void {
  assert.equal(emulator.variables(branch)[own], name, branch);
  assert.equal(emulator.served(branch).at(-1)?.certificates[own], name, branch);
}

/** How often each branch was redeployed since the trace was cleared. */
export function redeploysOf(emulator: Emulator, branch: string): number {
  const { name } = emulator.deployment(branch);
  return calls(emulator.trace, "deployment.deploy").filter(({ subject }) => subject === name).length;
}

/** Sets a variable that exists, as somebody does by hand. */
export function setByHand(emulator: Emulator, branch: string, name: string, value: string) {
  return inProject(emulator, "PATCH", `/branches/${branch}/variables/${name}`, { value });
}

/** Makes a variable, as somebody does by hand. */
export function makeByHand(emulator: Emulator, branch: string, name: string, value: string) {
  return inProject(emulator, "POST", `/branches/${branch}/variables`, { name, value, isSecret: false });
}

/** Sets what a certificate is enabled for, as somebody does by hand. */
export function enableByHand(emulator: Emulator, name: unknown, environments: readonly string[]) {
  const id = emulator.certificates().find(certificate => certificate.name === name)?.id;
  return inProject(emulator, "PATCH", `/mtls-certificates/${id}`, { environments });
}

/** Deletes a certificate, as somebody does by hand. */
export function deleteByHand(emulator: Emulator, name: unknown) {
  const id = emulator.certificates().find(certificate => certificate.name === name)?.id;
  return inProject(emulator, "DELETE", `/mtls-certificates/${id}`);
}

export function branchesOf(...names: string[]): { branches: { name: string }[]; deployMs: number } {
  return { branches: names.map(name => ({ name })), deployMs: 20 };
}
