import type { CertificateResponse, EnvironmentType } from "../provider/api/responses";
import { enabledTypes } from "../provider/rotation/environments";
import { recentMs } from "../provider/rotation/safety";
import { mayTakePart, type Obstacle, type RotationFacts, takesPart } from "./obstacles";
import { isLeftBehind, type RotationBranch } from "./rotationBranches";
import type { StackExport } from "./stackExport";

/** What a run does. `isCertain`: false where it depends on what Zuplo does not tell. */
export type RotationStep =
  /** The new certificate once more, under another name where the one that is there is in use. */
  | { action: "upload"; isCertain: boolean }
  /** A variable is set to the new certificate; its name is missing where it could not be read. */
  | { action: "setVariable"; branch: string; variable?: string; isCertain: boolean }
  | { action: "disable"; certificate: string; environmentType: EnvironmentType; isCertain: boolean }
  | { action: "redeploy"; branch: string; deployment: string; isCertain: boolean }
  | { action: "delete"; certificate: string; isCertain: boolean };

/** Tells what the next run does, in its order: nothing else, and for certain what is said to be. */
export class NextSteps {
  constructor(
    private readonly facts: RotationFacts,
    private readonly obstacles: readonly Obstacle[],
    private readonly now: number,
    private readonly stack: StackExport | undefined,
  ) {}

  /** Of a run whose state has the new certificate. */
  goingOn(): RotationStep[] {
    const { old, branches } = this.facts;
    const variables = branches.flatMap(branch => this.settings(branch));
    const redeploys = branches.flatMap(branch => this.redeploy(branch));
    const isMoving = [...variables, ...redeploys].some(({ isCertain }) => isCertain);
    return [...variables, ...this.disables(old), ...redeploys, ...this.deletes(old, isMoving)];
  }

  /** Of a run whose state does not have it: what a killed run has uploaded is never adopted. */
  fromStart(): RotationStep[] {
    const { newest, old, branches } = this.facts;
    const open = (steps: readonly RotationStep[]) => steps.map(step => ({ ...step, isCertain: false }));
    return [
      { action: "upload", isCertain: true },
      ...branches.flatMap(branch => this.settings(branch, true)),
      ...this.disables(old),
      ...open(this.disables([newest])),
      ...branches.flatMap(branch => this.redeploy(branch, true)),
      ...this.deletes(old, true),
      ...open(this.deletes([newest], false)),
    ];
  }

  private settings(branch: RotationBranch, isAgain = false): RotationStep[] {
    const { branch: place, variables } = branch;
    const { name } = this.facts.newest;
    if (takesPart(branch))
      return variables
        .filter(({ certificate }) => isAgain || certificate !== name)
        .filter(variable => !isLeftBehind(this.stack, place, variable.name))
        .map(variable => ({
          action: "setVariable",
          branch: place,
          variable: variable.name,
          isCertain: true,
        }));
    if (!mayTakePart(branch)) return [];
    const known = this.stack?.variables.filter(variable => variable.branch === place) ?? [];
    const unread = { action: "setVariable" as const, branch: place, isCertain: false };
    return known.length === 0 ? [unread] : known.map(variable => ({ ...unread, variable: variable.name }));
  }

  private redeploy(branch: RotationBranch, isAgain = false): RotationStep[] {
    const { branch: place, deployment, variables, holds } = branch;
    if (deployment === undefined || !(takesPart(branch) || mayTakePart(branch))) return [];
    const { id, name } = this.facts.newest;
    const held = holds.find(({ certificate }) => certificate === name);
    const isOldNamed = variables.some(
      variable => variable.certificate !== name && !isLeftBehind(this.stack, place, variable.name),
    );
    const isStored = this.stack?.builds.get(deployment)?.bound.includes(id) === true;
    // What the state has as done is not done again.
    if (!isAgain && isStored && !isOldNamed && held?.isCertain === true) return [];
    const isCertain = takesPart(branch) && (isAgain || isOldNamed || held === undefined);
    return [{ action: "redeploy", branch: place, deployment, isCertain }];
  }

  private disables(certificates: readonly CertificateResponse[]): RotationStep[] {
    return certificates.flatMap(certificate =>
      enabledTypes(certificate).flatMap(type => this.disable(certificate, type)),
    );
  }

  /** It stays enabled for a type where a branch that the program does not have names it, or may. */
  private disable(certificate: CertificateResponse, environmentType: EnvironmentType): RotationStep[] {
    const { name } = certificate;
    const ofType = this.facts.branches.filter(branch => branch.environmentType === environmentType);
    const isStranger = ({ branch, variables }: RotationBranch) =>
      variables.some(
        variable => variable.certificate === name && isLeftBehind(this.stack, branch, variable.name),
      );
    if (ofType.some(isStranger)) return [];
    const isCertain = this.isOurs(certificate) && !ofType.some(isOpen) && ofType.some(takesPart);
    return [{ action: "disable", certificate: name, environmentType, isCertain }];
  }

  /** @param isMoving whether the run does something else for certain: one with nothing to do deletes nothing */
  private deletes(certificates: readonly CertificateResponse[], isMoving: boolean): RotationStep[] {
    return certificates.flatMap(certificate => {
      const { name } = certificate;
      const inTheWay = this.obstacles.filter(one => !("certificate" in one) || one.certificate === name);
      if (inTheWay.some(({ isCertain }) => isCertain)) return [];
      const mayBeKept = inTheWay.some(({ kind }) => kind !== "variable") || this.facts.branches.some(isOpen);
      const isCertain = isMoving && !mayBeKept && this.isOurs(certificate);
      return [{ action: "delete" as const, certificate: name, isCertain }];
    });
  }

  /** Whether the program knows it for its own: of several old ones, some may be of runs that have stored nothing. */
  private isOurs({ id, createdOn }: CertificateResponse): boolean {
    if (this.stack?.certificates.some(held => held.id === id) === true) return true;
    return this.facts.old.length === 1 && this.now - Date.parse(createdOn ?? "") >= recentMs;
  }
}

/** Nobody but the stack knows whether another of its variables names one. */
function isOpen({ variablesRead, isOfStack }: RotationBranch): boolean {
  return variablesRead !== "all" && isOfStack !== true;
}
