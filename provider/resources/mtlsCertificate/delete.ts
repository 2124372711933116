import { environmentTypes } from "../../api/responses";
import { familyOf } from "../../certificates/name";
import type { NamingVariable } from "../../program/certificates";
import { isOpen } from "../../program/redeployments";
import type { ProjectSession } from "../../projectSession";
import { as } from "../../record/acting";
import { type BranchVariable, type DeploymentPlace, isSameVariable } from "../../rotation/branchVariable";
import { typesIn } from "../../rotation/environments";
import { hasGivenUp } from "../../rotation/givenUp";
import { requireGone } from "../../rotation/gone";
import { dropReplaced, type Ours, takeOut } from "../../rotation/remove";
import { sweep, sweepDeparted, sweepProgram } from "../../rotation/sweep";
import { coded } from "../../text/codes";
import { toMilliseconds } from "../../text/duration";
import { enumerated } from "../../text/enumerated";
import {
  isReplacedBefore,
  memoryKey,
  recall,
  type TakenOver,
  takenOverIn,
  type Uses,
  usesKey,
  usesSchema,
} from "../hidden";
import { PartialFailure } from "../partialFailure";
import type { Context } from "../resource";
import { settleOf } from "./check";
import { everEnabledFor, type MtlsCertificateState, memorySchema } from "./contract";
import { disableUnwanted } from "./disableUnwanted";

/**
 * A certificate leaves the state: another one is in its place, or it is no longer in the program. What is said of it
 * now counts, not what its own state was told when it was made.
 */
export async function deleteCertificate(
  { session, identity }: Context,
  id: string,
  state: MtlsCertificateState,
): Promise<void> {
  const { name } = state;
  const { program } = session;
  // The engine deletes a replaced one under the identity that it was made with: an alias, or another stack name, is none.
  const wanted = program.certificates.of(identity) ?? program.certificates.inPlaceOf(name, state.project);
  const wasReplaced = isReplacedBefore(state);
  if (wanted === undefined && !wasReplaced) program.certificates.noteRemoved(name);
  const onDelete = wanted?.onDelete ?? state.onDelete ?? "delete";
  if (onDelete === "retain") {
    const text = `MtlsCertificate '${name}' is left at Zuplo as it is (onDelete: "retain").`;
    session.log.info(coded("ZUPLO1222", text));
    return;
  }
  // Of one that is being removed, too, an older generation is no replaced one: a destroy deletes both at once.
  const isReplacing = (other: string) => !program.certificates.isRemoved(other);
  const isAccountGiven = recall(memorySchema, state, memoryKey)?.isAccountGiven === true;
  const project = await session.projectOf(state, isAccountGiven);
  const found = await project.findCertificate(id);
  const types = typesIn(state.environments);
  if (found === undefined) return requireGone(project, { id, name }, types);
  if (onDelete === "disable") {
    const kept = await disableUnwanted(project, { id, name }, environmentTypes, 'onDelete is "disable"');
    const enabled = kept.length === 0 ? "is disabled and" : `stays enabled for ${enumerated(kept)}, and is`;
    const text = `MtlsCertificate '${name}' ${enabled} left at Zuplo (onDelete: "disable").`;
    session.log.info(coded("ZUPLO1222", text));
    return;
  }
  const uses = recall(usesSchema, state, usesKey);
  const ours = oursOf(project, name, uses, takenOverIn(state));
  // What leaves with its own users is no older generation, whatever else there is.
  const isSucceeded = async () =>
    program.redeployments.hasMovedOff(project.scope.project, name) ||
    (await hasYounger(project, id, name, isReplacing));
  const isReplaced = wanted !== undefined || wasReplaced || (!ours.isLeaving && (await isSucceeded()));
  // A run that is not told what the program says, such as a destroy, can still be given the setting.
  const { others: set } = session.config;
  const others = (wanted === undefined ? (set ?? state.others) : (wanted.others ?? set)) ?? "leave";
  const settleMs = (wanted === undefined ? settleOf(state) : wanted.settleMs) ?? session.config.settleMs;
  const redeployMs = uses?.timeout === undefined ? undefined : toMilliseconds(uses.timeout);
  const removal = {
    types,
    everEnabledFor: everEnabledFor(state),
    others,
    isTold: wanted !== undefined,
    settleMs,
    redeployMs,
  };
  project.ledger.noteOwn(found);
  if (isReplaced) await as({ because: "replaced" }, () => dropReplaced(project, found, removal));
  else
    await as({ because: "removed from the program" }, () => takeOut(project, found, removal, ours)).catch(
      refusal => {
        throw remembering(project, id, state, refusal);
      },
    );
  const family = familyOf(name);
  if (family !== undefined) await sweep(project, family, settleMs, found);
  // It has waited for the edge, which a roll does not: what had to stay of the others may go now.
  await sweepProgram(project, family);
  // It has redeployed what held them, perhaps.
  await sweepDeparted(project, family, settleMs);
}

/**
 * What stays remembers the variables that named it, as far as they may do so still: their own resources may have left with
 * this run, and a rollback of the next one may have to go back to it.
 */
