import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { worldOf } from "../../scripts/engine/world";
import { findGenerator } from "../../scripts/sdk/generator";

const host = resolve(__dirname, "../docs/pythonHost.ts");

/** A folder for PATH with a language host of Python that generates SDKs, in `folder`. */
export async function sdkHost(folder: string): Promise<string> {
  const generator = await findGenerator(worldOf(new AbortController().signal));
  const bin = join(folder, "hosts");
  mkdirSync(bin);
  const program = join(bin, "pulumi-language-python");
  const tsx = require.resolve("tsx/cjs");
  const started = [process.execPath, "--require", tsx, host, generator].map(word => `"${word}"`).join(" ");
  writeFileSync(program, `#!/bin/sh\nexec ${started} "$@"\n`);
  chmodSync(program, 0o755);
  return bin;
}
