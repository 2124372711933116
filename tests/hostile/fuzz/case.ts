import fc from "fast-check";
import { type Backend, type Emulator, startBackend, startEmulator } from "../../../emulator";
import { createAuthority, type Issued } from "../../../emulator/pki";
import { settingsOf } from "../../../emulator/settings";
import type { RawInputs } from "../../../provider/resources/resource";
import { cli } from "../../cli/capture";
import { keyLines } from "../../secrets/search";
import { binding } from "../../situations/programs";
import type { RecordingLogger } from "../../support/core";
import { type Declared, Stack } from "../../support/run";
import { assertClear } from "../support";
import { mutation } from "./mutation";
import { type Hit, type Relay, startRelay } from "./relay";

const commands = ["up", "rotation", "refresh", "destroy", "status", "prune"] as const;
type Command = (typeof commands)[number];

/** A command of which one answer is not what was true. */
export interface Case {
  command: Command;
  hit: Hit;
}

export const anyCase: fc.Arbitrary<Case> = fc.record({
  command: fc.constantFrom(...commands),
  hit: fc.record({
    of: fc.oneof(
      { weight: 6, arbitrary: fc.constant("api" as const) },
      { weight: 2, arbitrary: fc.constant("gateway" as const) },
      { weight: 1, arbitrary: fc.constant("backend" as const) },
    ),
    at: fc.nat({ max: 999 }),
    mutation,
  }),
});

/** Keys and values that no message may hold. */
const secretValue = "a-value-that-nobody-may-see";
const apiKey = "zpka_a_key_that_nobody_may_see";
/** What the names of the certificates begin with. */
const lineage = "backend_prod_ddea";
/** A call may take so long, in seconds, and a command as long as all its repeats. */
const callTimeout = 0.3;
const limitMs = 20_000;
/** Of these, the event loop may stand still for a moment: what else is done in the process meanwhile waits. */
const stallMs = 5000;

/** What all cases share: to make it takes longer than a case. */
export interface Ground {
  backend: Backend;
  /** Of the backend that a preflight asks. */
  tls: { cert: string; key: string };
  caCertificate: string;
  first: Issued;
  second: Issued;
  /** How many answers each command is given where none is changed. */
  answers: Partial<Record<Command, Relay["answers"]>>;
}

export async function openGround(): Promise<Ground> {
  const authority = await createAuthority();
  const [first, second] = [await authority.issue(), await authority.issue()];
  const own = await authority.issue({ ipAddresses: ["127.0.0.1"], extendedKeyUsage: ["serverAuth"] });
  const ground: Ground = {
    backend: await startBackend({ authority }),
    tls: { cert: own.chain, key: own.privateKey },
    caCertificate: authority.certificate,
    first,
    second,
    answers: {},
  };
  for (const command of commands) {
    const { found, answers } = await perform(ground, command);
    if (found.length > 0) throw new Error(`${command}: ${found.join("\n")}`);
    ground.answers[command] = answers;
  }
  return ground;
}

/** @returns what is wrong with how it went: nothing, as a rule. */
export async function play(ground: Ground, { command, hit }: Case): Promise<string[]> {
  const count = ground.answers[command]?.[hit.of] ?? 0;
  // A command that asks no gateway, and no backend, is told of them by the API.
  const of = count === 0 ? "api" : hit.of;
  const at = hit.at % (ground.answers[command]?.[of] ?? 1);
  return (await perform(ground, command, { ...hit, of, at })).found;
}

