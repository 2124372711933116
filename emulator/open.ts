/** The state that an emulator starts with: what the state file has, and whatever else was asked for. */
import type { EmulatorOptions } from "./options";
import { type Authority, createAuthority, importAuthority } from "./pki";
import { ensureBranch, ensureProject } from "./state/branches";
import { type Clock, createClock } from "./state/clock";
import { loadState, saveState } from "./state/file";
import { emptyState, type State } from "./state/model";

export interface Opened {
  state: State;
  clock: Clock;
  /** The first of the projects that were asked for. */
  project: string;
  /** Of the backend. */
  authority: Authority;
  /** Does nothing without a state file. */
  save(): void;
}

export async function openState(options: EmulatorOptions): Promise<Opened> {
  const { stateFile } = options;
  const loaded = stateFile === undefined ? undefined : loadState(stateFile);
  const state = loaded ?? emptyState(options.account ?? "acme");
  if (options.account !== undefined) state.account = options.account;
  const clock = createClock(allInstants(state));
  const projects = options.projects ?? ["gateway"];
  for (const project of projects) addProject(state, project, options, clock);
  const authority = await authorityFor(state, options);
  state.authority = await authority.export();
  const save = () => {
    if (stateFile !== undefined) saveState(stateFile, state);
  };
  return { state, clock, project: projects[0] ?? "", authority, save };
}

function addProject(state: State, project: string, options: EmulatorOptions, clock: Clock): void {
  ensureProject(state, project);
  for (const { name, environmentType } of options.branches ?? [{ name: "main" }, { name: "staging" }]) {
    // A branch of an earlier run may have lost its deployment on purpose.
    const isKnown = state.branches.some(branch => branch.project === project && branch.name === name);
    if (!isKnown) ensureBranch(state, project, name, environmentType, clock.now());
  }
}

async function authorityFor(state: State, options: EmulatorOptions): Promise<Authority> {
  const given = options.backend?.authority ?? options.authority;
  if (given) return given;
  return state.authority ? importAuthority(state.authority) : createAuthority();
}

function allInstants(state: State): string[] {
  const stamped = [...state.certificates, ...state.variables, ...state.deployments, ...state.caCertificates];
  return stamped.map(item => item.updatedOn);
}
