import { hostEndsWithin } from "./core";
import { within } from "./host";
import { actOutside } from "./outside";
import type { Run } from "./run";
import type { Disturbance, Fault } from "./steps/step";
import type { World } from "./world";

export interface Effect {
  fault?: Fault;
  /** The call arrives so many seconds after the host is gone. */
  strays?: number;
  /** What becomes of the build that the call leads to. */
  fate?: Fate;
}

type Fate = "fail" | "hang" | "keep";

/** More than the client repeats a call. */
const lasting = 8;

/** What happens at a call of a run. */
export function disturb(
  world: World,
  run: Run,
  method: string,
  call: string,
  moment: Disturbance["moment"],
): Effect {
  const effect: Effect = {};
  const going = run.going.get(call);
  if (moment === "before" && going !== undefined && going.left > 0) {
    going.left -= 1;
    effect.fault = going.fault;
  }
  const due = run.pending.filter(each => each.moment === moment && isNow(run, each, method, call));
  for (const each of due) {
    run.pending.splice(run.pending.indexOf(each), 1);
    run.isDisturbed = true;
    within(undefined, () => {
      if (each.later === undefined) strike(world, run, call, each, effect);
      else world.clock.after(each.later, () => strikeLater(world, run, call, each));
    });
  }
  return effect;
}

function isNow(run: Run, { of, at }: Disturbance, method: string, call: string): boolean {
  if (of === "call") return run.calls - 1 === at;
  if (of === "write") return method !== "GET" && run.writes - 1 === at;
  return call.endsWith("/deploy") && run.deploys - 1 === at;
}

function strikeLater(world: World, run: Run, call: string, disturbance: Disturbance): void {
  // A run that is over cannot be killed any more.
  if (disturbance.what.type === "kill" && (run.isOver || !run.host.isAlive)) return;
  // It may meet a run that has begun since.
  for (const other of world.runs.values()) if (!other.isOver) other.isDisturbed = true;
  strike(world, run, call, disturbance, {});
}

function strike(world: World, run: Run, call: string, { what }: Disturbance, effect: Effect): void {
  switch (what.type) {
    case "fault":
      effect.fault = what.fault;
      run.hasFaults = true;
      if (what.isLasting) run.going.set(call, { fault: what.fault, left: lasting });
      return;
    case "outside":
      actOutside(world, what.outside);
      return;
    case "build":
      effect.fate ??= what.fate;
      return;
    case "kill":
      world.say("kill", what.kill);
      if (what.strays !== undefined) effect.strays = what.strays;
      kill(world, run, what.kill);
  }
}

function kill(world: World, run: Run, whom: "engine" | "host" | "both" | "cancel"): void {
  if (whom === "cancel") {
    run.engine.cancel();
    run.cancel();
    return;
  }
  if (whom === "host") {
    run.host.die();
    return;
  }
  run.engine.isAlive = false;
  if (whom === "both") run.host.die();
  else {
    run.orphanedAt = world.clock.now();
    world.clock.after(Math.floor((0.5 + world.random() / 2) * hostEndsWithin), () => run.host.die());
  }
  run.end("killed");
}

/** The build that this redeploy leads to, if it is one. The call has to arrive: another run's build is not meant. */
export function spoilBuild(world: World, call: string, fate: Fate): void {
  const [, name] = /^POST \/v1\/deployments\/([^/]+)\/deploy$/.exec(call) ?? [];
  if (name === undefined) return;
  // Where the gateway tells nothing of its builds, nobody can see that one was not taken on.
  const seen = fate === "keep" && world.spec.identity === "none" ? "fail" : fate;
  world.say("build", `${name} will ${seen}`);
  const { builds } = world.emulator;
  if (seen === "fail") builds.failNext(name, "made up");
  if (seen === "hang") builds.hangNext(name);
  if (seen === "keep") builds.keepNext(name);
}
