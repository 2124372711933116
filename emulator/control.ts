/** What a test sees of an emulator, and how it plays the other people who work with the same project. */

import type { KeyLimits } from "./api/keys";
import type { BuildIdentity, CertificatesLag, Statuses, World } from "./api/world";
import type { Backend } from "./backend";
import type { Builds } from "./builds";
import { type ByHand, createByHand } from "./byHand";
import type { Edge } from "./edge";
import type { CallHook, Faults } from "./faults";
import type { Gateway } from "./gateway/server";
import type { Journal, ServedBuild } from "./journal";
import { type CertificateInfo, certificateInfo, fingerprintOf } from "./pem";
import type { Authority } from "./pki";
import { deploymentOf } from "./state/branches";
import type { Deployment, EnvironmentType } from "./state/model";
import type { Finding } from "./state/safety";
import { type ApiCall, isWrite, type Trace, type TraceEntry } from "./trace";

export interface DeploymentSummary {
  name: string;
  url: string;
  branch: string;
  environmentType: EnvironmentType;
  state: Deployment["state"];
  /** Of the build that is served. */
  buildId: string;
}

export interface CertificateSummary extends CertificateInfo {
  id: string;
  name: string;
  environments: EnvironmentType[];
  /** SHA-256 of the leaf's DER, lower-case hex. */
  fingerprint: string;
}

/** Where a project can be given, it defaults to `project`. */
export interface Control {
  /** For ZUPLO_DEVELOPER_API_ENDPOINT. */
  apiUrl: string;
  apiKey: string;
  account: string;
  /** The first one. */
  project: string;
  gatewayUrl: string;
  backend: Backend;
  /** The CA whose client certificates the backend accepts. */
  authority: Authority;
  deployment(branch: string, project?: string): DeploymentSummary;
  deployments(project?: string): DeploymentSummary[];
  certificates(project?: string): CertificateSummary[];
  /** Name → value, those of secrets too. */
  variables(branch: string, project?: string): Record<string, string>;
  trace: TraceEntry[];
  /** The calls of the trace that are not reads. */
  writes(): ApiCall[];
  clearTrace(): void;
  /** Snapshots that went live with a variable that names a certificate they have not bound. */
  violations: Finding[];
  /** After each write: branches whose deploy at that instant would have been a violation. */
  hazards: Finding[];
  served(branch: string, project?: string): ServedBuild[];
  /** What other people do in the portal, with git, in the editor. */
  hands: ByHand;
  /** @returns one more API key, which may not do everything. */
  addKey(limits: KeyLimits): string;
  /** From now on no API key may do anything, or anything in one project, and each is told this status. */
  loseAccess(status: 401 | 403 | 404, project?: string): void;
  restoreAccess(): void;
  /** What reading the variables of an environment gives from now on. */
  readVariablesAs(reading: NonNullable<World["readingVariables"]>): void;
  /** What the API answers from now on where no document says it. */
  answerWith(statuses: Statuses): void;
  /** Someone else's git push: a deploy, also of a branch that is new. Settles when it is served; rejects if it fails. */
  push(branch: string, project?: string): Promise<void>;
  failNextBuild(branch: string, message?: string, project?: string): void;
  /** The next redeploy of the branch is accepted and never ends. */
  hangNextBuild(branch: string, project?: string): void;
  /** The next redeploy of the branch ends as if it had worked, but its old build stays in service. */
  keepNextBuild(branch: string, project?: string): void;
  /** What tells one build from another at the gateway from now on. */
  identifyBuildsBy(identity: BuildIdentity): void;
  /**
   * From now on the gateway has so many locations, of which the last one takes on a build so much (ms) after the first.
   * Each fresh connection ends at the next one.
   */
  spreadOver(locations: number, lagMs: number): void;
  /** See edge.ts. */
  dropDisabled(): void;
  /** The environment type by which working copies are listed from now on, such as DEVELOPMENT. */
  listWorkingCopiesAs(type: string): void;
  /** From now on a list answers with at most so many entries, whatever the caller asked for. */
  limitPagesTo(entries: number): void;
  /** From now on, reads of certificates lag behind writes. */
  lagCertificates(lag: CertificatesLag): void;
  /** From now on a certificate counts as referenced for so long (ms) after its last reference is gone. */
  breakReferencesFor(ms: number): void;
  /** See faults.ts. @returns a function that removes the hook. */
  onCall(hook: CallHook): () => void;
}

