import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import type { Emulator } from "../../emulator";
import { startLoad } from "../../emulator/load";
import { settingsOf } from "../../emulator/settings";
import { kill } from "../../scripts/demo/processTree";
import type { Run } from "../../scripts/engine/commands";
import { aliveAfter } from "../support/engineProcesses";
import { type Cell, isRotation, type Outcome, type Stage } from "./cell";
import { bindingsOf } from "./program";
import type { ChaosStack } from "./stack";
import { Strikes } from "./strikes";
import {
  holdsSecret,
  neighbour,
  problemsOfDestroy,
  problemsOfLoad,
  problemsOfRotation,
  type Redeploys,
  redeployProblems,
  redeploysIn,
  releasedBy,
  unsafeNow,
} from "./verdict";

const cli = resolve(__dirname, "../../bin/pulumi-zuplo");
/** A host whose engine is gone ends within this time, in milliseconds. */
const orphanMs = 3000;
const requestsPerSecondAndBranch = 4;
const maxCellSeconds = 300;
/** Nothing but a failure of the gateway shall count, however busy the machine is, in milliseconds. */
const loadTimeoutMs = 30_000;

/**
 * Runs the course with the mishaps of its cell, then once more without edits, under a light load; without a cell, once
 * and undisturbed.
 */
export async function disturb(
  course: Cell["course"],
  cell: Cell | undefined,
  emulator: Emulator,
  stack: ChaosStack,
): Promise<Outcome> {
  const stage: Stage = { emulator, stack, orphans: [] };
  const strikes = cell && new Strikes(cell, stage);
  const branches = emulator.deployments();
  const before = emulator
    .certificates()
    .flatMap(({ name }) => (name === neighbour.certificate ? [] : [name]));
  const rotates = isRotation(course);
  const variables = bindingsOf(course).map(({ variable }) => variable);
  const problems = new Set<string>();
  const look = () => {
    for (const problem of unsafeNow(emulator, rotates ? [] : [...before, releasedValue]))
      problems.add(problem);
  };
  emulator.onCall(async call => {
    look();
    const fault = await strikes?.on(call);
    look();
    return fault;
  });
  // What is destroyed is served no longer; what somebody else has in use is.
  const loads = (rotates ? variables : [neighbour.variable]).map((via, _, { length }) =>
    startLoad({
      urls: branches.map(({ url }) => url),
      ratePerSecond: (requestsPerSecondAndBranch * branches.length) / Math.min(length, 2),
      via,
      maxSeconds: maxCellSeconds,
      timeoutMs: loadTimeoutMs,
    }),
  );
  const texts: string[] = [];
  const redeploys: Redeploys[] = [];

  /** One run, with what its user does after it. */
  const play = async (): Promise<Run> => {
    strikes?.begin();
    const counted = redeploysIn(emulator.trace).length;
    const orphansBefore = stage.orphans.length;
    const done = rotates ? Math.min(await stack.done(before), releasedBy(emulator, before)) : 0;
    const run = await (rotates ? stack.up() : stack.destroy());
    texts.push(run.text);
    const killed = strikes?.killed;
    if (killed !== undefined && run.code === 0) problems.add("the run succeeds, although it was killed");
    const alive = await aliveAfter(stage.orphans.slice(orphansBefore), orphanMs);
    for (const { command } of alive)
      problems.add(`${orphanMs / 1000} s after its engine there is still ${nameOf(command)}`);
    if (killed === "everything" || killed === "engine") texts.push(await stack.recover());
    if (holdsSecret(await stack.state(), emulator)) problems.add("a secret is in clear in the state");
    const count = redeploysIn(emulator.trace).length - counted;
    redeploys.push({ count, done, rolledBack: rolledBackIn(run) });
    look();
    return run;
  };

  try {
    let last = await play();
    if (cell !== undefined) {
      if (strikes?.firstIn === undefined) problems.add("the call did not come");
      // A second mishap that has not come yet may do so in the next run, and that one needs another one after it.
      let wasWaiting: boolean | undefined;
      do {
        const succeeded = last.code === 0;
        const writes = emulator.writes().length;
        wasWaiting = strikes?.waiting;
        last = await play();
        if (succeeded && emulator.writes().length > writes)
          problems.add("a run writes, although the one before it succeeded");
      } while (wasWaiting && strikes?.waiting === false);
    }
    // Once the Redeployments of parts have left the state, nothing tells whose the deployments are: the message has the
    // command that helps.
    if (course === "destroy of parts" && last.code !== 0) {
      const released = await release(emulator, last);
      if (released === undefined) problems.add("the message names no command that helps");
      else {
        texts.push(released);
        last = await play();
      }
    }
    if (last.code !== 0) problems.add(`the last run fails (${last.code})`);
  } finally {
    kill(stage.orphans.map(({ pid }) => pid));
    for (const load of loads) for (const problem of problemsOfLoad(await load.stop())) problems.add(problem);
  }
  const verdict = rotates
    ? problemsOfRotation(emulator, variables)
    : problemsOfDestroy(emulator, before[0] ?? "", branches.length, releasedValue);
  return {
    problems: [...verdict, ...problems, ...redeployProblems(branches.length, redeploys, variables.length)],
    text: texts.join("\n--- then\n"),
    secondIn: strikes?.secondIn,
  };
}

/** What a variable gets that a certificate is released from. */
const releasedValue = "released";

/** Does what the message of a refused destroy says. @returns what was printed; undefined where it says nothing. */
async function release(emulator: Emulator, { text }: Run): Promise<string | undefined> {
  const command = /`pulumi-zuplo (release [^`]*) --value VALUE`/.exec(text.replace(/\s+/g, " "))?.[1];
  if (!text.includes("ZUPLO1205") || command === undefined) return undefined;
  const args = [...command.split(" "), "--value", releasedValue, "--yes"];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, ...args], {
    env: { ...process.env, ...settingsOf(emulator) },
  });
  return stdout + stderr;
}

/** How many deployments a run says that it put back. */
function rolledBackIn({ text }: Run): number {
  return new Set(text.match(/(?<=')[\w-]+(?='.*Rolled back)/g)).size;
}

function nameOf(command: string): string {
  return /dynamic-provider|(pulumi-resource|terraform-provider)-[\w-]+/.exec(command)?.[0] ?? command;
}
