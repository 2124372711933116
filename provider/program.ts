import type { EnvironmentType } from "./api/responses";
import { formatIdentity, type Identity } from "./certificates/identity";
import { familyOf } from "./certificates/name";
import type { CertificateFacts } from "./certificates/parse";
import type { Others } from "./config";

/** A variable of a branch, and the value it has or had. */
export interface VariableValue {
  branch: string;
  name: string;
  value: string;
}

export type VariablePlace = Omit<VariableValue, "value"> & {
  account?: string | undefined;
  project?: string | undefined;
};

/** A variable that stays at Zuplo although its resource is deleted. */
export interface LeftVariable extends VariablePlace {
  /** Missing after an import that no `up` has followed. */
  value?: string | undefined;
}

/** A certificate as the program of this run has it. */
export interface WantedCertificate {
  /** Its name at Zuplo, where that is known. */
  name?: string | undefined;
  /** The name that it had before this run; undefined where no state knew of it. */
  previousName?: string | undefined;
  /** Where it lives, where that is known. */
  project?: string | undefined;
  /** Types for which the program has it enabled. */
  environments: readonly EnvironmentType[];
  /** Types for which it is enabled once its resource is done, also those for which others hold it; until then unknown. */
  enabledFor?: readonly EnvironmentType[] | undefined;
  onDelete: "delete" | "disable" | "retain";
  others?: Others | undefined;
  /** How long it outlives the last redeploy that released it, in milliseconds, where its resource says it. */
  settleMs?: number | undefined;
  /** Where a binding uses it now, stages that are gone left out. */
  uses?: WantedUses | undefined;
}

export interface WantedUses {
  /** Name of the variable that is to name it. */
  variable: string;
  branches: readonly string[];
  /** By their names. */
  deployments: readonly string[];
}

/** A variable as the program of this run has it. */
export interface WantedVariable extends VariablePlace {
  /** Undefined where it is not known yet. */
  value: unknown;
}

/** What the state says that a deployment used before this run. */
export interface UsedBefore {
  certificates: readonly unknown[];
  variables: readonly VariableValue[];
  /** Names of certificates that it has let go and that its code may still name. */
  inCode?: readonly string[] | undefined;
  /** When the resource's own last build was made, ISO 8601. */
  deployedOn?: string | undefined;
}

/** What a deployment uses as the program of this run has it. */
export interface WantedRedeployment {
  branch?: string | undefined;
  deployment?: string | undefined;
  project?: string | undefined;
  certificates: readonly unknown[];
  variables: readonly VariableValue[];
  before: UsedBefore | undefined;
  /** What has become of it in this run; missing where nothing has been begun. */
  roll?: RollState | undefined;
}

/** A roll of this run: under way, in service, put back to what was before, or failed without that. */
export type RollState = "begun" | "rolled" | "back" | "failed";

/** What a Redeployment had been told to use whose resource is deleted. */
export interface Forgotten {
  deployment: string;
  /** How long its redeploys may take, in milliseconds. */
  timeoutMs: number;
  certificates: readonly string[];
  variables: readonly VariableValue[];
}

/**
 * The program of this run, as far as the engine has had it checked: who else wants what. A resource that is deleted
 * without having been checked is no longer in the program.
 */
export class Program {
  private readonly certificates = new Map<string, WantedCertificate>();
  private readonly facts = new Map<string, CertificateFacts>();
  private readonly variables = new Map<string, { setBy: string; resource: string; wanted: WantedVariable }>();
  private readonly redeployments = new Map<string, WantedRedeployment>();
  private readonly removed = new Set<string>();
  private readonly waiting = new Set<string>();
  private readonly forgotten: Forgotten[] = [];
  private readonly left: LeftVariable[] = [];
  private readonly overwritten: VariablePlace[] = [];
  private readonly revived = new Map<string, readonly EnvironmentType[]>();
  private readonly ids = new Map<string, string | undefined>();

  noteCertificate(identity: Identity | undefined, wanted: WantedCertificate): void {
    if (identity === undefined) return;
    const key = formatIdentity(identity);
    // A resource that is replaced is checked once more, without its state.
    const previousName = wanted.previousName ?? this.certificates.get(key)?.previousName;
    this.certificates.set(key, { ...wanted, previousName });
  }

