import type { DeploymentResponse } from "../provider/api/responses";
import { expiresUntil, isReadable } from "../provider/certificates/expiry";
import type { CertificateResult } from "../provider/lookups/contracts";
import { describeCertificate } from "../provider/lookups/lookup";
import { canBind } from "../provider/rotation/builds";
import type { Session } from "../provider/session";
import type { Code } from "../provider/text/codes";
import { dayMs } from "../provider/text/duration";
import { readLists } from "./projectLists";
import type { EnvironmentReading } from "./rotationBranches";
import { type Rotation, rotationsOf } from "./rotations";
import { type StackExport, withinProject } from "./stackExport";

/** A certificate of a project, and who uses it as far as Zuplo tells. */
export interface CertificateStatus extends CertificateResult {
  /** Whole days until it expires; below 0 when it has expired, and null where its date cannot be read. */
  daysLeft: number | null;
  /**
   * True when it expires within the time that was asked for, or may, since its date cannot be read; always false where no
   * time was asked for.
   */
  expiring: boolean;
  /** Under which the expiry stands in the documentation, where there is something to do about it. */
  code?: Code;
  /** The variables that hold its name now, by environment. */
  variables: { name: string; environment: string; branch: string }[];
  /**
   * The deployments that can have bound it: it was enabled for their environment type when they were last deployed.
   * Zuplo does not tell which of them do.
   */
  deployments: {
    name: string;
    branch?: string;
    environmentType?: string;
    /** A developer's copy in Zuplo's editor, made from the branch. */
    isWorkingCopy: boolean;
    url?: string;
  }[];
}

/** What `pulumi-zuplo status` tells, soonest expiry first. */
export interface Status {
  account: string;
  project: string;
  certificates: CertificateStatus[];
  /** The environments whose variables Zuplo does not show. */
  unreadEnvironments: string[];
  /** The rotations that are not at their end. */
  rotations: Rotation[];
}

/**
 * Reads a project. `withinMs`: until when, from now on, an expiry is reported. `stack`: what a stack knows of its
 * rotations. It writes nothing.
 */
export async function readStatus(
  session: Session,
  withinMs: number | undefined,
  stack?: StackExport,
): Promise<Status> {
  const project = await session.project({});
  const lists = await readLists(project);
  const { certificates, deployments, environments: variables } = lists;
  const now = session.now();
  const status = certificates.map(certificate => {
    const { validTo } = certificate.certificateInfo;
    const daysLeft = isReadable(validTo) ? Math.floor((Date.parse(validTo) - now) / dayMs) : null;
    const expiring = withinMs !== undefined && expiresUntil(validTo, now + withinMs);
    return {
      ...describeCertificate(certificate),
      daysLeft,
      expiring,
      ...codeOfExpiry(daysLeft, expiring),
      variables: variables.flatMap(reading => naming(reading, certificate.name)),
      deployments: deployments.filter(deployment => canBind(deployment, certificate)).map(describeDeployment),
    };
  });
  return {
    ...project.scope,
    certificates: status.sort((a, b) => expiryOf(a) - expiryOf(b) || a.name.localeCompare(b.name)),
    unreadEnvironments: variables
      .filter(({ told }) => told === undefined)
      .map(({ environment }) => environment.name),
    rotations: rotationsOf(lists, now, stack && withinProject(stack, project.scope)),
  };
}

function codeOfExpiry(daysLeft: number | null, expiring: boolean): { code?: Code } {
  if (daysLeft === null) return { code: "ZUPLO1213" };
  return expiring || daysLeft < 0 ? { code: "ZUPLO1216" } : {};
}

/** For the order. One whose date cannot be read comes first, where it is seen. */
function expiryOf({ validTo }: CertificateStatus): number {
  return isReadable(validTo) ? Date.parse(validTo) : 0;
}

function naming(
  { environment: { name: environment, branchName }, told }: EnvironmentReading,
  certificate: string,
) {
  return [...(told?.values ?? [])]
    .filter(([, value]) => value === certificate)
    .map(([name]) => ({ name, environment, branch: branchName ?? environment }));
}

function describeDeployment(deployment: DeploymentResponse) {
  const { name, branchName, environmentType, isWorkingCopy, url } = deployment;
  return {
    name,
    isWorkingCopy,
    ...(branchName === undefined ? {} : { branch: branchName }),
    ...(environmentType === undefined ? {} : { environmentType }),
    ...(url === undefined ? {} : { url }),
  };
}
