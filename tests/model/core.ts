/** Where the model touches the core: what changes there, changes here and nowhere else. */
import type { Identity } from "../../provider/certificates/identity";
import type { ProviderConfig } from "../../provider/config";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import type { Changes, Context, RawInputs, Resource } from "../../provider/resources/resource";
import { type Logger, Session } from "../../provider/session";

export type TypeName = "MtlsCertificate" | "EnvironmentVariable" | "Redeployment";

/** What the engine calls: the types of arguments and states are the core's own business. */
export type AnyResource = Resource<unknown, unknown>;

export const resources = {
  MtlsCertificate: mtlsCertificate,
  EnvironmentVariable: environmentVariable,
  Redeployment: redeployment,
} as unknown as Record<TypeName, AnyResource>;

export interface SessionOptions {
  config: ProviderConfig;
  log: Logger;
  signal: AbortSignal;
  now: () => number;
  /** Whether the engine that this host serves is still there. */
  engine: { isAlive(): Promise<boolean> };
}

export function newSession({ config, log, signal, now, engine }: SessionOptions): Session {
  return new Session(config, { log, signal, now, engine });
}

/** Where a resource stands; `parents` are the types of its parents, joined by `$`. */
export interface Place {
  project: string;
  stack: string;
  parents: string;
  resource: string;
}

export function identityOf({ project, stack, parents, resource }: Place): Identity {
  return { project, stack, parents, resource };
}

export function diff(resource: AnyResource, context: Context, olds: unknown, news: RawInputs): Changes {
  return resource.diff(context, olds, news);
}

/** How soon after its engine a host ends, in milliseconds: the adapters see to it. */
export const hostEndsWithin = 1000;