  /** Remembers the name under which the state has a certificate: a taken name has a suffix that no input tells. */
  notePreviousName(identity: Identity | undefined, previousName: string): void {
    const wanted = identity && this.certificates.get(formatIdentity(identity));
    if (wanted !== undefined) wanted.previousName = previousName;
  }

  /** Remembers the name that a certificate has got. */
  noteName(identity: Identity | undefined, name: string): void {
    const wanted = identity && this.certificates.get(formatIdentity(identity));
    if (wanted !== undefined) wanted.name = name;
  }

  /** Remembers for which types a certificate is enabled now that its resource is done. */
  noteEnabled(identity: Identity | undefined, types: readonly EnvironmentType[]): void {
    const wanted = identity && this.certificates.get(formatIdentity(identity));
    if (wanted !== undefined) wanted.enabledFor = types;
  }

  /** Somebody had disabled a certificate for these types, unseen until this run enabled it again. */
  noteRevived(name: string, types: readonly EnvironmentType[]): void {
    this.revived.set(name, [...(this.revived.get(name) ?? []), ...types]);
  }

  /** Remembers the id of a certificate of a project; undefined for one that is about to be made. */
  noteId(project: string | undefined, name: string, id: string | undefined): void {
    if (project !== undefined) this.ids.set(`${project}/${name}`, id);
  }

  /** Whether the certificate that has this name now is another one than that with this id. */
  isOther(project: string, name: string, id: string): boolean {
    const key = `${project}/${name}`;
    return this.ids.has(key) && this.ids.get(key) !== id;
  }

  /** Whether a certificate of the program has this name, in a project or in one that is not known. */
  hasCertificate(project: string | undefined, name: string): boolean {
    return [...this.certificates.values()].some(
      wanted => wanted.name === name && isSameProject(wanted.project, project),
    );
  }

  /** Whether the program sets a variable of this name on any branch of a project, or of one that is not known. */
  hasVariable(project: string | undefined, name: string): boolean {
    return [...this.variables.values()].some(
      ({ wanted }) => wanted.name === name && isSameProject(wanted.project, project),
    );
  }

  /** Remembers what is known of a certificate, by its name: Zuplo itself tells no fingerprint. */
  noteFacts(name: string, facts: CertificateFacts): void {
    this.facts.set(name, facts);
  }

  /** What this run knows of the certificate of a name, old ones among them; of two projects with one name, the last. */
  factsOf(name: string): CertificateFacts | undefined {
    return this.facts.get(name);
  }

  /** The same certificate's fingerprint, where it is known, as a property. */
  fingerprintOf(name: string): { fingerprint?: string } {
    const { fingerprint } = this.facts.get(name) ?? {};
    return fingerprint === undefined ? {} : { fingerprint };
  }

  /** What the program says of a certificate now; undefined where it is no longer there. */
  certificate(identity: Identity | undefined): WantedCertificate | undefined {
    return identity === undefined ? undefined : this.certificates.get(formatIdentity(identity));
  }

  /** Remembers a certificate that is deleted because it is no longer in the program. */
  noteRemoved(name: string): void {
    this.removed.add(name);
  }

  /** Remembers a certificate that a state holds besides the one of its resource, until it is deleted. */
  noteWaiting(name: string): void {
    this.waiting.add(name);
  }

  /** It is deleted, or left: no state holds it any more. */
  forgetWaiting(name: string): void {
    this.waiting.delete(name);
  }

  isRemoved(name: string): boolean {
    return this.removed.has(name);
  }

  /** The lineages of the certificates in the program. */
  families(): Set<string> {
    const names = [...this.certificates.values()].map(({ name }) => familyOf(name ?? ""));
    return new Set(names.filter(family => family !== undefined));
  }

  /** Names that states of this run hold as those of certificates in the program: the engine deletes them itself. */
  isInState(name: string): boolean {
    const isOf = (wanted: WantedCertificate) => wanted.previousName === name || wanted.name === name;
    return this.waiting.has(name) || [...this.certificates.values()].some(isOf);
  }

  /** Whether the program has a certificate of this name enabled for a type, whatever somebody has done to it. */
  enables(name: string, type: EnvironmentType): boolean {
    return [...this.certificates.values()].some(
      wanted => wanted.name === name && wanted.environments.includes(type),
    );
  }

  /** Whether the program has a certificate of this name, and not for this type. */
  lacks(name: string, type: EnvironmentType): boolean {
    return [...this.certificates.values()].some(
      wanted => wanted.name === name && wanted.enabledFor?.includes(type) === false,
    );
  }

