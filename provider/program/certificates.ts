import type { EnvironmentType } from "../api/responses";
import { type Identity, keyOf } from "../certificates/identity";
import { familyOf } from "../certificates/name";
import type { CertificateFacts } from "../certificates/parse";
import type { Others } from "../config";
import type { DeploymentPlace } from "../rotation/branchVariable";
import { mayBeSameProject } from "./place";

/** A certificate as the program of this run has it. */
export interface WantedCertificate {
  /** Where its resource stands. */
  identity?: Identity | undefined;
  /** Its name at Zuplo, where that is known. */
  name?: string | undefined;
  /** The name that it had before this run; undefined where no state knew of it. */
  previousName?: string | undefined;
  /** Where it lived under that name, where that is known. */
  previousProject?: string | undefined;
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
  /** Where the state says that the binding has used it. */
  usedBefore?: WantedUses | undefined;
}

export interface WantedUses {
  /** Name of the variable that is to name it. */
  variable: string;
  /** The variables that it had before. */
  formerly?: string[] | undefined;
  branches: string[];
  /** By their names. */
  deployments: string[];
}

/** What a binding uses at a deployment. */
export interface BoundCertificate {
  identity: Identity | undefined;
  /** Its name, which the variable is to have as its value. */
  name: string;
  variable: string;
  /** The name of the one that it takes the place of there, where a state knows of one. */
  previousName: string | undefined;
}

/** A variable that names a certificate, by its branch and by the deployment for which it was read. */
export interface NamingVariable {
  variable: string;
  branch: string;
  deployment: string;
}

/** When a certificate was last enabled again for a type, as Zuplo told it: ISO 8601, empty where it did not. */
export type Revivals = Partial<Record<EnvironmentType, string>>;

/** The certificates of the program, and those that states of this run still hold besides them. */
export class ProgramCertificates {
  private readonly wanted = new Map<string, WantedCertificate>();
  private readonly facts = new Map<string, CertificateFacts>();
  private readonly removed = new Set<string>();
  private readonly waiting = new Set<string>();
  private readonly revivals = new Map<string, Revivals>();
  private readonly ids = new Map<string, string | undefined>();

  note(identity: Identity | undefined, wanted: WantedCertificate): void {
    if (identity === undefined) return;
    const key = keyOf(identity);
    // A resource that is replaced is checked once more, without its state.
    const known = this.wanted.get(key);
    this.wanted.set(key, {
      ...wanted,
      identity,
      previousName: wanted.previousName ?? known?.previousName,
      previousProject: wanted.previousProject ?? known?.previousProject,
      usedBefore: wanted.usedBefore ?? known?.usedBefore,
    });
  }

  /** Where a binding had used a certificate before this run, as its state tells: of a replacement, that of the old one. */
  usedBefore(identity: Identity | undefined): WantedUses | undefined {
    return identity && this.wanted.get(keyOf(identity))?.usedBefore;
  }

  /** Remembers the name under which the state has a certificate: a taken name has a suffix that no input tells. */
  notePreviousName(identity: Identity | undefined, previousName: string, project: string | undefined): void {
    const wanted = identity && this.wanted.get(keyOf(identity));
    if (wanted !== undefined) Object.assign(wanted, { previousName, previousProject: project });
  }

  /** Remembers the name that a certificate has got. */
  noteName(identity: Identity | undefined, name: string): void {
    const wanted = identity && this.wanted.get(keyOf(identity));
    if (wanted !== undefined) wanted.name = name;
  }

  /** Remembers for which types a certificate is enabled now that its resource is done. */
  noteEnabled(identity: Identity | undefined, types: readonly EnvironmentType[]): void {
    const wanted = identity && this.wanted.get(keyOf(identity));
    if (wanted !== undefined) wanted.enabledFor = types;
  }

