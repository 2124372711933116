/** What is written down for later judgement: builds that were served, and findings of the safety checkers. */
import type { Edge } from "./edge";
import type { Deployment, State } from "./state/model";
import { type Finding, pushHazards, unboundVariables } from "./state/safety";
import { selectedCertificates } from "./state/snapshot";
import { machineTime, type Timing } from "./timing";
import type { BuildEvent, Trace } from "./trace";

export interface ServedBuild {
  /** Milliseconds since the epoch: from then on this build answers. */
  at: number;
  buildId: string;
  /** Variable → the name of the certificate that it selects. */
  certificates: Record<string, string>;
}

export interface Journal {
  /** What a deployment, or a location of the edge, serves and cannot serve. */
  violations: Finding[];
  hazards: Finding[];
  /** Of a deployment, by its name. */
  history(deploymentName: string): ServedBuild[];
  /** A deployment that runs since before the start. */
  resumed(deployment: Deployment): void;
  served(deployment: Deployment): void;
  failed(deployment: Deployment): void;
  /** After a write of the API. */
  written(): void;
}

export function createJournal(
  state: State,
  trace: Trace,
  edge: Pick<Edge, "losses">,
  timing: Timing = machineTime,
): Journal {
  const violations: Finding[] = [];
  const hazards: Finding[] = [];
  const histories = new Map<string, ServedBuild[]>();

  function remember({ name, snapshot }: Deployment): void {
    const history = histories.get(name) ?? [];
    histories.set(name, history);
    history.push({
      at: timing.now(),
      buildId: snapshot.buildId,
      certificates: selectedCertificates(snapshot),
    });
  }

  return {
    violations,
    hazards,
    history: name => histories.get(name) ?? [],
    resumed: remember,
    served(deployment) {
      remember(deployment);
      trace.event(eventOf("build.served", deployment));
      const { project, branch, snapshot } = deployment;
      violations.push(...unboundVariables(state, project, branch, snapshot, timing.now()));
    },
    failed: deployment => trace.event(eventOf("build.failed", deployment)),
    written() {
      hazards.push(...pushHazards(state, timing.now()));
      violations.push(...edge.losses());
    },
  };
}

function eventOf(
  kind: BuildEvent["kind"],
  { name, branch, snapshot, message }: Deployment,
): Omit<BuildEvent, "type" | "seq" | "at"> {
  return {
    kind,
    subject: name,
    branch,
    buildId: snapshot.buildId,
    certificates: snapshot.bindings.map(binding => binding.name),
    message,
  };
}
