import {
  Cancelled,
  Invalid,
  mayBeGone,
  NotFound,
  Referenced,
  Unauthorized,
  unlessGone,
  wasLost,
  ZuploError,
} from "../api/errors";
import { lagMs, whileLagging } from "../api/lag";
import {
  type CertificateResponse,
  type DeploymentResponse,
  type EnvironmentType,
  environmentTypes,
} from "../api/responses";
import type { ProjectSession } from "../projectSession";
import { typeOf } from "./builds";
import { enabledTypes } from "./environments";
import { requireGone } from "./gone";
import { certificateLock } from "./locks";
import type { Exempt, Objection } from "./objections";
import { yetToLeave } from "./yetToLeave";

/** What stands in the way of a deletion. */
export interface Obstacles {
  objections: Objection[];
  /** Deployments that may run with it. */
  holders: DeploymentResponse[];
  /** Whether at least one of them does for certain. Where none does, Zuplo itself can tell. */
  isHeld: boolean;
  /** Somebody may have uploaded it just now, and is about to name it. */
  isRecent: boolean;
  /** Whether it is disabled for each type of which a deployment is seen. */
  isDisabled: boolean;
}

const nothing: Exempt = () => false;
/** For how long an upload of another generation is left alone while it is still enabled, in milliseconds. */
export const recentMs = 60 * 60 * 1000;

/**
 * The one place that answers "may it be disabled" and "may it be deleted", and that disables and deletes. It looks at
 * Zuplo, never at what it remembers.
 */
export class Safety {
  constructor(private readonly session: ProjectSession) {}

  /**
   * Disables a certificate for each of the types for which nobody would miss it. A type stays enabled while there is an
   * objection, which includes that no deployment of it is seen. @returns the objections, by type; none where it is
   * disabled now, or gone.
   */
  async disable(
    id: string,
    types: readonly EnvironmentType[],
    exempt: Exempt = nothing,
  ): Promise<Map<EnvironmentType, Objection[]>> {
    const kept = new Map<EnvironmentType, Objection[]>();
    const isEnabled = (certificate: CertificateResponse) =>
      enabledTypes(certificate).some(type => types.includes(type));
    const known = await this.session.certificates.get(id);
    if (known !== undefined && !isEnabled(known)) return kept;
    await this.alone(id, async () => {
      if (this.session.certificates.isForgotten(id)) return;
      const listed = await this.session.certificates.get(id);
      // Somebody of this run was faster.
      if (listed !== undefined && !isEnabled(listed)) return;
      const certificate = await this.freshCertificate(id);
      if (certificate === undefined) return;
      const enabled = enabledTypes(certificate);
      for (const type of enabled.filter(type => types.includes(type))) {
        const found = [
          ...(await this.session.objections.to(certificate, type)),
          ...(await this.session.objections.unseen(type)),
        ];
        const objections = found.filter(objection => !exempt(objection));
        if (objections.length > 0) kept.set(type, objections);
      }
      const wanted = enabled.filter(type => !types.includes(type) || kept.has(type));
      if (wanted.length === enabled.length) return;
      await this.writeTypes(certificate, wanted);
    });
    return kept;
  }

  /** Enables a certificate for more environment types, by what is true now. @returns those that are new. */
  async enable(id: string, types: readonly EnvironmentType[]): Promise<EnvironmentType[]> {
    return this.alone(id, () => this.enableNow(id, types));
  }

  /** The same, for whoever has it alone. */
  async enableNow(id: string, types: readonly EnvironmentType[]): Promise<EnvironmentType[]> {
    const { client, scope, certificates } = this.session;
    const certificate = await certificates.record(await client.getCertificate(scope, id));
    const enabled = enabledTypes(certificate);
    const wanted = environmentTypes.filter(type => enabled.includes(type) || types.includes(type));
    if (wanted.length > enabled.length) await this.writeTypes(certificate, wanted);
    return wanted.filter(type => !enabled.includes(type));
  }

