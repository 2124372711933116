import { setMaxListeners } from "node:events";
import { deploymentOf } from "../../emulator/state/branches";
import { Secret } from "../../provider/text/secret";
import { newSession } from "./core";
import { EngineRun } from "./engine/run";
import { excuseFor } from "./excuses";
import { Host, within } from "./host";
import { firstRefused } from "./pool";
import { type Declared, declare } from "./program/declare";
import { branchesOf, pemsOf, variableOf } from "./program/spec";
import { variablesIn } from "./rules/judge";
import { keyOf } from "./rules/statuses";
import { type Operation, Run } from "./run";
import type { Stack } from "./stack";
import type { RunSettings } from "./steps/step";
import { account, projectNames, type World } from "./world";

const second = 1000;
/** How long a host whose engine is gone is waited for, in milliseconds. */
const longestOrphan = 1200 * second;

/** `pulumi up`, `refresh`, `destroy` or `import`, with what happens meanwhile. @returns whether it went well. */
export async function perform(
  world: World,
  stack: Stack,
  operation: Operation,
  settings: RunSettings = { disturbances: [], again: "no" },
): Promise<boolean> {
  const project = settings.otherProject ? otherThan(world, stack.spec.project) : stack.spec.project;
  const hasProgram = operation === "up" || operation === "import";
  const program = hasProgram ? await declare(stack.spec, world.table.pool).catch(String) : [];
  const declared = typeof program === "string" ? [] : program;
  const run = newRun(world, stack, operation, declared, project, settings);
  const excuse = excuseFor(world, run, settings);
  const wasSettled = stack.isSettled;
  stack.isSettled = false;
  world.say(run.host.name, `pulumi ${operation}${excuse === undefined ? "" : ` (may fail: ${excuse})`}`);

  // A program that fails has no resources, and Pulumi changes nothing.
  if (typeof program === "string") {
    world.say(run.host.name, `up failed: ${program}`);
    if (excuse === undefined) world.judge.report("stuck", "the program fails", program);
    return false;
  }
  const isPreviewed =
    operation !== "up" || settings.skipPreview === true || preview(world, stack, declared, project, run);
  const end = isPreviewed ? await Promise.race([work(run, operation, settings), run.killed]) : "refused";
  const isGood = end === "done" && run.engine.errors.length === 0;
  run.host.isAlive = run.host.isAlive && end === "killed";
  run.isOver = true;
  const firstError = run.engine.errors[0]?.split("\n", 1)[0];
  world.say(
    run.host.name,
    `${operation} ${isGood ? "succeeded" : end === "done" ? `failed: ${firstError}` : end}`,
  );

  if (operation === "destroy" && end === "killed") stack.hasKilledDestroy = true;
  if (isGood) judgeGood(world, run, operation, settings, wasSettled);
  else if (end === "done" && operation === "up") judgeRefused(world, run, settings);
  if (!isGood && end !== "killed" && excuse === undefined && !run.isDisturbed) {
    const error = firstError ?? "no error";
    world.judge.report("stuck", `${operation}: ${unnamed(error)}`, error);
  }
  // Who holds it could be seen at first, where nothing is changed.
  const [held] = excuse?.includes(" is held by ") === true ? excuse.split(" ") : [];
  const isRefusedLate = run.engine.errors.some(
    error => error.includes("ZUPLO1211") && held !== undefined && error.includes(`'${held}'`),
  );
  if (isRefusedLate && !run.isDisturbed)
    world.judge.report("needless", "a removal that others stand in the way of begins", firstError ?? "");
  return isGood;
}

function judgeGood(
  world: World,
  run: Run,
  operation: Operation,
  settings: RunSettings,
  wasSettled: boolean,
): void {
  const { stack } = run;
  stack.isSettled = operation === "up";
  if (operation !== "up" || settings.refresh === true) stack.hasKilledDestroy = false;
  if (operation === "refresh") stack.refreshedAt = run.startedAt;
  if (operation === "up") world.judge.green(run);
  if (operation === "up" && wasSettled && !settings.refresh && run.calls > 0) {
    world.judge.report("needless", "an up with nothing to do calls", `${run.calls} calls`);
  }
}

/** After an `up` in which a verification failed: no branch waits for a push with the certificate that was refused. */
function judgeRefused(world: World, run: Run, settings: RunSettings): void {
  const isVerification = run.engine.errors.some(error => /Rolled back in .*ZUPLO1410/s.test(error));
  if (!isVerification || run.isDisturbed || settings.disturbances.length > 0) return;
  // What a killed run had sent may have come after what was put back.
  if (world.straysUntil >= run.startedAt) return;
  const { components, project } = run.stack.spec;
  const refused = components.filter(component => pemsOf(component).some(pem => pem >= firstRefused));
  const [component, ...others] = refused;
  // Of several, one may have failed before another one had its turn.
  if (component?.verify !== "right" || others.length > 0 || pemsOf(component).length > 1) return;
  for (const branch of branchesOf(component)) {
    const place = component.project ?? project;
    world.judge.unarmed(keyOf(place, branch, variableOf(run.stack.key, component)));
  }
}

