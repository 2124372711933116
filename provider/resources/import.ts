import { Invalid } from "../api/errors";
import type { ProjectSession } from "../projectSession";
import type { Session } from "../session";
import type { RawInputs } from "./resource";

/** An object that exists at Zuplo and of which no state knows. */
export interface Imported {
  id: string;
  /** What Zuplo tells of it. */
  state: RawInputs;
  /** The arguments that would make it, as far as Zuplo tells. */
  inputs: RawInputs;
  /** By what the program's own arguments are recognised as describing the same object. */
  facts: RawInputs;
}

/** Where an object to import lies. */
export interface ImportPlace {
  project: ProjectSession;
  /** Account and project where they are not the provider's own, as they stand in the state. */
  scope: { account?: string; project?: string };
  id: string;
}

/** Reads an import id of one part: `ID` in the provider's own project, or `account/project/ID`. */
export async function placeOf(session: Session, resource: string, text: string): Promise<ImportPlace> {
  const parts = text.split("/");
  if (parts.length === 1) return { project: await session.project({}), scope: {}, id: text };
  const [account, project, id] = parts;
  if (parts.length !== 3 || !account || !project || !id) {
    throw badImportId(resource, text, "ID or account/project/ID");
  }
  return { ...(await scopeOf(session, account, project)), id };
}

/** The project of an import id that names one. */
export async function scopeOf(
  session: Session,
  account: string,
  project: string,
): Promise<Omit<ImportPlace, "id">> {
  const found = await session.project({ account, project });
  const isOwnAccount = account === (await ownAccount(session, project));
  return {
    project: found,
    scope: {
      ...(isOwnAccount ? {} : { account }),
      ...(project === session.config.project ? {} : { project }),
    },
  };
}

async function ownAccount(session: Session, project: string): Promise<string | undefined> {
  if (session.config.account !== undefined) return session.config.account;
  try {
    return (await session.project({ project })).scope.account;
  } catch {
    // The key tells no account: then the one in the id has to stand in the state.
    return undefined;
  }
}

export function badImportId(resource: string, text: string, form: string): Invalid {
  return new Invalid({
    operation: { verb: "import", resource, name: text },
    problem: "this is not an import ID of this resource",
    advice: `Give ${form}.`,
    code: "ZUPLO1113",
  });
}
