import { type Emulator, type EmulatorOptions, startEmulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { settingsOf } from "../../emulator/settings";
import { limits } from "../../provider/api/limits";
import type { Identity } from "../../provider/certificates/identity";
import { readConfig } from "../../provider/config";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import type { Context } from "../../provider/resources/resource";
import { type Logger, Session } from "../../provider/session";

export const identity: Identity = { project: "shop", stack: "prod", parents: "", resource: "backend" };

export class RecordingLogger implements Logger {
  readonly lines: string[] = [];
  info = (message: string) => void this.lines.push(`info: ${message}`);
  warn = (message: string) => void this.lines.push(`warn: ${message}`);
}

/** What one run of the engine has in common, against an emulator and without an engine. */
export function contextOf(
  emulator: Emulator,
  options: { now?: () => number; log?: Logger; signal?: AbortSignal; env?: Record<string, string> } = {},
): Context {
  const env: Record<string, string> = {
    ...settingsOf(emulator),
    ...options.env,
  };
  const { config, problems } = readConfig(
    () => undefined,
    key => env[key],
  );
  const log = options.log ?? new RecordingLogger();
  return {
    session: new Session(config, { log, signal: options.signal, now: options.now, problems }),
    identity,
  };
}

export async function withEmulator(
  options: EmulatorOptions,
  work: (emulator: Emulator) => Promise<void>,
): Promise<void> {
  const emulator = await startEmulator(options);
  try {
    await work(emulator);
  } finally {
    await emulator.stop();
  }
}

/** While it works, a call takes no longer with its repeats: a limit of calls (429) that stays ends soon. */
export async function withCallsOf(ms: number, work: () => Promise<void>): Promise<void> {
  const { callMs } = limits;
  Object.assign(limits, { callMs: ms });
  try {
    await work();
  } finally {
    Object.assign(limits, { callMs });
  }
}

/** Checks and uploads a certificate, as the engine would. */
export async function uploadCertificate(
  context: Context,
  issued: Issued,
  more: Record<string, unknown> = {},
) {
  const news = {
    certificate: issued.chain,
    privateKey: issued.privateKey,
    environments: ["preview", "production"],
    ...more,
  };
  const { inputs, failures } = mtlsCertificate.check(context, undefined, news);
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  return mtlsCertificate.create(context, mtlsCertificate.contract.inputs.parse(inputs));
}

/** Rewrites what the API says of the deployment of `main`. */
export function describeDeployment(
  emulator: Emulator,
  change: (deployment: Record<string, unknown>) => Record<string, unknown>,
) {
  const answer = () => {
    const { name, url, branch, environmentType, state } = emulator.deployment("main");
    return change({
      name,
      url,
      branchName: branch,
      environmentType: environmentType.toUpperCase(),
      state,
      updatedOn: new Date(emulator.served("main").at(-1)?.at ?? 0).toISOString(),
    });
  };
  emulator.onCall(call => {
    if (call.kind === "deployment.get") return { status: 200, body: answer() };
    if (call.kind === "deployment.list") return { status: 200, body: { data: [answer()] } };
    return undefined;
  });
}
