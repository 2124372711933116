import type { CertificateResponse, DeploymentResponse, EnvironmentType } from "../api/responses";
import { isSameFamily } from "../certificates/name";
import type { UsedBefore, WantedRedeployment } from "../program/redeployments";
import type { SetEarlier } from "../program/variables";
import type { ProjectSession } from "../projectSession";
import { isSameVariable, type VariableValue } from "./branchVariable";
import { typeOf } from "./builds";
import { enabledTypes } from "./environments";

/** Why a certificate may not be disabled for an environment type, or not be deleted. */
export type Objection =
  /** The next deploy of the branch would come up without it. */
  | { kind: "named"; branch: string; variable: string; deployment: string }
  /** A Redeployment of the program lists it. */
  | { kind: "listed"; branch: string; deployment: string }
  /** Nobody can look at these variables, or at any, and nothing of the program says that the branch does without it. */
  | { kind: "unreadable"; branch: string; deployment: string; variables?: readonly string[] }
  /** No variable named it when its deployment let it go: its name may stand in the gateway's code. */
  | { kind: "inCode"; branch: string; deployment: string }
  /** The variable, which cannot be read, may name it until the program has given it another value. */
  | { kind: "awaited"; branch: string; variable: string; deployment: string }
  /** A rollback of this run has put it back into service there. */
  | { kind: "held"; branch: string; deployment: string }
  /** A roll of this run has let it go there, and may still go back to it. */
  | { kind: "wayBack"; branch: string; deployment: string }
  /** No deployment of this type is seen: a key that sees less cannot tell who would miss it. */
  | { kind: "unseen"; branch: string; deployment: string; type: EnvironmentType };

/** What does not count as an objection. */
export type Exempt = (objection: Objection) => boolean;

/**
 * Who would miss a certificate: looked up at Zuplo, never in what is remembered. It is missed where the next deploy of a
 * branch would need it.
 */
export class Objections {
  constructor(private readonly session: ProjectSession) {}

  /** Who would miss a certificate that is disabled for an environment type; a working copy never does. */
  async to(certificate: CertificateResponse, type: EnvironmentType): Promise<Objection[]> {
    const found = await Promise.all(
      (await this.branchesOf(type)).map(deployment => this.objectionsOf(deployment, certificate)),
    );
    const holder = this.session.ledger.heldBy(certificate.id, type);
    const held: Objection[] = holder === undefined ? [] : [{ kind: "held", branch: "", deployment: holder }];
    return [...held, ...found.flat()];
  }

  /** The objection that no deployment of a type is seen; a working copy is seen by its own developer only. */
  async unseen(type: EnvironmentType): Promise<Objection[]> {
    if (type === "development" || (await this.branchesOf(type)).length > 0) return [];
    return [{ kind: "unseen", branch: "", deployment: "", type }];
  }

  /** The types for which a certificate is enabled, and of which a deployment is seen. */
  async enabledWhereSeen(certificate: CertificateResponse): Promise<EnvironmentType[]> {
    const types: EnvironmentType[] = [];
    for (const type of enabledTypes(certificate))
      if ((await this.unseen(type)).length === 0) types.push(type);
    return types;
  }

  /**
   * Whether deployments of the given types may be there that are not seen. A project has a production as a rule, the
   * deployment of its default branch, while previews come and go.
   */
  async mayHide(types: readonly EnvironmentType[]): Promise<boolean> {
    return types.includes("production") && (await this.unseen("production")).length > 0;
  }

  /**
   * Whether a deployment of a type, besides one, may run with a certificate whose name stands in its code: nothing in this
   * run says that it used it by a variable.
   */
  async mayBeInCode(
    certificate: CertificateResponse,
    type: EnvironmentType,
    besides?: string,
  ): Promise<boolean> {
    const { builds, run, scope } = this.session;
    const usedByVariable = (deployment: DeploymentResponse) =>
      run.program.redeployments
        .of(scope.project, deployment)
        .some(({ before }) => before?.variables.some(({ value }) => value === certificate.name) === true);
    return (await this.branchesOf(type)).some(
      deployment =>
        deployment.name !== besides &&
        builds.binds(deployment, certificate) !== "no" &&
        !usedByVariable(deployment),
    );
  }

  /** The types for which nothing in this run says that a certificate was used by variables, so that code may name it. */
  async typesInCode(certificate: CertificateResponse): Promise<EnvironmentType[]> {
    const { ledger, run, scope } = this.session;
    const { redeployments, variables } = run.program;
    const { name } = certificate;
    const isNamed =
      ledger.hadBefore(name) ||
      variables.haveHad(scope.project, name) ||
      redeployments.haveNamed(scope.project, name);
    if (isNamed) return [];
    const types = await Promise.all(
      enabledTypes(certificate).map(async type =>
        (await this.mayBeInCode(certificate, type)) ? [type] : [],
      ),
    );
    return types.flat();
  }

  /** The deployments of a type that are a branch's own. */
  private async branchesOf(type: EnvironmentType): Promise<DeploymentResponse[]> {
    const own = (all: readonly DeploymentResponse[]) =>
      all.filter(deployment => !deployment.isWorkingCopy && typeOf(deployment) === type);
    const known = own(await this.session.deployments.list());
    // What is read again after a wait is read as a whole: a branch may have come meanwhile.
    const isStale = known.some(deployment => this.session.variables.isStale(deployment));
    return isStale ? own(await this.session.variables.inThisMoment(this.session.deployments)) : known;
  }

