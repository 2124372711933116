/** Which deployments keep a certificate from being deleted. */
import { machineTime, type Timing } from "../timing";
import type { Deployment, State } from "./model";
import { holdersOf } from "./snapshot";

export interface References {
  /** The deployments for which Zuplo refuses the deletion. */
  holders(certificateId: string): Deployment[];
  /** To be called when a deployment stops to run with certificates. */
  released(deployment: Deployment, certificateIds: string[]): void;
  /** From now on a reference still counts for so long (ms) after it is gone: Zuplo's view may lag. */
  lagFor(ms: number): void;
}

export function createReferences(state: State, timing: Timing = machineTime): References {
  const releases = new Map<string, { deployment: Deployment; at: number }[]>();
  let lag = 0;
  return {
    holders(certificateId) {
      const lagging = (releases.get(certificateId) ?? [])
        .filter(release => timing.now() - release.at < lag)
        .map(release => release.deployment);
      return [...new Set([...holdersOf(state, certificateId), ...lagging])];
    },
    released(deployment, certificateIds) {
      for (const id of certificateIds) {
        releases.set(id, [...(releases.get(id) ?? []), { deployment, at: timing.now() }]);
      }
    },
    lagFor(ms) {
      lag = ms;
    },
  };
}
