import { defaultEnvironmentType, deploymentOf } from "../../emulator/state/branches";
import type { Entry } from "./engine/state";
import { firstRefused } from "./pool";
import { branchesOf, type ComponentSpec, pemsOf, variableOf } from "./program/spec";
import { keyOf } from "./rules/statuses";
import type { Run } from "./run";
import type { RunSettings } from "./steps/step";
import type { World } from "./world";

const second = 1000;

/** Why a run may fail although nothing disturbs it; undefined where it has to succeed. */
export function excuseFor(world: World, run: Run, settings: RunSettings): string | undefined {
  if (world.emulator.world.lostAccess !== undefined) return "no access";
  if ([...world.runs.keys()].some(host => host !== run.host && host.isBusy)) return "another host is at work";
  const hidden =
    run.operation === "refresh" || settings.refresh === true ? goneProduction(world, run) : undefined;
  if (run.operation === "refresh" || hidden !== undefined) return hidden;
  const unseen = settings.refresh === true ? undefined : unseenChange(world, run);
  if (unseen !== undefined) return unseen;
  return (run.operation === "up" ? programFault(world, run) : undefined) ?? heldRemoval(world, run);
}

/** A project has a production as a rule: that its only one is gone, a key that sees less cannot tell. */
function goneProduction({ state }: World, { stack }: Run): string | undefined {
  const isThere = (project: string) =>
    state.deployments.some(
      ({ project: place, environmentType, workingCopy }) =>
        place === project && environmentType === "production" && !workingCopy,
    );
  const gone = stack.state.entries.find(
    ({ type, id, madeIn, outputs }) =>
      type === "Redeployment" &&
      outputs.environmentType === "production" &&
      !state.deployments.some(({ name }) => name === id) &&
      !isThere(madeIn),
  );
  return gone === undefined ? undefined : `${gone.id} is gone, the only production`;
}

function unseenChange({ judge, state }: World, { stack, operation }: Run): string | undefined {
  const isGone = ({ id }: Entry) => !state.certificates.some(certificate => certificate.id === id);
  const lost = stack.state.entries.find(entry => entry.type === "MtlsCertificate" && isGone(entry));
  // One more destroy is what goes on with it.
  if (operation === "up" && stack.hasKilledDestroy && lost !== undefined)
    return `a destroy that was killed has deleted ${lost.id}, and nobody has looked`;
  const changed = stack.state.entries.find(
    ({ type, id }) => type !== "EnvironmentVariable" && judge.isUnseen(stack, id),
  );
  return changed === undefined ? undefined : `somebody changed ${changed.id}, and nobody has looked`;
}

/** What is wrong with the program, or with what it needs. */
function programFault(world: World, run: Run): string | undefined {
  const { stack } = run;
  const { components, project } = stack.spec;
  const variables = new Set<string>();
  for (const component of components) {
    if (component.verify === "wrong") return "a verification asks for what never comes";
    if (component.verify === "right" && pemsOf(component).some(pem => pem >= firstRefused))
      return "the backend refuses a certificate";
    if (component.verify === "right" && component.patience * second < (world.spec.edge?.lagMs ?? 0))
      return "a verification has less time than the edge takes";
    for (const branch of branchesOf(component)) {
      const place = component.project ?? project;
      if (!deploymentOf(world.state, place, branch)) return `${place}/${branch} has no deployment`;
      const key = keyOf(place, branch, variableOf(stack.key, component));
      if (variables.has(key)) return `${key} is set twice`;
      variables.add(key);
      if (component.verify === "right" && world.judge.isSetByHand(key)) return `somebody set ${key}`;
    }
    if (!isCovered(component)) return `${component.name} does not cover its branches`;
    const fixed = fixedNameFault(world, run, component);
    if (fixed !== undefined) return fixed;
  }
  return undefined;
}

function isCovered(component: ComponentSpec): boolean {
  if (component.kind === "parts") {
    return component.branches.every(({ branch, certificate }) =>
      component.certificates[certificate]?.environments.includes(defaultEnvironmentType(branch)),
    );
  }
  const { environments } = component;
  return (
    environments === undefined ||
    branchesOf(component).every(branch => environments.includes(defaultEnvironmentType(branch)))
  );
}

function fixedNameFault(world: World, { stack }: Run, component: ComponentSpec): string | undefined {
  if (component.kind !== "binding" || component.fixedName === undefined) return undefined;
  const { fixedName, pem } = component;
  const place = component.project ?? stack.spec.project;
  const holder = world.state.certificates.find(
    ({ project, name }) => project === place && name === fixedName,
  );
  if (holder === undefined) {
    // Somebody has deleted it: without a refresh, the state has it still.
    const { fingerprint } = world.table.pool[pem] ?? {};
    const isBelieved = stack.state.entries.some(
      ({ outputs, isPendingDelete }) =>
        outputs.name === fixedName && outputs.fingerprint !== fingerprint && !isPendingDelete,
    );
    return isBelieved ? `the state has the name ${fixedName}` : undefined;
  }
  const entry = stack.state.entries.find(({ id, isPendingDelete }) => id === holder.id && !isPendingDelete);
  if (entry?.outputs.fingerprint === world.table.pool[pem]?.fingerprint) return undefined;
  return `the name ${fixedName} is taken`;
}

/** Removed certificates may be held by what is not known to be the stack's own. */
function heldRemoval(world: World, run: Run): string | undefined {
  for (const entry of run.stack.state.entries) {
    if (entry.type !== "MtlsCertificate" || !run.removes(entry.id)) continue;
    const certificate = world.state.certificates.find(({ id }) => id === entry.id);
    if (certificate && world.judge.wasChangedDuringABuild(certificate))
      return `nobody can know whether a build has ${certificate.name}`;
    const isBuilding = world.state.deployments.some(
      ({ project, pending }) => project === certificate?.project && pending > 0,
    );
    if (isBuilding) return `a build that is under way may take ${certificate?.name}`;
    if (certificate && world.judge.wasEnabledAfterABuild(certificate))
      return `nobody can know whether a build found ${certificate.name} enabled`;
    const other =
      certificate &&
      world.judge.users(certificate).find(user => isWorkingCopy(world, user) || !isOwn(run, entry, user));
    if (other !== undefined) return `${certificate?.name} is held by ${other}`;
  }
  return undefined;
}

/** It has its branch's name, and is its developer's. */
function isWorkingCopy({ state }: World, user: string): boolean {
  return state.deployments.some(({ name, workingCopy }) => name === user && workingCopy !== undefined);
}

/** A binding knows where it was used, ever; of parts, those that leave with the certificate tell. */
function isOwn(run: Run, entry: Entry, user: string): boolean {
  const [project = "", branch = "", variable] = user.split("/");
  const { stack } = run;
  const uses = entry.outputs.__uses as { variable: string; branches: string[] } | undefined;
  if (user.includes("/")) {
    if (run.programVariables.has(user) || project !== entry.madeIn) return false;
    if (uses !== undefined) return uses.variable === variable && uses.branches.includes(branch);
    return run.variables.has(user);
  }
  const users = stack.state.entries.filter(
    ({ type, outputs }) =>
      type === "Redeployment" && (outputs.certificates as string[]).includes(String(entry.outputs.name)),
  );
  return (
    users.some(({ id }) => id === user) || uses?.branches.some(own => user.includes(`-${own}-`)) === true
  );
}