  /** A certificate had been enabled for these types before, and was not when a run enabled it for them again. */
  noteRevivals(project: string | undefined, name: string, revivals: Revivals): void {
    if (project === undefined) return;
    const key = `${project}/${name}`;
    this.revivals.set(key, { ...this.revivals.get(key), ...revivals });
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
  has(project: string | undefined, name: string): boolean {
    return this.all().some(wanted => wanted.name === name && mayBeSameProject(wanted.project, project));
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
  of(identity: Identity | undefined): WantedCertificate | undefined {
    return identity === undefined ? undefined : this.wanted.get(keyOf(identity));
  }

  /** What the program says of the certificate that the state had under a name, be its resource called otherwise now. */
  inPlaceOf(name: string, project: string | undefined): WantedCertificate | undefined {
    return this.all().find(
      wanted => wanted.previousName === name && mayBeSameProject(wanted.previousProject, project),
    );
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
    const names = this.all().map(({ name }) => familyOf(name ?? ""));
    return new Set(names.filter(family => family !== undefined));
  }

  /** Whether a certificate of the program in a project, or in one that is not known, is of the lineage of this name. */
  hasFamilyOf(project: string, name: string): boolean {
    const family = familyOf(name);
    return this.all().some(
      wanted =>
        family !== undefined &&
        familyOf(wanted.name ?? "") === family &&
        mayBeSameProject(wanted.project, project),
    );
  }

  /**
   * Whether states of this run hold a name as that of a certificate in the program, in one project or in any: the
   * engine deletes it itself.
   */
  isInState(name: string, project?: string): boolean {
    const isOf = (wanted: WantedCertificate) =>
      (wanted.name === name && mayBeSameProject(wanted.project, project)) ||
      (wanted.previousName === name && mayBeSameProject(wanted.previousProject, project));
    return this.waiting.has(name) || this.all().some(isOf);
  }

  /** Whether a value is a certificate's name by its form, or by a state of this run. */
  isNameOfOne(value: string): boolean {
    return familyOf(value) !== undefined || this.isInState(value);
  }

  /** Whether the program has a certificate of a project enabled for a type, whatever somebody has done to it. */
  enables(project: string, name: string, type: EnvironmentType): boolean {
    return this.all().some(
      wanted =>
        wanted.name === name &&
        mayBeSameProject(wanted.project, project) &&
        wanted.environments.includes(type),
    );
  }

  /** Whether the program is to have a certificate of this name in a project, and not for this type. */
  isWantedWithout(project: string, name: string, type: EnvironmentType): boolean {
    return this.all().some(
      wanted =>
        wanted.name === name &&
        mayBeSameProject(wanted.project, project) &&
        wanted.environments.length > 0 &&
        !wanted.environments.includes(type),
    );
  }

  /** Whether the program has a certificate of this name in a project, and not for this type, whatever others hold. */
  lacks(project: string, name: string, type: EnvironmentType): boolean {
    return this.all().some(
      wanted =>
        wanted.name === name &&
        mayBeSameProject(wanted.project, project) &&
        wanted.enabledFor?.includes(type) === false,
    );
  }

  /**
   * When a certificate of this name was last enabled again for a type, as far as that is known: builds that know of
   * another time, or of none, may have been made without it.
   */
  revivedOn(project: string, name: string, type: EnvironmentType): string | undefined {
    return this.revivals.get(`${project}/${name}`)?.[type];
  }

  /** How long the certificates of a lineage outlive a redeploy, in milliseconds; the longest, where several say it. */
  settleOf(isOfLineage: (name: string) => boolean): number | undefined {
    const times = this.all().flatMap(({ name, settleMs }) =>
      settleMs !== undefined && name !== undefined && isOfLineage(name) ? [settleMs] : [],
    );
    return times.length === 0 ? undefined : Math.max(...times);
  }

  /** Whether somebody has said that certificates of this name's resource are to be kept when they are replaced. */
  keeps(isOfLineage: (name: string) => boolean): boolean {
    return this.all().some(
      ({ name, onDelete }) => name !== undefined && onDelete !== "delete" && isOfLineage(name),
    );
  }

  /** Branches and deployments in which bindings of the program use one of these certificates. */
  placesOf(project: string, certificates: readonly string[]): string[] {
    return this.all()
      .filter(
        ({ name, project: home }) =>
          name !== undefined && certificates.includes(name) && mayBeSameProject(home, project),
      )
      .flatMap(({ uses }) => [...(uses?.branches ?? []), ...(uses?.deployments ?? [])]);
  }

  /** What bindings of the program use at a deployment, as far as their certificates have been made. */
  boundAt(project: string, place: DeploymentPlace): BoundCertificate[] {
    return this.all().flatMap(({ identity, name, previousName, project: home, uses, usedBefore }) => {
      if (!mayBeSameProject(home, project) || name === undefined) return [];
      if (uses === undefined || !isUsedAt(uses, place)) return [];
      const isReplaced =
        previousName !== name && usedBefore?.variable === uses.variable && isUsedAt(usedBefore, place);
      const previous = isReplaced ? previousName : undefined;
      return [{ identity, name, variable: uses.variable, previousName: previous }];
    });
  }

  /** Whether a binding of the program is to set a variable of the project, be it that its certificate never comes. */
  bindsVariable(project: string, { variable, branch, deployment }: NamingVariable): boolean {
    return this.all().some(
      ({ project: home, uses }) =>
        mayBeSameProject(home, project) &&
        uses?.variable === variable &&
        isUsedAt(uses, { name: deployment, branchName: branch }),
    );
  }

  /** Whether a binding of the program uses, or has used, a variable of a branch to name its certificates. */
  haveUsed(project: string, { variable, branch, deployment }: NamingVariable): boolean {
    return this.all().some(({ project: home, uses, usedBefore }) =>
      [uses, usedBefore].some(
        used =>
          mayBeSameProject(home, project) &&
          used !== undefined &&
          (used.variable === variable || used.formerly?.includes(variable) === true) &&
          isUsedAt(used, { name: deployment, branchName: branch }),
      ),
    );
  }

  /** Whether bindings of the program have a deployment among their stages. */
  useDeployment(project: string, place: DeploymentPlace): boolean {
    return this.all().some(
      ({ project: home, uses }) =>
        mayBeSameProject(home, project) && uses !== undefined && isUsedAt(uses, place),
    );
  }

  /** The variables that bindings of the program are to set for a deployment. */
  variablesAt(project: string, place: DeploymentPlace): string[] {
    return this.all().flatMap(({ project: home, uses }) =>
      mayBeSameProject(home, project) && uses !== undefined && isUsedAt(uses, place) ? [uses.variable] : [],
    );
  }

  /** Those of them that they have not set before: nobody knows what they name yet. */
  variablesComingTo(project: string, place: DeploymentPlace): string[] {
    return this.all().flatMap(({ project: home, uses, usedBefore }) => {
      if (!mayBeSameProject(home, project) || uses === undefined || !isUsedAt(uses, place)) return [];
      const isKnown = usedBefore?.variable === uses.variable && isUsedAt(usedBefore, place);
      return isKnown ? [] : [uses.variable];
    });
  }

  /** Whether a binding uses one of them on a branch of the project. */
  useBranch(project: string, branch: string): boolean {
    return this.all().some(
      wanted => mayBeSameProject(wanted.project, project) && wanted.uses?.branches.includes(branch) === true,
    );
  }

  private all(): WantedCertificate[] {
    return [...this.wanted.values()];
  }
}

function isUsedAt({ branches, deployments }: WantedUses, { name, branchName }: DeploymentPlace): boolean {
  return deployments.includes(name) || (branchName !== undefined && branches.includes(branchName));
}
