import { environmentTypes } from "../../emulator/state/model";
import {
  type BindingSpec,
  branchesOf,
  type ComponentSpec,
  type PartsSpec,
  type StackSpec,
} from "./program/spec";
import type { Stack } from "./stack";
import type { Edit } from "./steps/step";
import { projectNames, type World } from "./world";

export const componentNames = ["backend", "payments"] as const;

/** Changes what a program says, or a state by hand. @returns what was changed, in words. */
export function edit(world: World, stack: Stack, change: Edit): string | undefined {
  const { components } = stack.spec;
  if (change.edit === "state delete") return forget(stack, change.resource);
  if (change.edit === "add") return add(stack, change.component);
  if (change.edit === "bring back") {
    const index = world.removed.findIndex(each => each.stack === stack);
    if (index < 0) return undefined;
    const [back] = world.removed.splice(index, 1);
    return back && add(stack, back.component);
  }
  const component = components[change.component % Math.max(components.length, 1)];
  if (component === undefined) return undefined;
  if (change.edit === "remove") {
    components.splice(components.indexOf(component), 1);
    world.removed.push({ stack, component });
    return `removes ${component.kind} ${component.name}`;
  }
  const before = JSON.stringify(component);
  editComponent(world, stack.spec, component, change);
  const after = JSON.stringify(component);
  return before === after ? undefined : `${change.edit}: ${before} → ${after}`;
}

function editComponent(world: World, stack: StackSpec, component: ComponentSpec, change: Edit): void {
  const branch =
    "branch" in change ? world.spec.branches[change.branch % world.spec.branches.length] : undefined;
  switch (change.edit) {
    case "pem":
      if (component.kind === "binding") component.pem = change.pem;
      else {
        const certificate = component.certificates[change.certificate % component.certificates.length];
        if (certificate) certificate.pem = change.pem;
      }
      return;
    case "rename": {
      const name = componentNames[change.name % componentNames.length] ?? component.name;
      if (!isTaken(stack, component.kind, name)) component.name = name;
      return;
    }
    case "add branch":
      if (branch !== undefined && !branchesOf(component).includes(branch))
        addBranch(component, branch, change.stage);
      return;
    case "remove branch":
      removeBranch(component, change.branch);
      return;
    case "reverse stages":
      if (component.kind === "binding") component.stages.reverse();
      return;
    case "environments":
      if (component.kind === "binding") component.environments = change.environments;
      else
        for (const each of component.certificates)
          each.environments = change.environments ?? [...environmentTypes];
      return;
    case "onDelete":
      component.onDelete = change.onDelete;
      return;
    case "verify":
      component.verify = change.verify;
      return;
    case "trigger":
      component.triggers += 1;
      return;
    case "variable":
      component.variable = change.variable;
      return;
    case "switch":
      if (component.kind === "parts") {
        const own = component.branches[change.branch % component.branches.length];
        if (own) own.certificate = change.certificate % component.certificates.length;
      }
      return;
    case "fixed name":
      if (component.kind === "binding")
        component.fixedName = change.name === undefined ? undefined : `fixed_${change.name}`;
      return;
    case "project":
      component.project =
        change.project === undefined ? undefined : projectNames[change.project % world.spec.projects];
  }
}

function addBranch(component: BindingSpec | PartsSpec, branch: string, stage: number): void {
  if (component.kind === "parts") {
    component.branches.push({ branch, certificate: stage % component.certificates.length });
    return;
  }
  const place = stage % (component.stages.length + 1);
  const existing = component.stages[place];
  if (existing === undefined) component.stages.push([branch]);
  else existing.push(branch);
}

function removeBranch(component: BindingSpec | PartsSpec, number: number): void {
  const branches = branchesOf(component);
  if (branches.length < 2) return;
  const branch = branches[number % branches.length];
  if (component.kind === "parts") {
    component.branches = component.branches.filter(each => each.branch !== branch);
    return;
  }
  component.stages = component.stages
    .map(stage => stage.filter(each => each !== branch))
    .filter(stage => stage.length > 0);
}

function add(stack: Stack, component: ComponentSpec): string | undefined {
  if (isTaken(stack.spec, component.kind, component.name)) return undefined;
  stack.spec.components.push(structuredClone(component));
  return `adds ${JSON.stringify(component)}`;
}

function isTaken({ components }: StackSpec, kind: string, name: string): boolean {
  return components.some(component => component.kind === kind && component.name === name);
}

/** `pulumi state delete`, with what depends on it. */
function forget(stack: Stack, number: number): string | undefined {
  const { entries } = stack.state;
  const first = entries[number % Math.max(entries.length, 1)];
  if (first === undefined) return undefined;
  const gone = new Set([first]);
  for (const each of gone) {
    for (const other of entries) if (other.dependencies.includes(each.urn)) gone.add(other);
  }
  for (const each of gone) entries.splice(entries.indexOf(each), 1);
  stack.hasForgotten = true;
  return `pulumi state delete ${[...gone].map(({ urn, id }) => `${urn} (${id})`).join(", ")}`;
}
