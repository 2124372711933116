/** The demonstration: three environments in service, and their certificate rotated under load. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { startLoad } from "../../emulator/load";
import { authorityIn, issueInto } from "../certificates/issue";
import { watchRequests } from "./liveCounts";
import { PulumiProject } from "./pulumi";
import type { Demonstration, Phase } from "./record";
import { paint, type Screen } from "./screen";
import { countsOf, expectedWrites, secretsIn } from "./state";
import { loadFigures } from "./summary";
import { showTimeline } from "./timeline";

const EXAMPLE = resolve(__dirname, "../../examples/rotation");
const STACK = "demo";
const VARIABLE = "BACKEND_MTLS_CERT";
/** Those of the example's program, in its order. */
const BRANCHES = ["staging", "canary", "main"];
const REQUESTS_PER_SECOND = 400;
/** Long enough to be seen, and much faster than Zuplo. */
const DEPLOY_MS = 1_000;

/** What was started, to be stopped however it ends. */
export type Stops = (() => Promise<void> | void)[];

export async function demonstrate(out: Screen, stops: Stops): Promise<Demonstration> {
  const say = (text: string) => out.write(`\n${paint(out, "bold", text)}\n`);
  const apiKey = `zpka_${randomBytes(16).toString("hex")}`;
  const env: Record<string, string> = { ZUPLO_API_KEY: apiKey };
  const project = new PulumiProject({
    folder: EXAMPLE,
    env,
    onOutput: text => out.write(text),
    color: out.isTerminal,
  });
  stops.push(() => project.remove());
  const certs = join(project.home, "certs");
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
    () => project.interrupt(),
  );
  env.ZUPLO_DEVELOPER_API_ENDPOINT = emulator.apiUrl;
  env.ZUPLO_ACCOUNT = emulator.account;
  env.ZUPLO_PROJECT = emulator.project;
  // Its gateways are at one location, which serves a build from one moment on.
  env.ZUPLO_SETTLE = "0";
  await project.init(STACK, { certs });
  const keys: string[] = [];
  const newCertificate = async () => {
    const { paths } = await issueInto(certs, { rotate: true });
    keys.push(readFileSync(paths.privateKey, "utf8"));
  };
  const phases: Phase[] = [];
  const during = async (name: string, work: () => Promise<unknown>) => {
    const from = Date.now();
    await work();
    phases.push({ name, from, to: Date.now() });
  };

  say("A certificate goes into service in three environments of a local Zuplo: pulumi up");
  await newCertificate();
  await project.up(STACK);

  const environments = BRANCHES.map(branch => emulator.deployment(branch));
  const urls = environments.map(({ url }) => url);
  const counts = watchRequests(urls);
  const load = startLoad({ urls, ratePerSecond: REQUESTS_PER_SECOND, maxSeconds: 120 });
  stops.push(async () => {
    counts.stop();
    await load.stop();
  });
  const certificates = emulator
    .certificates()
    .map(({ name, environments: of }) => ({ name, environments: of }));

  say(
    `${REQUESTS_PER_SECOND} requests a second run through the gateways; the next certificate is there: pulumi preview`,
  );
  await newCertificate();
  await during("preview", () => project.preview(STACK));

  say("The rotation: pulumi up");
  emulator.clearTrace();
  await during("rotation", () => watched(emulator, project, { counts, out }));
  const trace = [...emulator.trace];
  const writes = emulator.writes().length;

  say("Nothing has changed since: pulumi up");
  emulator.clearTrace();
  await during("second up", () => project.up(STACK));
  const secondWrites = emulator.writes().length;

  const result = await load.stop();
  const state = await project.export(STACK);
  const managed = countsOf(state);
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
  project: PulumiProject,
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
    await project.up(STACK, { isQuiet: true });
  } finally {
    end();
  }
}