  /** Whether deployments of a type may have been built without a certificate of this name, which has it again. */
  wasRevived(name: string, type: EnvironmentType): boolean {
    return this.revived.get(name)?.includes(type) === true;
  }

  /** How long the certificates of a lineage outlive a redeploy, in milliseconds; the longest, where several say it. */
  settleOf(isOfLineage: (name: string) => boolean): number | undefined {
    const times = [...this.certificates.values()].flatMap(({ name, settleMs }) =>
      settleMs !== undefined && name !== undefined && isOfLineage(name) ? [settleMs] : [],
    );
    return times.length === 0 ? undefined : Math.max(...times);
  }

  /** Whether somebody has said that certificates of this name's resource are to be kept when they are replaced. */
  keeps(isOfLineage: (name: string) => boolean): boolean {
    return [...this.certificates.values()].some(
      ({ name, onDelete }) => name !== undefined && onDelete !== "delete" && isOfLineage(name),
    );
  }

  /** @returns the name of another resource of the program that sets the same variable. */
  noteVariable(identity: Identity | undefined, wanted: WantedVariable): string | undefined {
    if (identity === undefined) return undefined;
    const place = placeOf(wanted);
    const setBy = formatIdentity(identity);
    const known = this.variables.get(place);
    if (known !== undefined && known.setBy !== setBy) return known.resource;
    this.variables.set(place, { setBy, resource: identity.resource, wanted });
    return undefined;
  }

  /** Whether a resource of the program sets a variable of the project, or one besides that one. */
  setsVariable(project: string, place: Omit<VariableValue, "value">, besides?: Identity): boolean {
    const setter = this.setterOf(project, place);
    return setter !== undefined && (besides === undefined || setter.setBy !== formatIdentity(besides));
  }

  /** The value that a resource of the program gives a variable of the project, where that is known. */
  valueOf(project: string, place: Omit<VariableValue, "value">): string | undefined {
    const value = this.setterOf(project, place)?.wanted.value;
    return typeof value === "string" ? value : undefined;
  }

  private setterOf(project: string, place: Omit<VariableValue, "value">) {
    return [...this.variables.values()].find(({ wanted }) => isAt(wanted, project, place));
  }

  /** Whether a resource of the program gives a variable of the project this value. */
  wantsVariable(project: string, variable: VariableValue): boolean {
    return [...this.variables.values()].some(
      ({ wanted }) => wanted.value === variable.value && isAt(wanted, project, variable),
    );
  }

  /** Remembers a variable in which this run has found another value than the program's, and put the program's. */
  noteOverwritten(project: string, { branch, name }: Omit<VariableValue, "value">): void {
    this.overwritten.push({ project, branch, name });
  }

  isOverwritten(project: string, place: Omit<VariableValue, "value">): boolean {
    return this.overwritten.some(overwritten => isAt(overwritten, project, place));
  }

  noteRedeployment(identity: Identity | undefined, wanted: WantedRedeployment): void {
    if (identity === undefined) return;
    const key = formatIdentity(identity);
    const { before, roll } = this.redeployments.get(key) ?? {};
    this.redeployments.set(key, { ...wanted, before: wanted.before ?? before, roll });
  }

  /** Remembers what has become of a Redeployment in this run. */
  noteRoll(identity: Identity | undefined, roll: RollState): void {
    const wanted = identity && this.redeployments.get(formatIdentity(identity));
    if (wanted !== undefined) wanted.roll = roll;
  }

  /** Remembers what the state says that a deployment used before this run. */
  noteBefore(identity: Identity | undefined, before: UsedBefore): void {
    const wanted = identity && this.redeployments.get(formatIdentity(identity));
    if (wanted !== undefined) wanted.before = before;
  }

  /** Remembers certificates that a deployment lets go in this run and that its code may still name. */
  noteInCode(
    deployment: Parameters<Program["redeploymentsOf"]>[1],
    project: string,
    names: readonly string[],
  ): void {
    for (const wanted of this.redeploymentsOf(project, deployment)) {
      const { certificates = [], variables = [], inCode = [], deployedOn } = wanted.before ?? {};
      wanted.before = { certificates, variables, inCode: [...inCode, ...names], deployedOn };
    }
  }

