import type { ProjectSession } from "../../projectSession";
import { idOf } from "../../rotation/branchVariable";
import { orUndefined } from "../../rotation/variables";
import type { Session } from "../../session";
import { coded } from "../../text/codes";
import { badImportId, type Imported, scopeOf } from "../import";
import type { Context } from "../resource";

/** `branch/NAME`, where a branch may hold slashes itself, or `account/project/branch/NAME`. */
export async function importVariable({ session }: Context, text: string): Promise<Imported | undefined> {
  const parts = text.split("/");
  const name = parts.at(-1);
  if (parts.length < 2 || parts.includes("") || name === undefined) {
    throw badImportId("EnvironmentVariable", text, "branch/NAME or account/project/branch/NAME");
  }
  const [account = "", project = ""] = parts;
  const hasScope =
    parts.length >= 4 && (await isScope(session, account, project, parts.slice(0, -1).join("/")));
  const { scope, project: found } = hasScope
    ? await scopeOf(session, account, project)
    : { scope: {}, project: await session.project({}) };
  const branch = parts.slice(hasScope ? 2 : 0, -1).join("/");
  if (await isMissing(found, branch, name)) return undefined;
  const said =
    `EnvironmentVariable '${branch}/${name}': it is assumed to have the program's value. ` +
    "The next refresh shows if it has another one, unless it is secret.";
  session.log.warn(coded("ZUPLO1312", said));
  const inputs = { ...scope, branch, name };
  return { id: idOf({ branch, name }), state: { ...inputs, ...found.scope }, inputs, facts: {} };
}

/** Whether a branch is known not to have a variable. */
async function isMissing(project: ProjectSession, branch: string, name: string): Promise<boolean> {
  const told = await orUndefined(project.variablesOf(branch));
  if (told === undefined) return false;
  return !told.values.has(name) && !told.masked.includes(name) && !told.empty.includes(name);
}

/** Whether the first two parts are an account and a project, and not the beginning of a branch's name. */
async function isScope(session: Session, account: string, project: string, branch: string): Promise<boolean> {
  if (session.config.project === undefined) return true;
  const own = await session.project({});
  if (own.scope.account === account && own.scope.project === project) return true;
  const deployments = await own.deployments.list();
  return !deployments.some(deployment => deployment.branchName === branch);
}
