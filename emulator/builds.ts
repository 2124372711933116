/** Redeploys: they take a while, one after the other for each deployment, and may fail or hang. */
import { randomUUID } from "node:crypto";
import type { Deployment, Snapshot, State } from "./state/model";
import { takeSnapshot } from "./state/snapshot";
import { machineTime, type Timing } from "./timing";

export interface BuildsOptions {
  state: State;
  /** How long a redeploy takes. */
  deployMs: number;
  /** Whether a build has what there is when it starts, or (the default) when it ends. */
  reads?: "start" | "end";
  /** Whether a deployment says DEPLOYING while it is built (the default), or goes on as it was. */
  showsBuilding?: boolean;
  timing?: Timing;
  /** Default: a UUID. */
  newBuildId?: () => string;
  now(): string;
  /** After a new snapshot became the running one. */
  onServed(deployment: Deployment, previous: Snapshot): void;
  onFailed(deployment: Deployment): void;
  /** After any change of the state. */
  onChange(): void;
}

export interface Builds {
  /** Accepts a redeploy. Settles when the new build is served; rejects if it fails or the emulator is stopped. */
  enqueue(deployment: Deployment): Promise<void>;
  failNext(deploymentName: string, message: string): void;
  /** The next redeploy never ends, and does not keep a later one from being done. */
  hangNext(deploymentName: string): void;
  /** The next redeploy ends as if it had worked, but the old build stays in service. */
  keepNext(deploymentName: string): void;
  stop(): void;
}

type Fate = { kind: "fail"; message: string } | { kind: "hang" } | { kind: "keep" };

export function createBuilds(options: BuildsOptions): Builds {
  const {
    state,
    deployMs,
    reads = "end",
    showsBuilding = true,
    timing = machineTime,
    newBuildId = randomUUID,
    now,
    onChange,
  } = options;
  const queues = new Map<string, Promise<void>>();
  const fates = new Map<string, Fate[]>();
  const timers = new Set<() => void>();
  const waiting = new Set<(reason: Error) => void>();
  let stopped = false;

  const sleep = (ms: number) =>
    new Promise<void>(resolve => {
      const cancel = timing.after(ms, () => {
        timers.delete(cancel);
        resolve();
      });
      timers.add(cancel);
    });

  const isGone = (deployment: Deployment) => !state.deployments.includes(deployment);

  /** @returns whether the build ended. */
  async function build(deployment: Deployment): Promise<boolean> {
    if (isGone(deployment)) throw new Error(`deployment ${deployment.name} was deleted`);
    const fate = fates.get(deployment.name)?.shift();
    if (showsBuilding) deployment.state = "DEPLOYING";
    deployment.message = "";
    if (fate?.kind === "hang") {
      deployment.pending -= 1;
      onChange();
      return false;
    }
    onChange();
    const early = reads === "start" ? takeSnapshot(state, deployment, newBuildId(), now()) : undefined;
    await sleep(deployMs);
    if (isGone(deployment)) throw new Error(`deployment ${deployment.name} was deleted`);
    deployment.pending -= 1;
    deployment.updatedOn = now();
    if (fate?.kind === "fail") {
      deployment.state = "ERROR";
      deployment.message = fate.message;
      options.onFailed(deployment);
      onChange();
      throw new Error(fate.message);
    }
    if (fate?.kind === "keep") {
      deployment.state = "STARTED";
      onChange();
      return true;
    }
    const previous = deployment.snapshot;
    deployment.snapshot = early ?? takeSnapshot(state, deployment, newBuildId(), deployment.updatedOn);
    deployment.state = "STARTED";
    options.onServed(deployment, previous);
    onChange();
    return true;
  }

  function addFate(name: string, fate: Fate): void {
    fates.set(name, [...(fates.get(name) ?? []), fate]);
  }

  return {
    enqueue(deployment) {
      deployment.pending += 1;
      onChange();
      const settled = new Promise<void>((resolve, reject) => {
        waiting.add(reject);
        const before = queues.get(deployment.name) ?? Promise.resolve();
        const done = before
          .then(() => {
            if (stopped) throw new Error("the emulator was stopped");
            return build(deployment);
          })
          .then(ended => {
            if (!ended) return;
            waiting.delete(reject);
            resolve();
          })
          .catch((error: Error) => {
            waiting.delete(reject);
            reject(error);
          });
        queues.set(deployment.name, done);
      });
      // Most callers do not wait; a failed build is no crash of the emulator.
      settled.catch(() => undefined);
      return settled;
    },
    failNext: (name, message) => addFate(name, { kind: "fail", message }),
    hangNext: name => addFate(name, { kind: "hang" }),
    keepNext: name => addFate(name, { kind: "keep" }),
    stop() {
      stopped = true;
      for (const cancel of timers) cancel();
      for (const reject of waiting) reject(new Error("the emulator was stopped"));
      waiting.clear();
    },
  };
}
