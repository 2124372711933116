/** The acceptance script within the tests: its arguments, and what it printed. */
import { type Emulator, type EmulatorOptions, startEmulator } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import { prefix, variableName } from "../../scripts/acceptance/names";
import type { AdaptiveLimiter } from "../../scripts/acceptance/pace";
import type { Report } from "../../scripts/acceptance/report";
import { acceptance, type ExitCode } from "../../scripts/acceptance/run";

export const route = `/via/${variableName}/health`;

const quick: AdaptiveLimiter = { lookMs: 30, quietMs: 150, disableMs: 150, refusalMs: 200 };

export interface Outcome {
  code: ExitCode;
  out: string;
  error: string;
}

export async function run(
  emulator: Emulator,
  args: readonly string[],
  more: { env?: Record<string, string>; pace?: Partial<AdaptiveLimiter>; signal?: AbortSignal } = {},
): Promise<Outcome> {
  const env: Record<string, string> = { ...settingsOf(emulator), ...more.env };
  let [out, error] = ["", ""];
  const code = await acceptance(["--timeout", "20", ...args], {
    environment: name => env[name],
    out: text => {
      out += text;
    },
    error: text => {
      error += `${text}\n`;
    },
    pace: { ...quick, ...more.pace },
    ...(more.signal === undefined ? {} : { signal: more.signal }),
  });
  return { code, out, error };
}

/** The whole, on branch `staging`. */
export async function runFully(
  emulator: Emulator,
  args: readonly string[] = ["--path", route],
  more: Parameters<typeof run>[2] = {},
): Promise<Outcome & { report: Report }> {
  const outcome = await run(emulator, ["--branch", "staging", "--yes", "--json", ...args], more);
  return { ...outcome, report: JSON.parse(outcome.out) as Report };
}

/** Question → what was seen, of the rows that differ. */
export function differencesIn({ rows }: Report): Record<string, string> {
  const different = rows.filter(({ verdict }) => verdict === "handled" || verdict === "unexpected");
  return Object.fromEntries(different.map(({ question, seen }) => [question, seen]));
}

export async function withEmulator(
  options: EmulatorOptions,
  work: (emulator: Emulator) => Promise<void>,
): Promise<void> {
  // Long enough to change something in either half of a build.
  const emulator = await startEmulator({ deployMs: 400, clientCertificate: "any", ...options });
  try {
    await work(emulator);
  } finally {
    await emulator.stop();
  }
}

/** Names of the script's certificates that are at Zuplo. */
export function leftAt(emulator: Emulator): string[] {
  return emulator
    .certificates()
    .map(({ name }) => name)
    .filter(name => name.startsWith(prefix));
}