  private async objectionsOf(
    deployment: DeploymentResponse,
    certificate: CertificateResponse,
  ): Promise<Objection[]> {
    const { run, scope } = this.session;
    const place = { branch: deployment.branchName ?? deployment.name, deployment: deployment.name };
    const users = run.program.redeployments.of(scope.project, deployment);
    if (users.some(({ certificates }) => certificates.includes(certificate.name)))
      return [{ kind: "listed", ...place }];
    const isInCode = users.some(
      ({ before }) => before !== undefined && mayNameInCode(before, certificate.name),
    );
    // A variable may name it all the same, which nobody lists.
    const byVariables = await this.byVariables(deployment, certificate, users);
    return isInCode ? [{ kind: "inCode", ...place }, ...byVariables] : byVariables;
  }

  private async byVariables(
    deployment: DeploymentResponse,
    certificate: CertificateResponse,
    users: readonly WantedRedeployment[],
  ): Promise<Objection[]> {
    const { run, scope, variables } = this.session;
    const place = { branch: deployment.branchName ?? deployment.name, deployment: deployment.name };
    const told = await variables.of(deployment);
    const naming = [...(told?.values ?? [])].filter(([, value]) => value === certificate.name);
    // What is told may be masked, or be what is deployed: what this run has set counts all the same.
    const set = variables.setTo(place.branch, certificate.name);
    const named = [...new Set([...naming.map(([variable]) => variable), ...set])];
    if (named.length > 0) return named.map(variable => ({ kind: "named" as const, variable, ...place }));
    const isWritten = (name: string) =>
      variables.writtenValueOf({ branch: place.branch, name }) !== undefined;
    const isEmpty = (name: string) => told?.empty.includes(name) === true && this.isReadable(place, name);
    const unread = told?.masked.filter(name => !isWritten(name) && !isEmpty(name));
    if (unread?.length === 0) return [];
    // What is set here for the first time may name anything until it is: a variable that another binding has left, too.
    const isComing = run.program.certificates
      .variablesComingTo(scope.project, deployment)
      .some(name => !isWritten(name));
    if (!isComing && this.isVouchedFor(users, place.branch, certificate.name)) return [];
    return [{ kind: "unreadable", ...place, ...(unread === undefined ? {} : { variables: unread }) }];
  }

  /** Whether a variable is no secret, as the program tells: without a value, it names nothing. */
  private isReadable({ branch, deployment }: { branch: string; deployment: string }, name: string): boolean {
    const { run, scope } = this.session;
    return (
      run.program.variables.isReadable(scope.project, { branch, name }) ||
      run.program.certificates.haveUsed(scope.project, { variable: name, branch, deployment })
    );
  }

  /** Whether every Redeployment of a branch that had a certificate, and there is one, vouches that it lets it go. */
  private isVouchedFor(users: readonly WantedRedeployment[], branch: string, name: string): boolean {
    const had = users.filter(({ before }) => before?.certificates.includes(name) === true);
    if (had.length > 0) return had.every(user => this.letsGo(user, name));
    return this.isPassedOver(users, branch, name);
  }

  /**
   * Whether a certificate of an earlier run that came into service nowhere, as states tell, is passed over: this run has
   * given each variable of the branch that is to name one of its lineage the successor's name. Nobody else has a reason to
   * name it.
   */
  private isPassedOver(users: readonly WantedRedeployment[], branch: string, name: string): boolean {
    const { run, scope, variables } = this.session;
    const { certificates, redeployments } = run.program;
    const successor = certificates.inPlaceOf(name, scope.project)?.name;
    const set = run.program.variables.setEarlierTo(scope.project, [name]);
    const isOwn = successor !== undefined || set.length > 0;
    if (!isOwn || redeployments.haveBoundBefore(scope.project, name)) return false;
    const isNext = (other: unknown) =>
      typeof other === "string" && other !== name && (other === successor || isSameFamily(other, name));
    const naming = users
      .filter(user => user.certificates.some(isNext))
      .map(user => user.variables.filter(({ value }) => isNext(value)));
    const isSet = (variable: VariableValue) => variables.writtenValueOf(variable) === variable.value;
    // One that no Redeployment lists has a state of its own.
    const isGivenUp = ({ now }: SetEarlier) =>
      now.branch !== branch || (variables.writtenValueOf(now) ?? name) !== name;
    return (
      naming.length > 0 && naming.every(own => own.length > 0 && own.every(isSet)) && set.every(isGivenUp)
    );
  }

  /**
   * Whether a Redeployment of the program vouches that its branch lets a certificate go in this run: it had it by its
   * variables, and this run has given each of these another value. One that never had it knows nothing of it.
   */
  private letsGo({ before, variables }: WantedRedeployment, name: string): boolean {
    const naming = before?.variables.filter(({ value }) => value === name) ?? [];
    const isSet = (last: VariableValue) =>
      variables.some(
        now =>
          isSameVariable(now, last) &&
          now.value !== name &&
          this.session.variables.writtenValueOf(now) === now.value,
      );
    return before?.certificates.includes(name) === true && naming.length > 0 && naming.every(isSet);
  }
}

/** Whether the code of a deployment may name a certificate: none of its variables did. */
function mayNameInCode({ certificates, variables, inCode }: UsedBefore, name: string): boolean {
  const isNamed = variables.some(({ value }) => value === name);
  return inCode?.includes(name) === true || (certificates.includes(name) && !isNamed);
}