export interface ControlParts {
  api: { url: string };
  apiKey: string;
  gateway: Pick<Gateway, "url" | "serve" | "identifyBuildsBy">;
  edge: Edge;
  backend: Backend;
  world: World;
  builds: Builds;
  faults: Faults;
  journal: Journal;
  trace: Trace;
  project: string;
  /** Keeps the state. */
  save(): void;
}

export function createControl(parts: ControlParts): Control {
  const { world, builds, journal, trace, gateway } = parts;
  const { state } = world;

  const hands = createByHand({ world, builds, serve: gateway.serve, onChange: parts.save });

  const find = (branch: string, project = parts.project): Deployment => {
    const found = deploymentOf(state, project, branch);
    if (!found) throw new Error(`project ${project} has no deployment of a branch ${branch}`);
    return found;
  };

  const summary = (deployment: Deployment): DeploymentSummary => ({
    name: deployment.name,
    url: world.deploymentUrl(deployment),
    branch: deployment.branch,
    environmentType: deployment.environmentType,
    state: deployment.state,
    buildId: deployment.snapshot.buildId,
  });

  return {
    apiUrl: parts.api.url,
    apiKey: parts.apiKey,
    account: state.account,
    project: parts.project,
    gatewayUrl: gateway.url,
    backend: parts.backend,
    authority: parts.backend.authority,
    deployment: (branch, project) => summary(find(branch, project)),
    deployments: (project = parts.project) =>
      state.deployments.filter(deployment => deployment.project === project).map(summary),
    certificates: (project = parts.project) =>
      state.certificates
        .filter(certificate => certificate.project === project)
        .map(({ id, name, environments, certificate }) => ({
          id,
          name,
          environments: [...environments],
          fingerprint: fingerprintOf(certificate),
          ...certificateInfo(certificate),
        })),
    variables: (branch, project = parts.project) =>
      Object.fromEntries(
        state.variables
          .filter(variable => variable.project === project && variable.branch === branch)
          .map(({ name, value }) => [name, value]),
      ),
    trace: trace.entries,
    writes: () => trace.entries.filter(isWrite),
    clearTrace: () => void trace.entries.splice(0),
    violations: journal.violations,
    hazards: journal.hazards,
    served: (branch, project) => journal.history(find(branch, project).name),
    hands,
    addKey: limits => world.keys.add(limits),
    loseAccess(status, project) {
      world.lostAccess = { project, status };
    },
    restoreAccess() {
      world.lostAccess = undefined;
    },
    readVariablesAs(reading) {
      world.readingVariables = reading;
    },
    answerWith(statuses) {
      world.statuses = { ...world.statuses, ...statuses };
    },
    push: (branch, project = parts.project) => hands.push(project, branch),
    failNextBuild: (branch, message = "The build failed", project) =>
      builds.failNext(find(branch, project).name, message),
    hangNextBuild: (branch, project) => builds.hangNext(find(branch, project).name),
    keepNextBuild: (branch, project) => builds.keepNext(find(branch, project).name),
    identifyBuildsBy: gateway.identifyBuildsBy,
    spreadOver: (locations, lagMs) => parts.edge.spread(locations, lagMs),
    dropDisabled: () => parts.edge.dropDisabled(),
    listWorkingCopiesAs(type) {
      world.workingCopyType = type;
    },
    limitPagesTo(entries) {
      world.pageLimit = entries;
    },
    lagCertificates(lag) {
      world.certificatesLag = lag;
    },
    breakReferencesFor: ms => world.references.lagFor(ms),
    onCall: hook => parts.faults.add(hook),
  };
}