function remembering(
  { ledger, variables, run: { program }, scope }: ProjectSession,
  id: string,
  state: MtlsCertificateState,
  refusal: unknown,
): unknown {
  const { name } = state;
  const memory = recall(memorySchema, state, memoryKey);
  const namedBy = ledger
    .placesOf(name)
    .filter(place => !hasGivenUp(program, scope.project, place, name, variables.writtenValueOf(place)));
  if (!(refusal instanceof Error) || (namedBy.length === 0 && memory?.namedBy === undefined)) return refusal;
  return new PartialFailure<MtlsCertificateState>(
    id,
    { ...state, [memoryKey]: { ...memory, namedBy } },
    refusal,
  );
}

/**
 * The deletion of a replaced certificate may come in a later run, or in another process. What nobody uses was left by a
 * run that was killed, and replaces nothing.
 */
async function hasYounger(
  project: ProjectSession,
  id: string,
  name: string,
  isReplacing: (other: string) => boolean,
): Promise<boolean> {
  const family = familyOf(name);
  if (family === undefined) return false;
  const all = await project.certificates.list();
  const own = all.find(certificate => certificate.id === id);
  if (own?.createdOn === undefined) return false;
  const since = Date.parse(own.createdOn);
  const younger = all.filter(
    other =>
      other.id !== id &&
      familyOf(other.name) === family &&
      isReplacing(other.name) &&
      Date.parse(other.createdOn ?? "") > since,
  );
  for (const other of younger) {
    const { objections, holders } = await project.safety.obstaclesTo(other, "orphan");
    if (objections.length > 0 || holders.length > 0) return true;
  }
  return false;
}

/**
 * What a binding has kept of where it was used, the Redeployments and variables that this run has forgotten, and the
 * deployments that the program still has.
 */
function oursOf(
  project: ProjectSession,
  name: string,
  uses: Uses | undefined,
  takenOver: TakenOver,
): Ours & { isLeaving: boolean } {
  const { program } = project.run;
  const { project: own } = project.scope;
  const users = program.redeployments.departedUsersOf(name);
  const left = program.variables.leftOf(own, name);
  const variables = [...users.flatMap(redeployment => redeployment.variables), ...left];
  const isSetByProgram = ({ branch, variable, deployment }: NamingVariable) => {
    const place = { branch, name: variable };
    return (
      // The binding in its place is to set it, and has not told so yet.
      [...takenOver.variables, ...takenOver.awaited].some(other => isSameVariable(other, place)) ||
      program.certificates.bindsVariable(own, { variable, branch, deployment }) ||
      program.variables.isSet(own, place)
    );
  };
  return {
    awaitedOn: place => awaitedOn(project, name, place, takenOver),
    isLeaving: users.length > 0 || left.length > 0,
    isDeployment: ({ name: deployment, branchName = "" }) =>
      program.redeployments.hasDeparted(deployment) ||
      program.redeployments.of(own, { name: deployment, branchName }).length > 0 ||
      isRedeployedLater(takenOver, { name: deployment, branchName }) ||
      uses?.deployments.includes(deployment) === true ||
      uses?.branches.includes(branchName) === true,
    isSetByProgram,
    isVariable: naming => {
      // What the program sets names it only since a rollback has put it back, or since a binding in its place has not
      // come that far: that is in service.
      if (isSetByProgram(naming)) return false;
      const { branch, variable, deployment } = naming;
      const place = { branch, name: variable };
      const isLeft = variables.some(left => isSameVariable(left, place));
      const isPlace = uses?.branches.includes(branch) || uses?.deployments.includes(deployment);
      const isOwn = uses?.variable === variable || uses?.formerly?.includes(variable) === true;
      return isLeft || (isOwn && isPlace === true);
    },
  };
}

/** The variables of a branch that the program is yet to take away from a certificate, or may be. */
function awaitedOn(
  { run: { program }, scope, variables }: ProjectSession,
  certificate: string,
  { branch, deployment }: { branch: string; deployment: string },
  takenOver: TakenOver,
): string[] {
  const place = { name: deployment, branchName: branch };
  const namesOn = (all: readonly BranchVariable[]) =>
    all.filter(variable => variable.branch === branch).map(({ name }) => name);
  const promised = namesOn(takenOver.awaited);
  const set = namesOn(program.variables.setIn(scope.project));
  const bound = program.certificates.variablesAt(scope.project, place);
  // Once the variables are set, the engine tells what is to redeploy them, whether that lists them or not.
  const told = program.redeployments.of(scope.project, place);
  const isYetToRedeploy =
    isRedeployedLater(takenOver, place) && (told.length === 0 || told.some(({ roll }) => isOpen(roll)));
  return [...new Set([...promised, ...set, ...bound])].filter(name => {
    const variable = { branch, name };
    const isListed = program.redeployments.reading(scope.project, variable).length > 0;
    if (promised.includes(name) && !isListed && isYetToRedeploy) return true;
    return !hasGivenUp(program, scope.project, variable, certificate, variables.writtenValueOf(variable));
  });
}

/** Whether the program redeploys a deployment, as its plan has told. */
function isRedeployedLater({ deployments }: TakenOver, { name, branchName }: DeploymentPlace): boolean {
  return deployments.some(
    planned => planned.name === name || (planned.name === "" && planned.branchName === branchName),
  );
}
