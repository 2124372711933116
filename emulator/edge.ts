/** Zuplo's edge: several locations, which take on a build one after the other. */

import type { Deployment, Snapshot, State } from "./state/model";
import type { Finding } from "./state/safety";
import { machineTime, type Timing } from "./timing";

export interface Edge {
  /** From now on there are so many locations, and the last one takes on a build so much (ms) after the first. */
  spread(locations: number, lagMs: number): void;
  /** From now on a certificate that is disabled is taken from the builds that have it bound, as one that is deleted is. */
  dropDisabled(): void;
  /** How long (ms) a build may still be served after the next one is. */
  readonly lagMs: number;
  /** A deployment has another build than before. */
  takeOn(deployment: Deployment, previous: Snapshot): void;
  /** Where a fresh connection ends: at one location after the other. */
  nextLocation(): number;
  /** What a location serves now. */
  snapshotAt(location: number, deployment: Deployment): Snapshot;
  /** Whether a location still has a certificate that its build has bound: one that is deleted is taken from it. */
  has(certificateId: string): boolean;
  /** Locations that serve a build whose certificate is deleted. */
  losses(): Finding[];
}

/** One change of what a deployment serves. */
interface Change {
  at: number;
  before: Snapshot;
}

export function createEdge(state: State, timing: Timing = machineTime): Edge {
  const changes = new Map<string, Change[]>();
  let locations = 1;
  let lagMs = 0;
  let connections = 0;

  const delayOf = (location: number) => (locations > 1 ? (lagMs * location) / (locations - 1) : 0);
  let dropsDisabled = false;
  const has = (id: string) =>
    state.certificates.some(
      certificate => certificate.id === id && (!dropsDisabled || certificate.environments.length > 0),
    );

  function snapshotAt(location: number, deployment: Deployment): Snapshot {
    let snapshot = deployment.snapshot;
    for (const { at, before } of (changes.get(deployment.name) ?? []).toReversed()) {
      if (timing.now() >= at + delayOf(location)) break;
      snapshot = before;
    }
    return snapshot;
  }

  function lossesOf(deployment: Deployment): Finding[] {
    const snapshot = snapshotAt(locations - 1, deployment);
    const { certificateInCode: inCode, variables } = snapshot;
    const named = [...Object.entries(variables), ...(inCode === undefined ? [] : [["", inCode] as const])];
    return named.flatMap(([variable, value]) => {
      const binding = snapshot.bindings.find(({ name }) => name === value);
      if (binding === undefined || has(binding.certificateId)) return [];
      const reason = `certificate '${value}' is deleted, and a location of the edge still serves a build that uses it`;
      return [{ at: timing.now(), branch: deployment.branch, variable, value, reason }];
    });
  }

  return {
    spread(count, lag) {
      locations = count;
      lagMs = lag;
    },
    dropDisabled() {
      dropsDisabled = true;
    },
    get lagMs() {
      return lagMs;
    },
    takeOn({ name }, before) {
      if (lagMs === 0) return;
      const isRecent = ({ at }: Change) => timing.now() - at < lagMs;
      changes.set(name, [...(changes.get(name) ?? []).filter(isRecent), { at: timing.now(), before }]);
    },
    nextLocation() {
      connections += 1;
      return connections % locations;
    },
    snapshotAt,
    has,
    losses: () => (lagMs === 0 ? [] : state.deployments.flatMap(lossesOf)),
  };
}