async function perform(
  { backend, tls, caCertificate, first, second }: Ground,
  command: Command,
  hit?: Hit,
): Promise<{ found: string[]; answers: Relay["answers"] }> {
  const emulator = await startEmulator({ backend, apiKey, deployMs: 20, branches: [{ name: "main" }] });
  const relay = await startRelay(emulator, tls, hit);
  try {
    const stack = new Stack(emulator);
    if (command !== "up") await stack.up(program(first));
    emulator.clearTrace();
    const env = {
      ...settingsOf(emulator),
      ZUPLO_DEVELOPER_API_ENDPOINT: relay.url,
      ZUPLO_CALL_TIMEOUT: String(callTimeout),
    };
    const found: string[] = [];
    const stall = watchLoop();
    const startedAt = performance.now();
    const preflight = { url: relay.backendUrl, caCertificate, timeout: 1 };
    const told = await within(limitMs, run(command, { stack, first, second, preflight, env }));
    const { answers } = relay;
    if (told === undefined) return { found: [`${command} did not end within ${limitMs} ms`], answers };
    const stalled = stall();
    if (stalled > stallMs) found.push(`nothing else could be done for ${Math.round(stalled)} ms`);
    const elapsed = performance.now() - startedAt;
    if (elapsed > limitMs) found.push(`it took ${Math.round(elapsed)} ms`);
    for (const message of told.errors) found.push(...unclear(message));
    const secrets = [apiKey, secretValue, ...[first, second].flatMap(keyLines)];
    for (const text of [...told.errors, ...told.shown]) {
      if (secrets.some(secret => text.includes(secret))) found.push("a secret is shown");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/.test(text))
        found.push(`what steers a terminal is shown: ${JSON.stringify(text.slice(0, 200))}`);
      if (/\bNaN\b|(?<!received )\bundefined\b|\[object Object\]/.test(text))
        found.push(`no sentence: ${text.slice(0, 200)}`);
    }
    found.push(...strayWrites(emulator, command));
    // That the gateway's code no longer needs what is destroyed is for the user to know.
    if (command !== "destroy") found.push(...wrongs(emulator));
    return { found: [...new Set(found)], answers };
  } finally {
    await relay.stop();
    await emulator.stop();
  }
}

function program(issued: Issued, preflight?: RawInputs): Declared[] {
  const token: Declared = {
    type: "EnvironmentVariable",
    name: "token",
    args: { branch: "main", name: "TOKEN", value: secretValue, isSecret: true },
  };
  const verify = { path: "/health", timeout: 1 };
  return [
    token,
    ...binding(issued, [{ branches: ["main"], verify }], {
      certificate: preflight === undefined ? {} : { preflight },
      redeployment: { timeout: 2 },
    }),
  ];
}

interface Told {
  /** Of what failed. */
  errors: string[];
  /** Logs and outputs. */
  shown: string[];
}

interface Running {
  stack: Stack;
  first: Issued;
  second: Issued;
  preflight: RawInputs;
  env: Record<string, string>;
}

async function run(command: Command, { stack, first, second, preflight, env }: Running): Promise<Told> {
  const ran = (work: Promise<RecordingLogger>) =>
    work.then(
      ({ lines }): Told => ({ errors: [], shown: lines }),
      (error: unknown): Told => ({ errors: [messageOf(error)], shown: [] }),
    );
  switch (command) {
    case "up":
      return ran(stack.up(program(first, preflight), { env }));
    case "rotation":
      return ran(stack.up(program(second, preflight), { env }));
    case "refresh":
      return ran(stack.refresh({ env }));
    case "destroy":
      return ran(stack.destroy({ env }));
    default: {
      const args = command === "status" ? ["status", "--within", "30d"] : ["prune", lineage];
      const printed = await cli(args, { env });
      return { errors: [], shown: [printed.stdout, printed.stderr] };
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unclear(message: string): string[] {
  try {
    assertClear(message);
    return [];
  } catch (error) {
    return [`an unclear error: ${messageOf(error).slice(0, 300)}`];
  }
}

/** Only what is the stack's own is written, and by commands that write. */
function strayWrites(emulator: Emulator, command: Command): string[] {
  return emulator.writes().flatMap(({ kind, subject }) => {
    if (["refresh", "status", "prune"].includes(command)) return [`${command} wrote ${kind} ${subject}`];
    const isOwn =
      kind === "deployment.deploy" ||
      (kind.startsWith("variable.") && ["main/TOKEN", "main/BACKEND_MTLS_CERT"].includes(subject)) ||
      kind.startsWith("certificate.");
    return isOwn ? [] : [`${command} wrote ${kind} ${subject}`];
  });
}

/** No build lacks what its variable names, and no push would have led to one. */
function wrongs({ violations, hazards }: Emulator): string[] {
  return [
    ...violations.map(finding => `an outage: ${JSON.stringify(finding)}`),
    ...hazards.map(finding => `a push would have broken: ${JSON.stringify(finding)}`),
  ];
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @returns what tells the longest time for which the event loop stood still, in milliseconds. */
function watchLoop(): () => number {
  const everyMs = 20;
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - everyMs);
    last = now;
  }, everyMs);
  return () => {
    clearInterval(timer);
    return Math.max(longest, performance.now() - last - everyMs);
  };
}
