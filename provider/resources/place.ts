import { z } from "zod";
import type { HomeProject, Session } from "../session";
import { arg, type Contract, changesBetween, placeArguments } from "./contract";
import { type Changes, type Context, isUnknown, type RawInputs } from "./resource";

/** Account and project of a resource, where they differ from the provider's. */
export const accountArg = arg(z.string().min(1).optional(), {
  doc: "Account name.",
  default: "the provider's own",
  onChange: "replace",
  isPlace: true,
  output: "Account in which it lives.",
});
export const projectArg = arg(z.string().min(1).optional(), {
  doc: "Project name.",
  default: "the provider's own",
  onChange: "replace",
  isPlace: true,
  output: "Project in which it lives.",
});

/** Whether the program itself names the account: then the API key need not belong to it. */
export function isAccountGiven({ config }: Session, { account }: HomeProject): boolean {
  return account !== undefined && account !== config.account;
}

/** What the configuration says of the places that a resource has. */
function configured({ session }: Context, contract: Contract): [name: string, value: string | undefined][] {
  const { account, project } = session.config;
  const places: Record<string, string | undefined> = { account, project };
  return placeArguments(contract).map(name => [name, places[name]]);
}

/** What the new arguments change, the place included. */
export function changesOf(context: Context, contract: Contract, olds: object, news: RawInputs): Changes {
  return { ...placeChanges(context, contract, olds, news), ...changesBetween(contract, olds, news) };
}

/**
 * Another account or project is a replacement: a resource lives where it was made. What the key alone tells cannot be
 * compared here, since nothing is called; and a state of an older version may not say where it was made.
 */
function placeChanges(context: Context, contract: Contract, olds: object, news: RawInputs): Changes {
  const before = olds as RawInputs;
  const changes: Changes = {};
  for (const [key, own] of configured(context, contract)) {
    if (isUnknown(news[key])) changes[key] = "replace";
    const wanted = news[key] ?? own;
    const home = before[key] ?? (news[key] === undefined ? wanted : own);
    if (wanted !== undefined && home !== undefined && wanted !== home) changes[key] = "replace";
  }
  return changes;
}

/** The inputs with the configured account and project, where they name none: what a state says without being asked. */
export function placed(context: Context, contract: Contract, inputs: RawInputs): RawInputs {
  const missing = configured(context, contract).filter(
    ([key, own]) => inputs[key] === undefined && own !== undefined,
  );
  return { ...inputs, ...Object.fromEntries(missing) };
}
