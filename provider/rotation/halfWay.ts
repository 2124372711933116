import type { Program } from "../program/program";
import type { WantedRedeployment } from "../program/redeployments";
import { enumerated } from "../text/enumerated";
import { quote } from "../text/redact";
import { say } from "../text/vocabulary";

/** What a deployment used before, and what it is to use. */
export interface Step {
  before: readonly string[];
  wanted: readonly string[];
}

/**
 * What a rotation that fails leaves behind, in three lines: which deployments have which certificate, what the next run
 * does, and the way back. None where nothing was rotated.
 */
export function halfWay(program: Program, project: string, { before, wanted }: Step): string[] {
  const next = wanted.filter(name => !before.includes(name));
  const old = before.filter(name => !wanted.includes(name));
  if (next.length === 0 || old.length === 0) return [];
  const deployments = deploymentStates(program, project, next);
  const at = (state: State) => deployments.filter(one => one.state === state).map(({ name }) => name);
  const [done, back, underWay, unknown, later] = [
    at("new"),
    at("old"),
    at("under way"),
    at("unknown"),
    at("later"),
  ];
  const parts = [
    done.length === 0
      ? `nothing has ${listed(next)} in service`
      : `${listed(done)} ${has(done)} ${listed(next)}`,
    ...(back.length === 0 ? [] : [`${listed(back)} ${has(back)} ${listed(old)}`]),
    ...(underWay.length === 0 ? [] : [`${listed(underWay)} ${is(underWay)} under way`]),
    ...(unknown.length === 0 ? [] : [`it is not known what ${listed(unknown)} ${has(unknown)}`]),
    ...(later.length === 0 ? [] : [`${listed(later)} ${is(later)} still to come`]),
  ];
  const left = deployments.filter(({ state }) => state !== "new").map(({ name }) => name);
  const kept =
    done.length === 0 ? "" : `, and leaves ${listed(done)} as ${done.length === 1 ? "it is" : "they are"}`;
  return [
    `Half-way: ${parts.join("; ")}.`,
    `Next: ${say.apply} goes on with ${listed(left)}${kept}.${say.inTheWay}`,
    `Way back: put the old PEM and its key into the program, and run ${say.apply}.`,
  ];
}

type State = "new" | "old" | "under way" | "unknown" | "later";

interface DeploymentState {
  /** Branch, or deployment. */
  name: string;
  state: State;
}

/** Where the program uses these certificates, as far as it was checked, and where a binding of theirs will. */
function deploymentStates(program: Program, project: string, names: readonly string[]): DeploymentState[] {
  const checked = program.redeployments.using(project, names);
  const known = checked.map(wanted => ({ name: nameOf(wanted), state: stateOf(wanted, names) }));
  const isKnown = (place: string) =>
    checked.some(({ branch, deployment }) => branch === place || deployment === place);
  const later = program.certificates.placesOf(project, names).filter(place => !isKnown(place));
  return [...known, ...later.map((name): DeploymentState => ({ name, state: "later" }))];
}

function nameOf({ branch, deployment }: WantedRedeployment): string {
  return branch ?? deployment ?? "";
}

function stateOf({ roll, before }: WantedRedeployment, names: readonly string[]): State {
  if (roll === "rolled") return "new";
  if (roll === "begun") return "under way";
  if (roll === "failed") return "unknown";
  if (names.some(name => before?.certificates.includes(name))) return "new";
  return before === undefined || before.certificates.length === 0 ? "later" : "old";
}

function listed(names: readonly string[]): string {
  return enumerated(names.map(name => `'${quote(name)}'`));
}

const has = (names: readonly string[]) => (names.length === 1 ? "has" : "have");
const is = (names: readonly string[]) => (names.length === 1 ? "is" : "are");