  /** Does something while nothing else in this run enables, disables or deletes a certificate. */
  async alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    return this.session.exclusively(certificateLock(id), work);
  }

  /**
   * What stands in the way of deleting a certificate: one that another has replaced, one that is removed from running
   * deployments, or one that no state knows of.
   */
  async obstaclesTo(
    certificate: CertificateResponse,
    whose: "replaced" | "removed" | "orphan",
    everEnabledFor?: readonly EnvironmentType[],
  ): Promise<Obstacles> {
    const enabled = enabledTypes(certificate);
    // Where a replaced one is disabled, it has been looked who names it.
    const types = whose === "replaced" ? enabled : environmentTypes;
    const found = await Promise.all(
      types.map(async type => {
        const objections = await this.session.objections.to(certificate, type);
        // Where an orphan is disabled, an unreadable branch that named it would have been broken before.
        const isIdle = whose === "orphan" && !enabled.includes(type);
        return objections.filter(({ kind }) => kind !== "unreadable" || !isIdle);
      }),
    );
    const rolling = yetToLeave(this.session, certificate.name);
    if (rolling !== undefined) found.push([{ kind: "wayBack", branch: "", deployment: rolling }]);
    const objections = found.flat().filter(unique());
    const isRecent = whose === "orphan" && this.isRecent(certificate);
    const holders = await this.holdersOf(certificate, everEnabledFor);
    const isHeld = holders.some(deployment => this.session.builds.binds(deployment, certificate) === "yes");
    const isDisabled = (await this.session.objections.enabledWhereSeen(certificate)).length === 0;
    return { objections, holders, isHeld, isRecent, isDisabled };
  }

  /**
   * Whether it may be a fresh upload of somebody else's that no variable names yet: another stack may have the same
   * lineage, where project, stack and resource have the same names.
   */
  isRecent(certificate: CertificateResponse): boolean {
    const age = this.session.run.now() - Date.parse(certificate.createdOn ?? "");
    return (
      enabledTypes(certificate).length > 0 && !this.session.ledger.isOwn(certificate) && !(age >= recentMs)
    );
  }

  /**
   * The deployments that may run with a certificate, working copies too.
   *
   * @param everEnabledFor the types for which it was enabled at any time, where that is known
   */
  async holdersOf(
    certificate: CertificateResponse,
    everEnabledFor: readonly EnvironmentType[] = environmentTypes,
  ): Promise<DeploymentResponse[]> {
    const types = new Set([...everEnabledFor, ...enabledTypes(certificate)]);
    return (await this.session.deployments.list()).filter(
      deployment =>
        types.has(typeOf(deployment)) && this.session.builds.binds(deployment, certificate) !== "no",
    );
  }

  /** Deletes a certificate that may be deleted. @returns Zuplo's refusal, where it still counts a user of it. */
  async erase(certificate: Pick<CertificateResponse, "id" | "name">, types?: readonly EnvironmentType[]) {
    // Who is disabling it meanwhile would not find it.
    return this.alone(certificate.id, () => this.eraseNow(certificate, types));
  }

  /**
   * The same for what no state knows, by what stands in the way when nobody else of this run can change it. A deployment
   * that is yet to be rolled may have to go back to it.
   */
  async eraseOrphan(
    certificate: CertificateResponse,
    mayGo: (obstacles: Obstacles) => boolean,
  ): Promise<boolean> {
    return this.alone(certificate.id, async () => {
      const { certificates, run, scope } = this.session;
      if (run.program.redeployments.isYetToLeave(scope.project, certificate.name)) return false;
      const now = (await certificates.get(certificate.id)) ?? certificate;
      if (!mayGo(await this.obstaclesTo(now, "orphan"))) return false;
      return (await this.eraseNow(now)) === undefined;
    });
  }

  private async eraseNow(
    certificate: Pick<CertificateResponse, "id" | "name">,
    types?: readonly EnvironmentType[],
  ): Promise<ZuploError | undefined> {
    const { client, scope, certificates } = this.session;
    if (certificates.isForgotten(certificate.id)) return undefined;
    try {
      await client.deleteCertificate(scope, certificate.id, certificate.name);
    } catch (error) {
      // What is not there may be refused in the same way as what is in use.
      if (error instanceof Referenced)
        return error.status !== 409 && (await this.isGone(certificate, types)) ? undefined : error;
      // An answer that was lost, or is none of Zuplo's, proves nothing: its own address does.
      const isLost = wasLost(error);
      if (!isLost && !mayBeGone(error)) throw error;
      // The attempt before may have deleted it, which what is read may show later.
      const stays = await whileLagging(
        () => this.whyItStays(certificate, types, error),
        why => why === undefined,
        error.isRepeat || isLost ? lagMs : 0,
      );
      if (stays !== undefined) throw stays;
    }
    await certificates.forget(certificate.id);
    return undefined;
  }

  /** A certificate as it is now; undefined where it is gone, which whoever needs it will notice. */
  async freshCertificate(id: string): Promise<CertificateResponse | undefined> {
    const { client, scope, certificates } = this.session;
    try {
      return await certificates.record(await client.getCertificate(scope, id));
    } catch (error) {
      if (!mayBeGone(error)) throw error;
      const known = await certificates.get(id);
      await this.requireGoneOrRefused(known ?? { id, name: id }, known && enabledTypes(known), error);
      await certificates.forget(id);
      return undefined;
    }
  }

  /** Why a certificate whose delete was refused is not known to be gone. */
  private async whyItStays(
    certificate: Pick<CertificateResponse, "id" | "name">,
    types: readonly EnvironmentType[] | undefined,
    refusal: ZuploError,
  ): Promise<ZuploError | undefined> {
    const { client, scope } = this.session;
    try {
      const isThere = async () =>
        (await unlessGone(client.getCertificate(scope, certificate.id))) !== undefined;
      if (!(refusal instanceof NotFound) && (await isThere())) return refusal;
      await this.requireGoneOrRefused(certificate, types, refusal);
      return undefined;
    } catch (error) {
      if (!(error instanceof ZuploError) || error instanceof Cancelled) throw error;
      return error;
    }
  }

  private async isGone(
    certificate: Pick<CertificateResponse, "id" | "name">,
    types: readonly EnvironmentType[] | undefined,
  ): Promise<boolean> {
    const { client, scope, certificates } = this.session;
    if ((await unlessGone(client.getCertificate(scope, certificate.id))) !== undefined) return false;
    try {
      await requireGone(this.session, certificate, types);
    } catch (error) {
      if (!(error instanceof ZuploError) || error instanceof Cancelled) throw error;
      return false;
    }
    await certificates.forget(certificate.id);
    return true;
  }

  /** A 404 leads to why it proves nothing; any other refusal says more than that where the certificate may be there. */
  private async requireGoneOrRefused(
    certificate: Pick<CertificateResponse, "id" | "name">,
    types: readonly EnvironmentType[] | undefined,
    refusal: ZuploError,
  ): Promise<void> {
    try {
      await requireGone(this.session, certificate, types, refusal);
    } catch (error) {
      throw refusal instanceof Unauthorized || refusal instanceof Invalid ? refusal : error;
    }
  }

  private async writeTypes(
    certificate: CertificateResponse,
    wanted: readonly EnvironmentType[],
  ): Promise<void> {
    const { certificates, deployments, builds, ledger } = this.session;
    builds.keepLetGo(await deployments.known(), certificate);
    const disabling = enabledTypes(certificate).filter(type => !wanted.includes(type));
    const written = await this.write(certificate, wanted).catch(error => {
      if (wasLost(error)) for (const type of disabling) ledger.noteDisableLost(certificate.id, type);
      throw error;
    });
    await certificates.recordWritten(written, { isNew: false });
    const disabled = enabledTypes(certificate).filter(type => !written.environments[type]);
    if (disabled.length > 0) builds.noteDisabled(certificate.id, disabled);
  }

  private async write(
    certificate: CertificateResponse,
    wanted: readonly EnvironmentType[],
  ): Promise<CertificateResponse> {
    const { client, scope } = this.session;
    const update = (types: readonly EnvironmentType[]) =>
      client.updateCertificate(scope, certificate.id, certificate.name, types);
    if (wanted.length > 0) return update(wanted);
    const written = await client.disableCertificate(scope, certificate.id, certificate.name, async () => {
      const unused = await this.unusedType();
      // It was disabled like this before. Writing it again would move the date that tells whose builds may bind it.
      return enabledTypes(certificate).join() === unused ? undefined : unused;
    });
    return written ?? certificate;
  }

  /**
   * Zuplo's CLI disables a certificate with an empty list, while its OpenAPI asks for one type at least. Where the
   * empty list is refused, a type without deployments disables it just as well, or else the one of working copies: they
   * may bind it, and no caller sees them.
   */
  private async unusedType(): Promise<EnvironmentType> {
    const deployments = await this.session.deployments.list();
    const used = new Set(deployments.map(typeOf));
    const served = new Set(deployments.filter(({ isWorkingCopy }) => !isWorkingCopy).map(typeOf));
    return (
      environmentTypes.find(type => !used.has(type)) ??
      environmentTypes.find(type => !served.has(type)) ??
      // Only working copies have it, however they are listed.
      "development"
    );
  }
}

/** Nobody needs it. Where it is only not known who has let it go, Zuplo's refusal tells. */
export function isFree({ objections, holders, isHeld, isRecent, isDisabled }: Obstacles): boolean {
  if (objections.length > 0 || isRecent) return false;
  return holders.length === 0 || (isDisabled && !isHeld);
}

function unique(): (objection: Objection) => boolean {
  const seen = new Set<string>();
  return objection => {
    const key = JSON.stringify(objection);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
}
