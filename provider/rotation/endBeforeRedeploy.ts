import { Cancelled, Conflict, wasLost, ZuploError } from "../api/errors";
import type { ProjectSession } from "../projectSession";
import type { VariableValue } from "./branchVariable";
import { among, disarm, disarmThoseToCome } from "./disarm";
import type { RollRequest } from "./member";
import { RollFailed } from "./rollFailed";
import type { InUse } from "./superseded";
import type { Target } from "./target";
import { asFailure, changedVariables, withPutBack } from "./wayBack";

/** Where a roll was to be; the name is what the program says, where Zuplo has no such deployment. */
type Place = Pick<Target, "name" | "branch">;

/** What a roll was to change. */
interface Change {
  wanted: Pick<RollRequest, "certificates" | "variables" | "rollback">;
  before: InUse | undefined;
}

/**
 * What ends before Zuplo is asked for a build: the deployment serves as before, and so does its next push.
 *
 * @returns the error with which it ends
 */
export async function endBeforeRedeploy(
  session: ProjectSession,
  place: Place,
  change: Change,
  thrown: unknown,
): Promise<unknown> {
  const { rollback } = change.wanted;
  const isHeld = thrown instanceof Conflict;
  const isOver = thrown instanceof Cancelled || session.run.signal?.aborted === true;
  // A write that is still on its way would come after what is put back.
  const isOpen = !(thrown instanceof ZuploError) || wasLost(thrown) || isOver;
  // What has failed elsewhere is put back, verified here or not.
  const putBack =
    !isOpen && (rollback || isHeld) ? await putBackBeforeRedeploy(session, place, change, thrown) : [];
  if (!isOver && rollback)
    session.ledger.noteUnverified(place.name, await unverifiedOf(session, place, change));
  if (isOpen) return thrown;
  if (putBack.length === 0 && !isHeld) return thrown;
  const cause = isHeld ? thrown : withPutBack(asFailure(place, thrown), putBack);
  return new RollFailed(cause, { isUntouched: true });
}

/** What the next redeploy would put into service, and nobody would verify. */
async function unverifiedOf(
  session: ProjectSession,
  { name, branch }: Place,
  { wanted, before }: Change,
): Promise<VariableValue[]> {
  const set = changedVariables(session, wanted, before).filter(
    ({ now }) =>
      now.branch === branch && wanted.certificates.includes(now.value) && session.variables.stillHas(now),
  );
  if (set.length === 0) return [];
  const told = await session.variables.of({ name, branchName: branch });
  return set.flatMap(({ now, last }) => {
    const found = session.reportedValue(told, now) ?? now.value;
    // The value of before is told, too, where a variable counts once it is deployed.
    const isOurs = session.run.program.variables.isSet(session.scope.project, now);
    return found === now.value || (found === last.value && isOurs) ? [now] : [];
  });
}

/** Puts back what waits for a push with what has not been verified. @returns the variables. It does not fail. */
async function putBackBeforeRedeploy(
  session: ProjectSession,
  { name }: Place,
  { wanted, before }: Change,
  thrown: ZuploError,
): Promise<VariableValue[]> {
  const refused = wanted.certificates.filter(
    certificate => before?.certificates.includes(certificate) !== true,
  );
  const variables = changedVariables(session, wanted, before);
  session.variables.noteWait();
  try {
    const { putBack } = await disarm(session, name, refused, among(variables));
    // A rollback elsewhere has put back what is to come.
    if (thrown instanceof Conflict) return putBack;
    const others = await disarmThoseToCome(session, name, { refused, variables });
    return [...putBack, ...others.putBack];
  } catch {
    // What stood in the way says more than what could not be put back.
    return [];
  }
}
