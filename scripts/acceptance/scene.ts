/** What the questions share: the branch, how it is reached, and what was made so far. */
import { X509Certificate } from "node:crypto";
import { type Authority, createAuthority, type Issued } from "../../emulator/pki";
import { type Scope, ZuploClient } from "../../provider/api/client";
import { type EnvironmentType, environmentTypes } from "../../provider/api/responses";
import { request, trimmed } from "../../provider/rotation/gateway";
import type { Target } from "../../provider/rotation/target";
import { keepSecret, Secret } from "../../provider/text/secret";
import { nameOf, variableName } from "./names";
import type { Options } from "./options";
import type { AdaptiveLimiter } from "./pace";
import { Raw } from "./raw";
import { isSameSight, type Known, type Sight, sightOf } from "./sight";

export type Role = "kept" | "early" | "late";

/** A certificate of the script's own. */
export interface Own {
  role: Role;
  id: string;
  name: string;
  issued: Issued;
}

export interface Scene {
  options: Options;
  scope: Scope;
  target: Target & { url: string };
  client: ZuploClient;
  raw: Raw;
  pace: AdaptiveLimiter;
  signal: AbortSignal | undefined;
  /** A PEM that nobody trusts, for certificates that live for a week. */
  issue(commonName: string): Promise<Issued>;
  own: Map<Role, Own>;
  /** Names that the variable gets, by their roles. */
  known: Known[];
  /** What a certificate is enabled for here when it is disabled. */
  disabling: readonly EnvironmentType[];
  /** Whether Zuplo refuses to delete a certificate in use: then a refusal tells that it is. */
  refusesHeldDelete: boolean;
  /** What callers got before the variable was deployed, and with the certificate `kept`. */
  before: Sight | undefined;
  kept: Sight | undefined;
  /** How long a redeploy took until the new build was seen. */
  buildMs: number | undefined;
  /** Whether the variables may have been written. */
  hasVariables: boolean;
  /** By the provider, in its own runs. */
  said: string[];
}

const WEEK = 7 * 86_400_000;

export async function openScene(
  options: Options,
  scope: Scope,
  target: Scene["target"],
  pace: AdaptiveLimiter,
  signal: AbortSignal | undefined,
): Promise<Scene> {
  const { endpoint, apiKey, callTimeout } = options.config;
  const http = { endpoint, apiKey, callTimeoutMs: callTimeout * 1000 };
  let authority: Promise<Authority> | undefined;
  return {
    options,
    scope,
    target,
    client: new ZuploClient(http, signal),
    raw: new Raw(http, pace.lookMs, signal),
    pace,
    signal,
    async issue(commonName) {
      authority ??= createAuthority({ commonName: "pulumi-zuplo acceptance" });
      const issued = await (await authority).issue({ commonName, notAfter: new Date(Date.now() + WEEK) });
      keepSecret(issued.privateKey);
      return issued;
    },
    own: new Map(),
    known: [],
    disabling: [],
    refusesHeldDelete: false,
    before: undefined,
    kept: undefined,
    buildMs: undefined,
    hasVariables: false,
    said: [],
  };
}

/** The same for a client that goes on when the questions have been stopped. */
export function unstoppable(scene: Scene): Scene {
  const { endpoint, apiKey, callTimeout } = scene.options.config;
  const http = { endpoint, apiKey, callTimeoutMs: callTimeout * 1000 };
  return {
    ...scene,
    client: new ZuploClient(http),
    raw: new Raw(http, scene.pace.lookMs),
    signal: undefined,
  };
}

const enc = encodeURIComponent;
export const projectPath = ({ account, project }: Scope) =>
  `/v1/accounts/${enc(account)}/projects/${enc(project)}`;
export const certificatesPath = (scope: Scope) => `${projectPath(scope)}/mtls-certificates`;
export const variablesPath = ({ scope, target }: Scene) =>
  `${projectPath(scope)}/branches/${enc(target.branch)}/variables`;

/** Uploads a certificate, enabled for the branch's type. */
export async function upload(scene: Scene, role: Role): Promise<Own> {
  const issued = await scene.issue(role);
  const name = nameOf(role, issued.fingerprint);
  const { id } = await scene.client.createCertificate(scene.scope, {
    name,
    certificate: issued.chain,
    key: new Secret(issued.privateKey),
    environments: [scene.target.environmentType],
  });
  const own = { role, id, name, issued };
  scene.own.set(role, own);
  scene.known.push({ role, name, certificate: shownAs(issued) });
  return own;
}

export function shownAs({ certificate, fingerprint, serialNumber }: Issued): Required<Known>["certificate"] {
  const { subject } = new X509Certificate(certificate);
  return { fingerprint, serialNumber, subject: subject.replaceAll("\n", ", ") };
}

/** Throws where an earlier question has failed to make it. */
export function ownOf({ own }: Scene, role: Role): Own {
  const found = own.get(role);
  if (found === undefined) throw new Error(`certificate '${role}' was not made`);
  return found;
}

export async function enable({ client, scope, target }: Scene, { id, name }: Own): Promise<void> {
  await client.updateCertificate(scope, id, name, [target.environmentType]);
}

export async function disable({ client, scope, disabling }: Scene, { id, name }: Own): Promise<void> {
  await client.updateCertificate(scope, id, name, disabling);
}

/**
 * The type for which a certificate is enabled where Zuplo refuses to enable it for nothing: one without deployments, or
 * that of working copies, which nobody calls.
 */
export async function idleType({ client, scope }: Scene): Promise<EnvironmentType> {
  const used = (await client.listDeployments(scope)).map(({ environmentType }) => environmentType);
  return environmentTypes.find(type => !used.includes(type)) ?? "development";
}

export async function setVariable({ client, scope, target }: Scene, value: string): Promise<void> {
  await client.updateVariable(scope, target.branch, { name: variableName, value, isSecret: false });
}

/** What a caller of the route gets; undefined without a route. */
export async function look({ options, target, known, signal }: Scene): Promise<Sight | undefined> {
  if (options.path === undefined) return undefined;
  const url = `${trimmed(target.url)}${options.path}`;
  return sightOf(await request(url, lookTimeoutMs, signal), known);
}

export const lookTimeoutMs = 10_000;

/** Why the route cannot tell what a question is about; undefined where it can. */
export function blindness({ options, before, kept }: Scene): string | undefined {
  if (options.path === undefined) return "give --path";
  if (before === undefined || kept === undefined) return "the first redeploy did not end";
  if (!isSameSight(before, kept)) return undefined;
  return `the route answers the same with our certificate and without: it has to name it by ${variableName}`;
}
