/** What somebody does at Zuplo who knows nothing of the stack. */
import type { Emulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { pem } from "./rotation";

/** Calls the API below the emulator's account. Throws where the answer is a refusal. */
export async function inAccount(
  { apiUrl, apiKey, account }: Emulator,
  method: string,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${apiUrl}/v1/accounts/${account}${path}`, {
    method,
    headers: { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text || "{}") as Record<string, unknown>;
}

/** Calls the API below the emulator's project. */
export function inProject(emulator: Emulator, method: string, path: string, body?: unknown) {
  return inAccount(emulator, method, `/projects/${emulator.project}${path}`, body);
}

/** @returns the id. */
export async function upload(emulator: Emulator, name: string, issued: Issued): Promise<string> {
  const { certificate, privateKey: key } = pem(issued);
  const body = { name, certificate, key, environments: ["preview", "production"] };
  return String((await inProject(emulator, "POST", "/mtls-certificates", body)).id);
}
