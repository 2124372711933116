/**
 * API keys that may not do everything: limited to a project, to environment types, to permissions. That Zuplo has such
 * keys is known; what it calls the permissions, and what it answers where one is missing, is not: each reading can be
 * played.
 */
import { randomBytes } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { type Certificate, type Deployment, type EnvironmentType, environmentTypes } from "../state/model";
import type { CallKind } from "../trace";
import type { World } from "./world";

export const permissions = [
  "certificates.read",
  "certificates.change",
  "deployments.read",
  "deployments.redeploy",
  "variables.read",
  "variables.change",
  "environments.read",
  "caCertificates.read",
  "caCertificates.change",
] as const;
export type Permission = (typeof permissions)[number];

export interface KeyLimits {
  /** Default: every project. */
  project?: string;
  /** Default: every type. */
  environmentTypes?: readonly EnvironmentType[];
  /**
   * Whose the certificates are for a key that is limited to types. "project": every such key sees and changes all of
   * them. "one": it sees those that are enabled for one of its types, or for none; "all": those that are enabled for no
   * other; and it changes nothing of other types. Default "one".
   */
  certificatesBy?: "project" | "one" | "all";
  /** Default: every permission. */
  permissions?: readonly Permission[];
  /** What it is told where it may not do something; default: as everybody, else 403. */
  refusal?: 401 | 403 | 404;
  /** So many calls that it may not make are answered all the same: it loses its rights half way. Default 0. */
  callsBefore?: number;
}

/** A key that was made, with what is left of its `callsBefore`. */
export type Key = KeyLimits & { callsLeft: number };

export interface Keys {
  /** @returns the text of a new key. */
  add(limits: KeyLimits): string;
  find(text: string): Key | undefined;
}

export function createKeys(): Keys {
  const keys = new Map<string, Key>();
  return {
    add(limits) {
      const text = `zpka_${randomBytes(16).toString("hex")}`;
      keys.set(text, { ...limits, callsLeft: limits.callsBefore ?? 0 });
      return text;
    },
    find: text => keys.get(text),
  };
}

declare module "fastify" {
  interface FastifyRequest {
    /** Undefined for the key that may do everything. */
    key: Key | undefined;
  }
}

const needed: Record<CallKind, Permission | undefined> = {
  // Who has a key may ask whose it is.
  whoami: undefined,
  unknown: undefined,
  "certificate.list": "certificates.read",
  "certificate.get": "certificates.read",
  "certificate.create": "certificates.change",
  "certificate.update": "certificates.change",
  "certificate.delete": "certificates.change",
  "variable.create": "variables.change",
  "variable.update": "variables.change",
  "deployment.list": "deployments.read",
  "deployment.get": "deployments.read",
  "deployment.status": "deployments.read",
  "deployment.delete": "deployments.redeploy",
  "deployment.deploy": "deployments.redeploy",
  "environment.list": "environments.read",
  "environment.configurations": "variables.read",
  "ca-certificate.list": "caCertificates.read",
  "ca-certificate.get": "caCertificates.read",
  "ca-certificate.create": "caCertificates.change",
  "ca-certificate.update": "caCertificates.change",
  "ca-certificate.delete": "caCertificates.change",
};

/** The status with which a call is refused to its key; undefined where the key may make it. */
export function refusalOf(world: World, request: FastifyRequest): 401 | 403 | 404 | undefined {
  const { key } = request;
  if (key === undefined || mayCall(world, request, key)) return undefined;
  if (key.callsLeft > 0) {
    key.callsLeft -= 1;
    return undefined;
  }
  return key.refusal ?? world.statuses?.noAccess ?? 403;
}

function mayCall(world: World, request: FastifyRequest, key: Key): boolean {
  const permission = needed[request.routeOptions.config.kind ?? "unknown"];
  if (permission === undefined) return true;
  if (key.permissions !== undefined && !key.permissions.includes(permission)) return false;
  const project = projectOf(world, request);
  // What belongs to the account belongs to no project: a key of one project has no say in it.
  if (key.project !== undefined && key.project !== project) return false;
  return typesOf(world, request, key).every(type => isOwnType(key, type));
}

/** The project that a call is about, as its path, its query or its deployment tells. */
export function projectOf(world: World, { params, query }: FastifyRequest): string | undefined {
  const { project, name } = params as { project?: string; name?: string };
  const { projectName } = query as { projectName?: string };
  return project ?? projectName ?? deploymentNamed(world, name)?.project;
}

/** The environment types that a call touches; none for a list, which only shows less. */
function typesOf(world: World, request: FastifyRequest, key: Key): readonly EnvironmentType[] {
  const { project, branch, name, id } = request.params as Record<string, string | undefined>;
  const kind = request.routeOptions.config.kind ?? "unknown";
  if (kind.startsWith("variable.")) {
    const found = world.state.branches.find(each => each.project === project && each.name === branch);
    return found === undefined ? [] : [found.environmentType];
  }
  if (kind.startsWith("deployment.") || kind === "environment.configurations") {
    const found = deploymentNamed(world, name);
    return found === undefined ? [] : [found.environmentType];
  }
  if (!kind.startsWith("certificate.") || key.certificatesBy === "project") return [];
  const wanted = typesIn(request.body);
  if (kind === "certificate.create") return wanted;
  const found = world.state.certificates.find(each => each.project === project && each.id === id);
  if (found === undefined) return [];
  // What the key does not see, it may not touch either.
  if (!seesCertificate(key, found)) return environmentTypes;
  if (kind === "certificate.update")
    return environmentTypes.filter(type => found.environments.includes(type) !== wanted.includes(type));
  return kind === "certificate.delete" ? found.environments : [];
}

function typesIn(body: unknown): readonly EnvironmentType[] {
  const { environments } = (body ?? {}) as { environments?: unknown };
  return environmentTypes.filter(type => Array.isArray(environments) && environments.includes(type));
}

/** Whether a list that the key reads has the certificate. */
export function seesCertificate(key: Key | undefined, { environments }: Certificate): boolean {
  if (key?.environmentTypes === undefined || key.certificatesBy === "project") return true;
  const own = environments.filter(type => isOwnType(key, type));
  if (environments.length === 0) return true;
  return key.certificatesBy === "all" ? own.length === environments.length : own.length > 0;
}

/** Whether a list that the key reads has the deployment, or its environment. */
export function seesDeployment(key: Key | undefined, { environmentType }: Deployment): boolean {
  return key === undefined || isOwnType(key, environmentType);
}

function isOwnType({ environmentTypes: own }: Key, type: EnvironmentType): boolean {
  return own === undefined || own.includes(type);
}

function deploymentNamed(world: World, name: string | undefined): Deployment | undefined {
  return world.state.deployments.find(candidate => candidate.name === name);
}