  /** Whether the program redeploys a branch of the project, as far as it was checked. */
  redeploysBranch(project: string, branch: string): boolean {
    const isSame = (wanted: { project?: string | undefined }) => (wanted.project ?? project) === project;
    return (
      [...this.certificates.values()].some(
        wanted => isSame(wanted) && wanted.uses?.branches.includes(branch) === true,
      ) || [...this.redeployments.values()].some(wanted => isSame(wanted) && wanted.branch === branch)
    );
  }

  /** Whether a binding of the program is to set a variable of the project, be it that its certificate never comes. */
  bindsVariable(project: string, { branch, name }: Omit<VariableValue, "value">): boolean {
    return [...this.certificates.values()].some(
      wanted =>
        (wanted.project ?? project) === project &&
        wanted.uses?.variable === name &&
        wanted.uses.branches.includes(branch),
    );
  }

  hasRedeployment(identity: Identity | undefined): boolean {
    return identity !== undefined && this.redeployments.has(formatIdentity(identity));
  }

  /** Remembers what a Redeployment used that is no longer in the program. */
  noteForgotten(redeployment: Forgotten): void {
    this.forgotten.push(redeployment);
  }

  /** How long a redeploy of a deployment may take whose Redeployment left the program in this run, in milliseconds. */
  timeoutOf(deployment: string): number | undefined {
    return this.forgotten.find(forgotten => forgotten.deployment === deployment)?.timeoutMs;
  }

  /** The Redeployments that left the program in this run and that used a certificate. */
  forgottenUsersOf(certificate: string): Forgotten[] {
    return this.forgotten.filter(({ certificates }) => certificates.includes(certificate));
  }

  /** Whether the state of the branch's own Redeployment says that it has rolled to this value of a variable. */
  isRolled(project: string, variable: VariableValue): boolean {
    const { branch, name, value } = variable;
    return this.redeploymentsOf(project, { name: "", branchName: branch }).some(({ before }) =>
      before?.variables.some(
        known => known.branch === branch && known.name === name && known.value === value,
      ),
    );
  }

  /** Whether a Redeployment of this deployment left the program in this run. */
  isForgotten(deployment: string): boolean {
    return this.forgotten.some(forgotten => forgotten.deployment === deployment);
  }

  /** Remembers a variable that is left at Zuplo although its resource is deleted. */
  noteLeft(variable: LeftVariable): void {
    this.left.push(variable);
  }

  /**
   * The variables of a project that were left with this value, or with one that the state does not tell; a state of an
   * older version names no project.
   */
  leftVariablesOf(project: string, value: string): VariablePlace[] {
    return this.left.filter(
      variable => (variable.value ?? value) === value && (variable.project ?? project) === project,
    );
  }

  /** Whether a variable of a project was left in this run, whatever its value. */
  hasLeft(project: string, place: Omit<VariableValue, "value">): boolean {
    return this.left.some(left => isAt(left, project, place));
  }

  /** The redeployments of a project that are to use one of these certificates. */
  redeploymentsUsing(project: string, certificates: readonly string[]): WantedRedeployment[] {
    return [...this.redeployments.values()].filter(
      wanted =>
        (wanted.project ?? project) === project &&
        wanted.certificates.some(name => typeof name === "string" && certificates.includes(name)),
    );
  }

  /** Branches and deployments in which bindings of the program use one of these certificates. */
  placesOf(project: string, certificates: readonly string[]): string[] {
    return [...this.certificates.values()]
      .filter(
        ({ name, project: lives }) =>
          name !== undefined && certificates.includes(name) && (lives ?? project) === project,
      )
      .flatMap(({ uses }) => [...(uses?.branches ?? []), ...(uses?.deployments ?? [])]);
  }

  /** The redeployments of a deployment, or of its branch. */
  redeploymentsOf(project: string, { name, branchName }: { name: string; branchName?: string | undefined }) {
    return [...this.redeployments.values()].filter(
      wanted =>
        (wanted.project ?? project) === project &&
        (wanted.deployment === name || (wanted.branch !== undefined && wanted.branch === branchName)),
    );
  }
}

/** Whether a variable is that one of a project; one that names no project is of any. */
function isAt(
  variable: VariablePlace,
  project: string,
  { branch, name }: Omit<VariableValue, "value">,
): boolean {
  return variable.branch === branch && variable.name === name && (variable.project ?? project) === project;
}

function isSameProject(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

function placeOf({ account, project, branch, name }: VariablePlace): string {
  return JSON.stringify([account ?? "", project ?? "", branch, name]);
}
