import type { Place, Session } from "../session";
import { type Changes, type Context, isUnknown, type RawInputs } from "./resource";

/** Where a resource lives, as it stands in its state. */
export interface Resolved {
  account: string;
  project: string;
}

/** Whether the program itself names the account: then the API key need not belong to it. */
export function isAccountGiven({ config }: Session, { account }: Place): boolean {
  return account !== undefined && account !== config.account;
}

/**
 * Another account or project is a replacement: a resource lives where it was made. What the key alone tells cannot be
 * compared here, since nothing is called; and a state of an older version may not say where it was made.
 */
export function placeChanges({ session }: Context, olds: object, news: RawInputs): Changes {
  const before = olds as RawInputs;
  const changes: Changes = {};
  for (const key of ["account", "project"] as const) {
    if (isUnknown(news[key])) changes[key] = "replace";
    const wanted = news[key] ?? session.config[key];
    const lives = before[key] ?? (news[key] === undefined ? wanted : session.config[key]);
    if (wanted !== undefined && lives !== undefined && wanted !== lives) changes[key] = "replace";
  }
  return changes;
}

/** The inputs with the configured account and project, where they name none: what a state says without being asked. */
export function placed(
  { session }: Context,
  inputs: RawInputs,
  keys: readonly (keyof Resolved)[],
): RawInputs {
  const missing = keys.filter(key => inputs[key] === undefined && session.config[key] !== undefined);
  return { ...inputs, ...Object.fromEntries(missing.map(key => [key, session.config[key]])) };
}
