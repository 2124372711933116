/** What the routes act on, and what most of them look up first. */

import type { Deployment, State } from "../state/model";
import type { References } from "../state/references";
import type { Keys } from "./keys";
import { notFound, Problem } from "./problem";

/**
 * What a redeploy changes of the answer to `/__zuplo/build`: id and time; the time alone, since the sources are the
 * same; nothing, as only another commit does; or there is no such answer.
 */
export type BuildIdentity = "id" | "timestamp" | "commit" | "none";

/** What Zuplo answers where no document says it; what is not given stays as it is. */
export interface Statuses {
  /** A name that is taken: by default 409 for a certificate, 400 for a variable. */
  duplicate?: 400 | 409;
  /** The delete of a certificate that deployments reference; default 409. */
  heldDelete?: 400 | 403 | 409 | 422;
  /** A certificate that is to be enabled for nothing, as Zuplo's CLI disables one; default 200. */
  emptyEnvironments?: 200 | 400;
  /** No access: by default 404 for a project that the key does not see, 401 for a key that is not valid. */
  noAccess?: 401 | 403 | 404;
  /** A certificate or a deployment that is not there; default 404, of which nothing is documented for deployments. */
  missing?: 400 | 401 | 403 | 404;
}

/** How long reads of certificates tell what was true before a write, in milliseconds. */
export interface CertificatesLag {
  listMs: number;
  byIdMs: number;
}

export interface World {
  state: State;
  now(): string;
  references: References;
  /** Those that may not do everything. */
  keys: Keys;
  /** Most entries that one answer of a list holds. */
  pageLimit: number;
  /** Whose access is taken away: of every call, or of those for one project; answered with this status. */
  lostAccess?: { project: string | undefined; status: 401 | 403 | 404 } | undefined;
  /** What comes of reading a branch's variables: their values now or as deployed, a mask for each, or this status. */
  readingVariables?: "open" | "deployed" | "masked" | 401 | 403 | 404 | 429;
  /** The environment type by which a working copy is listed; default WORKING_COPY. */
  workingCopyType?: string | undefined;
  statuses?: Statuses;
  /** Default: none. */
  certificatesLag?: CertificatesLag | undefined;
  /** What tells one build from another at the gateway; default: its id. */
  buildIdentity?: BuildIdentity;
  /** Default: random. */
  newCertificateId?: () => string;
  redeploy(deployment: Deployment): void;
  /** Takes a deployment away from the gateway. */
  remove(deployment: Deployment): void;
  deploymentUrl(deployment: Deployment): string;
}

export function requireAccount(world: World, account: string): void {
  if (account !== world.state.account) throw noAccess(world, `account '${account}'`);
}

export function requireProject(world: World, account: string, project: string): void {
  requireAccount(world, account);
  if (!world.state.projects.some(candidate => candidate.name === project)) {
    throw noAccess(world, `project '${project}'`);
  }
}

function noAccess({ statuses }: World, what: string): Problem {
  return statuses?.noAccess === undefined
    ? notFound(what)
    : new Problem(statuses.noAccess, `The API key has no access to ${what}`);
}

export function requireDeployment(world: World, name: string): Deployment {
  const deployment = world.state.deployments.find(candidate => candidate.name === name);
  if (!deployment) throw missing(world, `deployment '${name}'`);
  return deployment;
}

export function missing(world: World, what: string): Problem {
  return new Problem(world.statuses?.missing ?? 404, `${what} was not found`);
}
