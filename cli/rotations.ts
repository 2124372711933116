import type { CertificateResponse, EnvironmentType } from "../provider/api/responses";
import { familyOf } from "../provider/certificates/name";
import { enabledTypes } from "../provider/rotation/environments";
import { type Holding, holdingsOf } from "./holding";
import { NextSteps, type RotationStep } from "./nextSteps";
import { type Obstacle, obstaclesOf } from "./obstacles";
import { branchesOf, type ProjectLists, type RotationBranch } from "./rotationBranches";
import type { StackCertificate, StackExport } from "./stackExport";

/** One of the certificates of a rotation. */
export interface Generation {
  id: string;
  name: string;
  /** The environment types for which it is enabled. */
  environments: EnvironmentType[];
  /** ISO 8601. */
  createdOn?: string;
}

/** A developer's copy in Zuplo's editor, which only its owner can save again. */
export interface RotationCopy {
  deployment: string;
  branch?: string;
  /** What Zuplo's portal shows of it. */
  label?: string;
  holds: Holding[];
}

/** Several certificates of one lineage at Zuplo: from the old ones to the new one, and not at its end. */
export interface Rotation {
  /** Prefix and lineage of the names; of fixed names, what the stack calls the resource. */
  lineage: string;
  /** The one that was uploaded last. */
  newCertificate: Generation;
  /** The others, youngest first. */
  oldCertificates: Generation[];
  /** The branches that name one of them, may name one, or whose deployment can have one bound. */
  branches: RotationBranch[];
  workingCopies: RotationCopy[];
  /** What the next run of the program does that has uploaded the new one, where it has these branches. */
  next: RotationStep[];
  /** What it does instead where its state does not have the new one; missing where a stack tells. */
  nextFromStart?: RotationStep[];
  /** What keeps an old certificate, whatever that run does. */
  inTheWay: Obstacle[];
}

/** The rotations that are under way in a project, by lineage. It looks at nothing but what it is given. */
export function rotationsOf(lists: ProjectLists, now: number, stack?: StackExport): Rotation[] {
  const groups = new Map<string, CertificateResponse[]>();
  const lineages = lineagesOf(lists.certificates, stack?.certificates ?? []);
  for (const certificate of lists.certificates) {
    const lineage = lineages.get(certificate.id);
    if (lineage !== undefined) groups.set(lineage, [...(groups.get(lineage) ?? []), certificate]);
  }
  return [...groups]
    .filter(([, certificates]) => certificates.length > 1)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([lineage, certificates]) => rotationOf(lineage, certificates, lists, now, stack));
}

/** The lineage of each certificate that has one, by id. */
function lineagesOf(
  certificates: readonly CertificateResponse[],
  stack: readonly StackCertificate[],
): Map<string, string> {
  const lineages = new Map<string, string>();
  for (const { id, name } of certificates) {
    const family = familyOf(name);
    if (family !== undefined) lineages.set(id, family);
  }
  const own = stack.filter(({ isExternal, urn }) => !isExternal && urn !== undefined);
  for (const urn of new Set(own.map(held => held.urn))) {
    const ofResource = own.filter(held => held.urn === urn);
    const members = certificates.filter(({ id, name }) =>
      ofResource.some(held => held.id === id || held.name === name),
    );
    const resource = urn?.split("::").at(-1) ?? "";
    const lineage = members.map(({ id }) => lineages.get(id)).find(known => known !== undefined) ?? resource;
    for (const { id } of members) if (!lineages.has(id)) lineages.set(id, lineage);
  }
  return lineages;
}

function rotationOf(
  lineage: string,
  certificates: readonly CertificateResponse[],
  lists: ProjectLists,
  now: number,
  whole: StackExport | undefined,
): Rotation {
  const stack = whole && ofCertificates(whole, certificates);
  const pending = new Set(stack?.certificates.flatMap(({ id, isPending }) => (isPending ? [id] : [])));
  const age = ({ createdOn }: CertificateResponse) => Date.parse(createdOn ?? "") || 0;
  const [newest, ...old] = [...certificates].sort(
    (a, b) => Number(pending.has(a.id)) - Number(pending.has(b.id)) || age(b) - age(a),
  );
  if (newest === undefined) throw new Error("a rotation has certificates");
  const builds = stack?.builds ?? new Map();
  const facts = {
    newest,
    old,
    branches: branchesOf(certificates, lists, stack),
    workingCopies: lists.deployments
      .filter(({ isWorkingCopy }) => isWorkingCopy)
      .map(({ name, branchName, label, ...rest }) => ({
        deployment: name,
        ...(branchName === undefined ? {} : { branch: branchName }),
        ...(label === undefined ? {} : { label }),
        holds: holdingsOf({ name, branchName, label, ...rest }, certificates, builds),
      }))
      .filter(({ holds }) => holds.length > 0),
  };
  const inTheWay = obstaclesOf(facts, lists.deployments, stack);
  const steps = new NextSteps(facts, inTheWay, now, stack);
  const isStored = stack?.certificates.some(({ id }) => id === newest.id);
  return {
    lineage,
    newCertificate: generation(newest),
    oldCertificates: old.map(generation),
    branches: facts.branches,
    workingCopies: facts.workingCopies,
    next: isStored === false ? steps.fromStart() : steps.goingOn(),
    ...(isStored === undefined ? { nextFromStart: steps.fromStart() } : {}),
    inTheWay,
  };
}

/** Without the variables that are for something else: those with another value, where it is known. */
function ofCertificates(stack: StackExport, certificates: readonly CertificateResponse[]): StackExport {
  const isOne = (value: string) =>
    certificates.some(
      ({ name }) => name === value || (familyOf(name) !== undefined && familyOf(name) === familyOf(value)),
    );
  const variables = stack.variables.filter(({ value }) => value === undefined || isOne(value));
  return { ...stack, variables };
}

function generation(certificate: CertificateResponse): Generation {
  const { id, name, createdOn } = certificate;
  return {
    id,
    name,
    environments: enabledTypes(certificate),
    ...(createdOn === undefined ? {} : { createdOn }),
  };
}
