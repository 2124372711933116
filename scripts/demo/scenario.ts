/** The demonstration: three environments in service, and their certificate rotated under load. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { startLoad } from "../../emulator/load";
import { authorityIn, issueInto } from "../certificates/issue";
import type { DemoEngine, DemoOptions, EngineName } from "./engine";
import { watchRequests } from "./liveCounts";
import { pulumiDemo } from "./pulumiDemo";
import type { Demonstration, Phase } from "./record";
import { paint, type Screen } from "./screen";
import { expectedWrites, secretsIn } from "./state";
import { loadFigures } from "./summary";
import { terraformDemo } from "./terraformDemo";
import { showTimeline } from "./timeline";

const VARIABLE = "BACKEND_MTLS_CERT";
/** Those of the examples, in their order. */
const BRANCHES = ["staging", "canary", "main"];
const REQUESTS_PER_SECOND = 400;
/** A busy machine answers late, which is no failure; a gateway that cannot answer says so at once. */
const LATEST_ANSWER_MS = 30_000;
/** Long enough to be seen, and much faster than Zuplo. */
const DEPLOY_MS = 1_000;

/** What was started, to be stopped however it ends. */
export type Stops = (() => Promise<void> | void)[];

const engines: Record<EngineName, (options: DemoOptions) => DemoEngine> = {
  pulumi: pulumiDemo,
  terraform: terraformDemo,
};

export async function demonstrate(name: EngineName, out: Screen, stops: Stops): Promise<Demonstration> {
  const say = (text: string) => out.write(`\n${paint(out, "bold", text)}\n`);
  const apiKey = `zpka_${randomBytes(16).toString("hex")}`;
  const env: Record<string, string> = { ZUPLO_API_KEY: apiKey };
  const engine = engines[name]({ env, onOutput: text => out.write(text), color: out.isTerminal });
  stops.push(() => engine.remove());
  const certs = join(engine.home, "certs");
  mkdirSync(certs);

  const emulator = await startEmulator({
    authority: await authorityIn(certs),
    branches: BRANCHES.map(name => ({ name })),
    defaultVariable: VARIABLE,
    deployMs: DEPLOY_MS,
    apiKey,
  });
  stops.push(
    () => emulator.stop(),
    () => engine.interrupt(),
  );
  env.ZUPLO_DEVELOPER_API_ENDPOINT = emulator.apiUrl;
  env.ZUPLO_ACCOUNT = emulator.account;
  env.ZUPLO_PROJECT = emulator.project;
  // Its gateways are at one location, which serves a build from one moment on.
  env.ZUPLO_SETTLE = "0";
  await engine.init(certs);
  const keys: string[] = [];
  const newCertificate = async () => {
    const { paths } = await issueInto(certs, { rotate: true });
    keys.push(readFileSync(paths.privateKey, "utf8"));
  };
  const phases: Phase[] = [];
  const during = async (name: Phase["name"], title: string, work: () => Promise<unknown>) => {
    const from = Date.now();
    await work();
    phases.push({ name, title, from, to: Date.now() });
  };

  say(`A certificate goes into service in three environments of a local Zuplo: ${engine.applies}`);
  await newCertificate();
  await engine.apply();

  const environments = BRANCHES.map(branch => emulator.deployment(branch));
  const urls = environments.map(({ url }) => url);
  const counts = watchRequests(urls);
  const load = startLoad({
    urls,
    ratePerSecond: REQUESTS_PER_SECOND,
    maxSeconds: 120,
    timeoutMs: LATEST_ANSWER_MS,
  });
  stops.push(async () => {
    counts.stop();
    await load.stop();
  });
  const certificates = emulator
    .certificates()
    .map(({ name, environments: of }) => ({ name, environments: of }));

  say(
    `${REQUESTS_PER_SECOND} requests a second run through the gateways; the next certificate is there: ${engine.plans}`,
  );
  await newCertificate();
  await during("plan", engine.plans, () => engine.plan());

  say(`The rotation: ${engine.applies}`);
  emulator.clearTrace();
  await during("rotation", `${engine.applies}: the rotation`, () =>
    watched(emulator, engine, { counts, out }),
  );
  const trace = [...emulator.trace];
  const writes = emulator.writes().length;

  say(`Nothing has changed since: ${engine.applies}`);
  emulator.clearTrace();
  await during("second run", `${engine.applies} again`, () => engine.apply());
  const secondWrites = emulator.writes().length;

  const result = await load.stop();
  const state = await engine.state();
  const managed = engine.countsOf(state);
  const rotation = phases.find(({ name }) => name === "rotation");
  return {
    variable: VARIABLE,
    phases,
    certificates,
    trace,
    environments: environments.map(({ name, branch, environmentType, url }) => ({
      deployment: name,
      branch,
      environmentType,
      url,
      intervals: result.perInterval[url] ?? [],
      served: emulator.served(branch),
    })),
    figures: {
      ...loadFigures(result),
      ...managed,
      rotationMs: rotation ? rotation.to - rotation.from : 0,
      redeploys: trace.filter(entry => entry.kind === "deployment.deploy").length,
      writes,
      expectedWrites: expectedWrites(managed),
      secondWrites,
      certificatesLeft: emulator.certificates().length,
      violations: emulator.violations.length,
      hazards: emulator.hazards.length,
      secretsInState: secretsIn(state, [apiKey, ...keys]),
    },
  };
}

/** The engine's own lines and the timeline would draw over each other: the timeline alone is shown. */
async function watched(
  emulator: Emulator,
  engine: DemoEngine,
  options: Pick<Parameters<typeof showTimeline>[0], "counts" | "out">,
): Promise<void> {
  const end = showTimeline({
    ...options,
    emulator,
    branches: BRANCHES,
    variable: VARIABLE,
    from: Date.now(),
  });
  try {
    await engine.apply({ isQuiet: true });
  } finally {
    end();
  }
}
