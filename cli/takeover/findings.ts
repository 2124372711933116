import type { Scope } from "../../provider/api/client";
import {
  type CertificateResponse,
  type DeploymentResponse,
  type EnvironmentType,
  environmentTypes,
} from "../../provider/api/responses";
import { factsOf } from "../../provider/certificates/parse";
import { isSameCertificate } from "../../provider/certificates/sameCertificate";
import { canBind, typeOf } from "../../provider/rotation/builds";
import { enabledTypes } from "../../provider/rotation/environments";
import { enumerated } from "../../provider/text/enumerated";
import { quote } from "../../provider/text/redact";
import { type EnvironmentReading, type ProjectLists, readingOf } from "../rotationBranches";
import { Identifiers } from "./identifiers";
import type { PemFile, PemFolder } from "./pemFolder";

/** A resource of the program that is written; `id` is the name of it there, `importId` what it has at Zuplo. */
interface Imported {
  id: string;
  importId: string;
}

export interface CertificateFound extends Imported {
  kind: "certificate";
  name: string;
  environments: EnvironmentType[];
  /** Of its PEM and of its key, as the program reads them. */
  path: string;
  keyPath: string;
  /** Whether the folder of PEM files has its key. */
  hasKey: boolean;
}

export interface VariableFound extends Imported {
  kind: "variable";
  branch: string;
  name: string;
  certificate: CertificateFound;
  /** What has to be there before it is set. */
  after: RedeploymentFound[];
}

export interface RedeploymentFound extends Imported {
  kind: "redeployment";
  /** The deployment by its branch, or by its name where the branch has several. */
  target: { branch: string } | { deployment: string };
  certificates: CertificateFound[];
  variables: VariableFound[];
  /** The other variables of its environment type. */
  after: VariableFound[];
}

export type ResourceFound = CertificateFound | VariableFound | RedeploymentFound;

/** What a project has of certificates, in the order in which a program says it. */
export interface Findings {
  scope: Scope;
  resources: ResourceFound[];
  /** The files that hold a private key, as the program reads them. */
  keyPaths: string[];
  /** What the program does not hold, each in a sentence that says what to do. */
  notes: string[];
}

/**
 * Concludes from what Zuplo tells, and from PEM files, what a program has to say so that its first run changes nothing.
 *
 * @param relative a path as the program reads it
 */
export function findingsOf(
  scope: Scope,
  lists: ProjectLists,
  pems: PemFolder,
  relative: (path: string) => string,
): Findings {
  const identifiers = new Identifiers();
  const notes = [...pems.notes];
  const certificates = lists.certificates.flatMap(certificate => {
    const found = certificateFound(certificate, pems.certificates, identifiers, relative);
    if (typeof found !== "string") return [found];
    notes.push(found);
    return [];
  });
  const seen = lists.deployments
    .filter(({ isWorkingCopy }) => !isWorkingCopy)
    .map(deployment => deploymentFound(deployment, lists, certificates));
  const inUse = seen.filter(({ certificates }) => certificates.length > 0);
  const resources: ResourceFound[] = [...certificates];
  let before: RedeploymentFound[] = [];
  // A later type is not touched before the one before it was seen to work.
  for (const type of environmentTypes) {
    const ofType = inUse.filter(({ deployment }) => typeOf(deployment) === type);
    const byId = new Map<string, VariableFound>();
    const set = ofType.map(found => {
      for (const variable of variablesOf(found, before, byId, identifiers))
        byId.set(variable.importId, variable);
      return { found, variables: found.named.flatMap(naming => byId.get(idOf(found, naming)) ?? []) };
    });
    const variables = [...byId.values()];
    const redeployments = set.map(each =>
      redeploymentOf(each.found, each.variables, variables, lists, identifiers),
    );
    resources.push(...variables, ...redeployments);
    if (redeployments.length > 0) before = redeployments;
  }
  notes.push(
    ...seen.flatMap(brokenNotes),
    ...undeployedNotes(lists, certificates),
    ...keyNotes(certificates),
    ...readingNotes(lists.environments),
  );
  // Those that the program reads, and whatever else lies beside them.
  const keyPaths = [...certificates.map(({ keyPath }) => keyPath), ...pems.keyPaths.map(relative)];
  return { scope, resources, keyPaths: [...new Set(keyPaths)], notes };
}

/** @returns a sentence that says why it is not in the program */
function certificateFound(
  certificate: CertificateResponse,
  pems: readonly PemFile[],
  identifiers: Identifiers,
  relative: (path: string) => string,
): CertificateFound | string {
  const { id, name, certificateInfo } = certificate;
  const environments = enabledTypes(certificate);
  if (environments.length === 0) {
    return `'${quote(name)}' (${quote(id)}) is enabled for no environment type: \`pulumi-zuplo prune ${quote(id)}\` says whether it can go.`;
  }
  const own = pems.filter(({ chain }) => isSameCertificate(certificate, factsOf(chain.leaf)));
  // Zuplo does not tell the chain that was uploaded: the longer one is the safer one to upload next.
  const [pem] = own.sort((a, b) => b.chain.intermediates.length - a.chain.intermediates.length);
  if (pem === undefined) {
    return (
      `'${quote(name)}' (${quote(id)}) is left out, since no file has its PEM, which Zuplo does not give back: ` +
      `subject ${quote(certificateInfo.subject)}, serial number ${quote(certificateInfo.serialNumber)}. ` +
      "Put it into the folder of --certificates, and run the command again, into another folder."
    );
  }
  const { path, keyPath } = pem;
  return {
    kind: "certificate",
    id: identifiers.of(name),
    importId: id,
    name,
    environments,
    path: relative(path),
    keyPath: relative(keyPath ?? path.replace(/(\.[^./\\]*)?$/, "-key.pem")),
    hasKey: keyPath !== undefined,
  };
}

