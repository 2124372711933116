import { type Identity, keyOf } from "../certificates/identity";
import type { BranchVariable, VariableValue } from "../rotation/branchVariable";
import { isAt, mayBeSameAccount, mayBeSameProject, type VariablePlace } from "./place";

/** A variable as the program of this run has it. */
export interface WantedVariable extends VariablePlace {
  /** Undefined where it is not known yet. */
  value: unknown;
  /** Whether Zuplo does not tell its value, or that is not known yet. */
  isSecret: boolean;
}

/** A variable that stays at Zuplo although its resource is deleted. */
export interface LeftVariable extends VariablePlace {
  /** Missing after an import that no run has followed. */
  value?: string | undefined;
}

/** The resource that sets a variable. */
interface Setter {
  setBy: string;
  resource: string;
  wanted: WantedVariable;
}

/** A variable as an earlier run has set it, and what it had before, where that is known. */
export interface SetEarlier {
  now: VariablePlace & VariableValue;
  last?: string | undefined;
  /** When it was set, ISO 8601, where Zuplo has told it. */
  at?: string | undefined;
  /** When its deployment was last built, ISO 8601; undefined where its resource does not know. */
  deployedOn?: string | undefined;
}

/** A variable of a project, and its value. */
export type VariableAt = VariablePlace & VariableValue;

/** The variables that the program sets, and those that it has left. */
export class ProgramVariables {
  /** By their places; where only some name the account, one place may have several. */
  private readonly wanted = new Map<string, Setter[]>();
  private readonly setEarlier: SetEarlier[] = [];
  private readonly left: LeftVariable[] = [];
  private readonly madeAgain: VariablePlace[] = [];
  private readonly believed: VariableAt[] = [];
  private readonly overwritten: VariablePlace[] = [];
  private readonly putRight: (VariablePlace & VariableValue)[] = [];

  /** Whether the program sets a variable of this name on any branch of a project, or of one that is not known. */
  has(project: string | undefined, name: string): boolean {
    return this.all().some(({ wanted }) => wanted.name === name && mayBeSameProject(wanted.project, project));
  }

  /** @returns the name of another resource of the program that sets the same variable. */
  note(identity: Identity | undefined, wanted: WantedVariable): string | undefined {
    if (identity === undefined) return undefined;
    const place = placeOf(wanted);
    const setBy = keyOf(identity);
    const known = this.wanted.get(place) ?? [];
    const isSame = (one: Setter) => mayBeSameAccount(one.wanted.account, wanted.account);
    const other = known.find(one => one.setBy !== setBy && isSame(one));
    if (other !== undefined) return other.resource;
    const others = known.filter(one => one.setBy !== setBy || one.wanted.account !== wanted.account);
    this.wanted.set(place, [...others, { setBy, resource: identity.within ?? identity.resource, wanted }]);
    return undefined;
  }

  /** Whether a resource of the program sets a variable of the project, or one besides that one. */
  isSet(project: string, place: BranchVariable, besides?: Identity): boolean {
    const setter = this.setterOf(project, place);
    return setter !== undefined && (besides === undefined || setter.setBy !== keyOf(besides));
  }

  /** The value that a resource of the program gives a variable of the project, where that is known. */
  valueOf(project: string, place: BranchVariable): string | undefined {
    const value = this.setterOf(project, place)?.wanted.value;
    return typeof value === "string" ? value : undefined;
  }

  /** The values that resources of the program give variables of a branch, as far as they are known. */
  valuesOn(project: string, branch: string): string[] {
    return this.all().flatMap(({ wanted }) =>
      wanted.branch === branch &&
      mayBeSameProject(wanted.project, project) &&
      typeof wanted.value === "string"
        ? [wanted.value]
        : [],
    );
  }

  /** The variables of a project that resources of the program set. */
  setIn(project: string): BranchVariable[] {
    return this.all().flatMap(({ wanted: { branch, name, project: home } }) =>
      mayBeSameProject(home, project) ? [{ branch, name }] : [],
    );
  }

