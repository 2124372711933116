import type { CertificateResponse, EnvironmentType } from "../api/responses";
import { type BranchVariable, keyOf, type VariableValue } from "./branchVariable";

/** When a variable was set: ISO 8601, as Zuplo tells it. */
export interface WhenSet {
  /** Its own date; undefined where Zuplo does not tell it. */
  at: string | undefined;
  /** When its branch had last been deployed, as far as that was known. */
  deployedOn: Promise<string | undefined>;
}

/** A variable as this run wants it. */
export interface ChangedInRun extends VariableValue {
  /** The value that it had before, where that is known. */
  last: string | undefined;
  set: WhenSet;
}

/** A variable that was put back since its value has failed: until then, a push would have taken that on. */
export interface Exposed extends ChangedInRun {
  /** The deployment at which its value has failed. */
  failedAt: string;
  /** When it was put back, as the builds of the run count. */
  until: number;
}

/** A deployment that was built while a certificate of its was disabled. */
export interface BuiltWithout {
  deployment: string;
  certificate: string;
  /** When the certificate was enabled again, as the builds of the run count. */
  until: number;
}

/** What one run has done in a project, and what its rolls may still go back to. */
export class RunLedger {
  private readonly wantedVariables = new Map<string, ChangedInRun>();
  private readonly disarmed = new Map<string, { value: string; failedAt: string }>();
  private readonly refused = new Map<string, string>();
  private readonly unverified = new Map<string, readonly VariableValue[]>();
  private exposed: Exposed[] = [];
  private builtWithout: BuiltWithout[] = [];
  private readonly valuesBefore = new Map<string, VariableValue>();
  private readonly held = new Map<string, string>();
  private readonly disablesLost = new Set<string>();
  private readonly waysBack = new Map<string, () => readonly string[]>();
  private readonly saidLeft = new Set<string>();
  private readonly ownIds = new Set<string>();
  private readonly unswept = new Map<string, CertificateResponse>();

  /**
   * Remembers the value that this run gave a variable, since the program wants it.
   *
   * @param last the one that it had before, where that is known
   */
  noteWanted(variable: VariableValue, last: string | undefined, set: WhenSet): void {
    const before = this.wantedVariables.get(keyOf(variable))?.last;
    const known = before ?? last ?? this.valueBefore(variable);
    this.wantedVariables.set(keyOf(variable), { ...variable, last: known, set });
  }

  /** The value that a variable had before this run gave it another one, or took it over. */
  lastOf(variable: BranchVariable): string | undefined {
    return this.wantedVariables.get(keyOf(variable))?.last ?? this.valueBefore(variable);
  }

  /** The variables to which this run gave one of these values, put back since or not. */
  wantedAs(values: readonly string[]): VariableValue[] {
    return this.changedTo(values).map(({ branch, name, value }) => ({ branch, name, value }));
  }

  /** The same, with the values that they had before. */
  changedTo(values: readonly string[]): ChangedInRun[] {
    return [...this.wantedVariables.values()].filter(({ value }) => values.includes(value));
  }

  /** All to which this run gave a value, put back since or not. */
  changed(): ChangedInRun[] {
    return [...this.wantedVariables.values()];
  }

  /** The variables of a branch to which this run gave another value than they had, or may have had. */
  changedOn(branch: string | undefined): VariableValue[] {
    return [...this.wantedVariables.values()].filter(
      each => each.branch === branch && each.last !== each.value,
    );
  }

  /** Remembers a variable that was put back since its value has failed at a deployment. */
  noteDisarmed(variable: VariableValue, failedAt: string): void {
    this.disarmed.set(keyOf(variable), { value: variable.value, failedAt });
  }

  /** Remembers values that have failed at a deployment: what is set to them later is put back, too. */
  noteRefused(values: readonly string[], failedAt: string): void {
    for (const value of values) this.refused.set(value, failedAt);
  }

  /** The deployment at which a value has failed in this run. */
  refusedAt(value: string): string | undefined {
    return this.refused.get(value);
  }

  /** Remembers variables that a roll of a deployment has changed, which ended before the redeploy. */
  noteUnverified(deployment: string, variables: readonly VariableValue[]): void {
    this.unverified.set(deployment, [...this.unverifiedAt(deployment), ...variables]);
  }

  unverifiedAt(deployment: string): readonly VariableValue[] {
    return this.unverified.get(deployment) ?? [];
  }

  noteExposed(exposed: Exposed): void {
    this.exposed.push(exposed);
  }

