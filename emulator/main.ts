/** The emulator as a program of its own: `npm run emulator -- --help`. */
import { readFile } from "node:fs/promises";
import { describe, describeAsJson, HELP, parseCli } from "./cli";
import { parseFaultRules } from "./faultRules";
import { startEmulator } from "./index";
import { readAuthority, writePki } from "./pkiFolder";

async function main(): Promise<void> {
  const options = parseCli(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const authority = options.pki === undefined ? undefined : await readAuthority(options.pki);
  const rules = options.faults === undefined ? [] : await readRules(options.faults);
  const emulator = await startEmulator({ ...options.emulator, authority });
  for (const rule of rules) emulator.onCall(rule);
  const pki = options.pki === undefined ? undefined : await writePki(options.pki, emulator.authority);
  process.stdout.write(options.json ? describeAsJson(emulator, pki) : describe(emulator, pki));

  let isStopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      emulator.stop().catch(fail);
    });
  }
}

async function readRules(file: string) {
  const text = await readFile(file, "utf8");
  try {
    return parseFaultRules(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fail(error: unknown): void {
  process.stderr.write(`emulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

main().catch(fail);
