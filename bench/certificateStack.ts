/** Stacks of N certificates: by this provider or by one that does nothing, native or dynamic. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Issued } from "../emulator/pki";
import type { Files } from "./stack";

export type Kind = "native" | "dynamic";
export type Side = "ours" | "floor";

const root = join(__dirname, "..");
const environments = ["preview", "production"];

/** What never changes in a project. */
export function projectFiles(kind: Kind, side: Side): Files {
  if (kind === "native") return {};
  const program = side === "ours" ? "certificates.js" : "certificatesNoop.js";
  return {
    "Pulumi.yaml": "name: bench\nruntime: nodejs\n",
    "package.json": JSON.stringify({ name: "bench", main: "index.js" }),
    "index.js": readFileSync(join(__dirname, "programs", program), "utf8"),
  };
}

/** The certificates that the program declares, and their keys in a file each. */
export function certificateFiles(kind: Kind, side: Side, issued: readonly Issued[]): Files {
  const certificates = issued.map(({ certificate }, index) => ({
    name: `certificate-${index}`,
    args: { certificate, privateKeySource: { file: `${index}.key` }, environments },
  }));
  const keys = Object.fromEntries(issued.map(({ privateKey }, index) => [`${index}.key`, privateKey]));
  if (kind === "dynamic") return { ...keys, "inputs.json": JSON.stringify(certificates) };
  const plugin = side === "ours" ? "zuplo" : "noop";
  const path = side === "ours" ? join(root, "bin") : join(__dirname, "peers", "noop");
  const program = {
    name: "bench",
    runtime: "yaml",
    plugins: { providers: [{ name: plugin, path }] },
    resources: Object.fromEntries(
      certificates.map(({ name, args }) => [name, { type: `${plugin}:MtlsCertificate`, properties: args }]),
    ),
  };
  // JSON is YAML.
  return { ...keys, "Pulumi.yaml": JSON.stringify(program, null, 1) };
}