/** A deployment, and the certificates of the program that it has. */
interface DeploymentFound {
  deployment: DeploymentResponse;
  branch: string | undefined;
  certificates: CertificateFound[];
  named: Naming[];
  /** Variables that name a certificate which is not enabled for the deployment: its next deploy breaks. */
  broken: Naming[];
}

/** A variable, and the certificate that it names. */
interface Naming {
  name: string;
  certificate: CertificateFound;
}

/**
 * A deployment has what the variables of its branch name. A certificate that no variable names may stand in the code:
 * production deployments that can have bound it, and those that are in the program anyway, keep it.
 */
function deploymentFound(
  deployment: DeploymentResponse,
  { certificates: listed, environments }: ProjectLists,
  certificates: readonly CertificateFound[],
): DeploymentFound {
  const told = readingOf(deployment, environments)?.told;
  const all = [...(told?.values ?? [])].flatMap(([name, value]) => {
    const certificate = certificates.find(found => found.name === value);
    return certificate === undefined ? [] : [{ name, certificate }];
  });
  const isUsable = ({ certificate }: Naming) => certificate.environments.includes(typeOf(deployment));
  const named = all.filter(isUsable);
  const isNamed = ({ name }: CertificateFound) =>
    environments.some(reading => [...(reading.told?.values.values() ?? [])].includes(name));
  const isHeld = ({ importId }: CertificateFound) => {
    const one = listed.find(({ id }) => id === importId);
    return one !== undefined && canBind(deployment, one);
  };
  const counts = named.length > 0 || typeOf(deployment) === "production";
  const held = counts ? certificates.filter(found => !isNamed(found) && isHeld(found)) : [];
  const ofVariables = new Set(named.map(({ certificate }) => certificate));
  return {
    deployment,
    branch: deployment.branchName,
    certificates: certificates.filter(found => ofVariables.has(found) || held.includes(found)),
    named: deployment.branchName === undefined ? [] : named,
    broken: all.filter(naming => !isUsable(naming)),
  };
}

/** The variables of a deployment that are not known yet: deployments of one branch share them. */
function variablesOf(
  found: DeploymentFound,
  after: RedeploymentFound[],
  known: ReadonlyMap<string, VariableFound>,
  identifiers: Identifiers,
): VariableFound[] {
  const { branch = "", named } = found;
  return named
    .filter(naming => !known.has(idOf(found, naming)))
    .map(naming => ({
      kind: "variable",
      id: identifiers.of(`${branch}-${naming.name}`),
      importId: idOf(found, naming),
      branch,
      ...naming,
      after,
    }));
}

function idOf({ branch = "" }: DeploymentFound, { name }: Naming): string {
  return `${branch}/${name}`;
}

function brokenNotes({ deployment, branch, broken }: DeploymentFound): string[] {
  return broken.map(
    ({ name, certificate }) =>
      `${quote(name)} in ${quote(branch ?? deployment.name)} names '${quote(certificate.name)}', which is not enabled for ${typeOf(deployment)}: the next deploy of the branch would break. Enable it, or set the variable, and run the command again, into another folder.`,
  );
}

function redeploymentOf(
  { deployment, branch, certificates }: DeploymentFound,
  variables: VariableFound[],
  ofType: readonly VariableFound[],
  { deployments }: ProjectLists,
  identifiers: Identifiers,
): RedeploymentFound {
  const { name } = deployment;
  const isAlone =
    branch !== undefined &&
    deployments.filter(each => !each.isWorkingCopy && each.branchName === branch).length === 1;
  return {
    kind: "redeployment",
    id: identifiers.of(branch ?? name),
    importId: name,
    target: isAlone ? { branch } : { deployment: name },
    certificates,
    variables,
    after: ofType.filter(variable => !variables.includes(variable)),
  };
}

/** A branch that is not deployed has nothing to redeploy; its variable is not seen by a rotation. */
function undeployedNotes(
  { deployments, environments }: ProjectLists,
  certificates: readonly CertificateFound[],
): string[] {
  const deployed = new Set(deployments.map(deployment => readingOf(deployment, environments)));
  return environments
    .filter(reading => !deployed.has(reading))
    .flatMap(({ environment: { name: environment, branchName }, told }) =>
      [...(told?.values ?? [])]
        .filter(([, value]) => certificates.some(({ name }) => name === value))
        .map(
          ([name, value]) =>
            `${quote(name)} in ${quote(branchName ?? environment)} names '${quote(value)}', and the branch has no deployment: set it by hand with the next certificate, or deploy the branch and run the command again, into another folder.`,
        ),
    );
}

function keyNotes(certificates: readonly CertificateFound[]): string[] {
  return certificates
    .filter(({ hasKey }) => !hasKey)
    .map(
      ({ name, keyPath }) =>
        `The key of '${quote(name)}' was not found. It is not needed before the next certificate, whose key the program reads from ${quote(keyPath)}.`,
    );
}

function readingNotes(environments: readonly EnvironmentReading[]): string[] {
  const unread = environments.filter(({ told }) => told === undefined || told.masked.length > 0);
  if (unread.length === 0) return [];
  const names = unread.map(({ environment: { name, branchName } }) => quote(branchName ?? name));
  return [
    `Zuplo does not show every variable of ${enumerated(names)}: where one names a certificate, add it and its deployment.`,
  ];
}
