import assert from "node:assert/strict";
import type { Emulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { assertSafe } from "../support/rotation";

export const variable = "BACKEND_MTLS_CERT";
const verify = { path: "/health", timeout: 1 };
export const stages = [
  { branches: ["staging"], verify },
  { branches: ["main"], verify },
];

/** One certificate is left, every environment serves with it, and no moment on the way was unsafe. */
export function assertInService(emulator: Emulator, { fingerprint }: Issued): void {
  const [certificate, ...others] = emulator.certificates();
  assert.deepEqual(others, []);
  assert.equal(certificate?.fingerprint, fingerprint);
  assert.deepEqual(certificate?.environments, ["preview", "production"]);
  assertServed(emulator, certificate?.name ?? "");
}

/** The name of a certificate at Zuplo. */
export function nameOf(emulator: Emulator, { fingerprint }: Issued): string {
  return emulator.certificates().find(certificate => certificate.fingerprint === fingerprint)?.name ?? "";
}

/** Every environment serves with the certificate of this name. */
export function assertServed(emulator: Emulator, name: string, branches = ["staging", "main"]): void {
  for (const branch of branches) {
    assert.equal(emulator.variables(branch)[variable], name, branch);
    assert.equal(emulator.served(branch).at(-1)?.certificates[variable], name, branch);
  }
  assertSafe(emulator);
}