/** Until no host goes on whose engine is gone. */
export async function waitForOrphans(world: World): Promise<void> {
  const until = world.clock.now() + longestOrphan;
  while (world.clock.now() < until && [...world.runs.keys()].some(host => host.isBusy)) {
    await world.pass(5 * second);
  }
}

function newRun(
  world: World,
  stack: Stack,
  operation: Operation,
  declared: readonly Declared[],
  project: string,
  settings: RunSettings,
): Run {
  const places = operation === "up" || operation === "import" ? placesOf(stack, project) : [];
  const programVariables = new Set(places.map(place => keyOf(place.project, place.branch, place.variable)));
  const own = places.flatMap(place => deploymentOf(world.state, place.project, place.branch)?.name ?? []);
  for (const variable of programVariables) stack.variables.add(variable);
  for (const name of own) stack.deployments.add(name);
  const inState = stack.state.entries.filter(({ type }) => type === "Redeployment").map(({ id }) => id);

  const host = new Host(`${stack.key} #${world.runs.size + 1}`);
  const run = new Run(
    stack,
    operation,
    declared,
    host,
    world.clock.now(),
    new Set([...programVariables, ...variablesIn(stack)]),
    programVariables,
    new Set([...own, ...inState]),
    settings.disturbances,
  );
  run.engine = engineOf(world, stack, declared, project, run, settings.continueOnError === true);
  for (const other of world.runs.values()) if (!other.isOver) other.isDisturbed = true;
  world.runs.set(host, run);
  return run;
}

/** Where the program sets its variables. */
export function placesOf({ key, spec }: Stack, project: string) {
  return spec.components.flatMap(component =>
    branchesOf(component).map(branch => ({
      project: component.project ?? project,
      branch,
      variable: variableOf(key, component),
    })),
  );
}

function engineOf(
  world: World,
  stack: Stack,
  declared: readonly Declared[],
  project: string,
  run: Run,
  continueOnError: boolean,
): EngineRun {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  run.cancel = () => controller.abort();
  const { emulator } = world;
  const log = (message: string) => world.say(run.host.name, `log: ${message.split("\n", 1)[0]}`);
  const session = newSession({
    config: {
      apiKey: new Secret(emulator.apiKey),
      account: world.spec.isAccountOfKey ? undefined : account,
      project,
      endpoint: emulator.apiUrl,
      others: "leave",
      settleMs: world.spec.edge === undefined ? 0 : world.spec.edge.lagMs + second,
      callTimeout: 30,
    },
    log: { info: log, warn: log },
    signal: controller.signal,
    now: world.clock.now,
    engine: { isAlive: async () => run.engine.isAlive },
  });
  return new EngineRun({
    state: stack.state,
    stack: stack.spec.stack,
    project,
    declared,
    host: run.host,
    session,
    places: world.spec.places,
    continueOnError,
    onGone: (entry, how) => world.judge.gone(run, entry, how),
  });
}

/** In a process of its own, which may call nothing. */
function preview(
  world: World,
  stack: Stack,
  declared: readonly Declared[],
  project: string,
  run: Run,
): boolean {
  const engine = engineOf(world, stack, declared, project, run, false);
  const isGood = within(new Host("preview"), () => engine.preview());
  run.engine.errors.push(...engine.errors);
  return isGood;
}

async function work(run: Run, operation: Operation, settings: RunSettings): Promise<"done"> {
  const { engine } = run;
  if (operation === "refresh" || settings.refresh === true) {
    await engine.refresh();
    if (engine.errors.length === 0) run.stack.refreshedAt = run.startedAt;
    else return "done";
  }
  if (operation === "up") await engine.up();
  if (operation === "destroy") await engine.destroy();
  if (operation === "import") await engine.import(run.stack.lost);
  return "done";
}

/** Another Zuplo project than this one, where there is one. */
export function otherThan(world: World, project: string): string {
  return projectNames.slice(0, world.spec.projects).find(name => name !== project) ?? project;
}

/** A message without the names in it. */
function unnamed(message: string): string {
  return message
    .replace(/^[^ ]*\$(\w+)::\S+/, "$1")
    .replace(/'[^']*'/g, "'…'")
    .replace(/\b[\w-]*\d[\w-]*\b/g, "n")
    .replace(/\bn deployments?: .*/, "n deployments")
    .replace(/ \(\D.*$/, "")
    .slice(0, 110);
}