  /** Takes out what is exposed to the failure at a deployment, so that only one caller sees to it. */
  takeExposed(failedAt: string): Exposed[] {
    const taken = this.exposed.filter(exposed => exposed.failedAt === failedAt);
    this.exposed = this.exposed.filter(exposed => exposed.failedAt !== failedAt);
    return taken;
  }

  noteBuiltWithout(built: BuiltWithout): void {
    this.builtWithout.push(built);
  }

  /** Takes them out, so that only one caller sees to them. */
  takeBuiltWithout(): BuiltWithout[] {
    return this.builtWithout.splice(0);
  }

  /** The deployment at which the value of a variable has failed in this run, if it was put back for that. */
  failedAt(variable: VariableValue): string | undefined {
    const disarmed = this.disarmed.get(keyOf(variable));
    return disarmed?.value === variable.value ? disarmed.failedAt : undefined;
  }

  /** Remembers the value that a variable had when this run took it over. */
  noteValueBefore(variable: VariableValue): void {
    this.valuesBefore.set(keyOf(variable), variable);
  }

  /** Remembers the value that a variable has by the state of a resource whose place another one takes, which may have set it. */
  noteStoredBefore(variable: VariableValue): void {
    const key = keyOf(variable);
    const wanted = this.wantedVariables.get(key);
    if (wanted !== undefined && wanted.last === undefined) wanted.last = variable.value;
    if (!this.valuesBefore.has(key)) this.valuesBefore.set(key, variable);
  }

  valueBefore(variable: BranchVariable): string | undefined {
    return this.valuesBefore.get(keyOf(variable))?.value;
  }

  /** The variables that had this value before this run has set them, or taken them over. */
  placesOf(value: string): BranchVariable[] {
    const wanted = [...this.wantedVariables.values()].filter(({ last }) => last === value);
    const takenOver = [...this.valuesBefore.values()].filter(before => before.value === value);
    const all = [...wanted, ...takenOver].map(({ branch, name }) => ({ branch, name }));
    return [...new Map(all.map(place => [keyOf(place), place])).values()];
  }

  /** Whether a variable that this run has set, or taken over, had this value before. */
  hadBefore(value: string): boolean {
    return this.placesOf(value).length > 0;
  }

  /** Remembers whether something had to stay of a lineage that leaves the program with a certificate. */
  noteDepartedSwept(family: string, leaving: CertificateResponse, isClean: boolean): void {
    if (isClean) this.unswept.delete(family);
    else this.unswept.set(family, leaving);
  }

  unsweptDeparted(): [family: string, leaving: CertificateResponse][] {
    return [...this.unswept];
  }

  /** Whether nobody has been told yet that a certificate stays at Zuplo which no later run looks for. */
  isFirstSaidLeft(id: string): boolean {
    if (this.saidLeft.has(id)) return false;
    this.saidLeft.add(id);
    return true;
  }

  /** Remembers a certificate that no state has, and of which is known that earlier runs made it. */
  noteOwn({ id }: Pick<CertificateResponse, "id">): void {
    this.ownIds.add(id);
  }

  isOwn({ id }: Pick<CertificateResponse, "id">): boolean {
    return this.ownIds.has(id);
  }

  /** While a roll is under way, the certificates that it may go back to stay, although nothing names them. */
  async withWayBack<T>(
    deployment: string,
    names: () => readonly string[],
    work: () => Promise<T>,
  ): Promise<T> {
    this.waysBack.set(deployment, names);
    try {
      return await work();
    } finally {
      this.waysBack.delete(deployment);
    }
  }

  /** The deployment whose roll may still go back to a certificate, if there is one. */
  rollingFrom(name: string): string | undefined {
    return [...this.waysBack].find(([, names]) => names().includes(name))?.[0];
  }

  /**
   * Keeps a certificate enabled for the rest of the run: a rollback has put it back into service, and disabling it
   * again would let the next push deploy the restored name without its certificate.
   */
  hold(certificateId: string, type: EnvironmentType, deployment: string): void {
    this.held.set(`${certificateId}/${type}`, deployment);
  }

  /** The deployment whose rollback needs the certificate, if there is one. */
  heldBy(certificateId: string, type: EnvironmentType): string | undefined {
    return this.held.get(`${certificateId}/${type}`);
  }

  /** Remembers that nobody knows whether a certificate was disabled: that may still come, later than what follows. */
  noteDisableLost(certificateId: string, type: EnvironmentType): void {
    this.disablesLost.add(`${certificateId}/${type}`);
  }

  mayBeDisabledLater(certificateId: string, type: EnvironmentType): boolean {
    return this.disablesLost.has(`${certificateId}/${type}`);
  }
}