  /** The value that a variable has by the state of the resource that sets it, where that holds it. */
  valueInState(project: string, place: BranchVariable): string | undefined {
    return this.setEarlier.findLast(({ now }) => isAt(now, project, place))?.now.value;
  }

  /** Whether Zuplo tells the value of a variable that a resource of the program sets. */
  isReadable(project: string, place: BranchVariable): boolean {
    return this.setterOf(project, place)?.wanted.isSecret === false;
  }

  private setterOf(project: string, place: BranchVariable) {
    return this.all().find(({ wanted }) => isAt(wanted, project, place));
  }

  /** Whether a resource of the program gives a variable of the project this value. */
  wants(project: string, variable: VariableValue): boolean {
    return [...this.all().map(({ wanted }) => wanted), ...this.believed].some(
      ({ value, ...place }) => value === variable.value && isAt(place, project, variable),
    );
  }

  /** Remembers a variable that a rollback may have put back, although the state of its resource has the program's value. */
  noteBelieved(variable: VariableAt): void {
    this.believed.push(variable);
  }

  /** Such variables of a project that have one of these values by their states, and by the program. */
  believedAs(project: string, values: readonly string[]): VariableAt[] {
    return this.believed.filter(one => values.includes(one.value) && mayBeSameProject(one.project, project));
  }

  /** Remembers a variable in which this run has found another value than the program's, and put the program's. */
  noteOverwritten(project: string, { branch, name }: BranchVariable): void {
    this.overwritten.push({ project, branch, name });
  }

  /** Remembers a variable that has the program's value again, after its branch may have been built with another one. */
  notePutRight(project: string, variable: VariableValue): void {
    this.putRight.push({ project, ...variable });
  }

  isPutRight(project: string, variable: VariableValue): boolean {
    return this.putRight.some(one => one.value === variable.value && isAt(one, project, variable));
  }

  isOverwritten(project: string, place: BranchVariable): boolean {
    return this.overwritten.some(overwritten => isAt(overwritten, project, place));
  }

  /** Remembers the value that a variable has by the state, the one before, and when it was set, as far as it is told. */
  noteSetEarlier(variable: SetEarlier): void {
    this.setEarlier.push(variable);
  }

  /** The variables of a project to which an earlier run gave one of these values. */
  setEarlierTo(project: string, values: readonly string[]): SetEarlier[] {
    return this.setEarlier.filter(
      ({ now }) => values.includes(now.value) && mayBeSameProject(now.project, project),
    );
  }

  /** Whether a state of this run gives a variable of a project this value, or did so before. */
  haveHad(project: string, value: string): boolean {
    const states = this.setEarlier.some(
      ({ now, last }) => (now.value === value || last === value) && mayBeSameProject(now.project, project),
    );
    return states || this.left.some(left => left.value === value && mayBeSameProject(left.project, project));
  }

  /** Remembers a variable that is left at Zuplo although its resource is deleted. */
  noteLeft(variable: LeftVariable): void {
    this.left.push(variable);
  }

  /**
   * The variables of a project that were left with this value, or with one that the state does not tell; a state of an
   * older version names no project.
   */
  leftOf(project: string, value: string): VariablePlace[] {
    return this.left.filter(
      variable => (variable.value ?? value) === value && mayBeSameProject(variable.project, project),
    );
  }

  /** Remembers a variable whose resource is made again in this run. */
  noteMadeAgain(project: string, { branch, name }: BranchVariable): void {
    this.madeAgain.push({ project, branch, name });
  }

  isMadeAgain(project: string, place: BranchVariable): boolean {
    return this.madeAgain.some(one => isAt(one, project, place));
  }

  /** Whether a variable of a project was left in this run, with such a value or with one that the state does not tell. */
  hasLeft(project: string, place: BranchVariable, isSuch: (value: string) => boolean): boolean {
    return this.left.some(
      left => isAt(left, project, place) && (left.value === undefined || isSuch(left.value)),
    );
  }

  private all(): Setter[] {
    return [...this.wanted.values()].flat();
  }
}

/** The account left out, which may not be known. */
function placeOf({ project, branch, name }: VariablePlace): string {
  return JSON.stringify([project ?? "", branch, name]);
}
