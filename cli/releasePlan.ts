import type { CertificateResponse, DeploymentResponse, EnvironmentType } from "../provider/api/responses";
import { rightToSee, whereKeyIsLimited } from "../provider/api/rights";
import type { ProjectSession } from "../provider/projectSession";
import type { BranchVariable, VariableValue } from "../provider/rotation/branchVariable";
import { typeOf } from "../provider/rotation/builds";
import { enabledTypes } from "../provider/rotation/environments";
import type { Objection } from "../provider/rotation/objections";
import type { BranchVariables } from "../provider/rotation/variables";
import { quote } from "../provider/text/redact";
import { CliError } from "./errors";
import { requireUsable } from "./releaseValue";

export interface ReleaseRequest {
  /** Of the certificate. */
  name: string;
  branches: readonly string[];
  /** What the variables that name it are set to. */
  value: string;
  /** The variable that names it where Zuplo does not tell. */
  variable?: string | undefined;
  /** Other branches that cannot be read are said to do without it. */
  ignoreUnread: boolean;
}

export interface ReleasePlan {
  certificate: CertificateResponse;
  value: string;
  /** Whether a certificate of the project has that name. */
  isCertificate: boolean;
  /** What has to be set; a variable that has the value already is not among them. */
  variables: VariableValue[];
  /** The branches' own deployments. */
  deployments: DeploymentResponse[];
  /** The environment types for which it is to be disabled. */
  types: EnvironmentType[];
  /** Those for which it has to stay enabled, since others use it. */
  kept: Map<EnvironmentType, Objection[]>;
  /** Variables of the branches that Zuplo does not tell, and that stay as they are. */
  unread: BranchVariable[];
  /** They lose the certificate with their next save. */
  workingCopies: DeploymentResponse[];
  /** What no longer counts against disabling it, once the variables are set. */
  isSettled(objection: Objection): boolean;
}

/** Looks at a project and at what is asked for, and changes nothing. */
export async function planRelease(project: ProjectSession, request: ReleaseRequest): Promise<ReleasePlan> {
  const { value, ignoreUnread } = request;
  const certificate = await findCertificate(project, request.name);
  const branches = new Set(request.branches);
  const deployments = await deploymentsOf(project, branches);
  const isCertificate = await requireUsable(project, certificate, value, deployments);
  const variables = await variablesToSet(project, certificate, request, deployments);
  const wanted = new Set(deployments.map(typeOf));
  const types = enabledTypes(certificate).filter(type => wanted.has(type));
  const isSettled = ({ kind, branch }: Objection) =>
    kind === "unreadable" ? ignoreUnread || branches.has(branch) : kind === "named" && branches.has(branch);
  const kept = new Map<EnvironmentType, Objection[]>();
  for (const type of types) {
    const objections = (await project.objections.to(certificate, type)).filter(each => !isSettled(each));
    if (objections.length > 0) kept.set(type, objections);
  }
  const copies = types.includes("development") && !kept.has("development");
  const workingCopies = copies ? (await project.deployments.list()).filter(each => each.isWorkingCopy) : [];
  const unread = await unreadOf(project, deployments, request.variable);
  const set = { value, isCertificate, variables };
  return { certificate, ...set, deployments, types, kept, unread, workingCopies, isSettled };
}

async function unreadOf(
  project: ProjectSession,
  deployments: readonly DeploymentResponse[],
  variable: string | undefined,
): Promise<BranchVariable[]> {
  const found = await Promise.all(
    deployments.map(async deployment => {
      const masked = (await project.variables.of(deployment))?.masked ?? [];
      return masked
        .filter(name => name !== variable)
        .map(name => ({ branch: deployment.branchName ?? "", name }));
    }),
  );
  return found.flat();
}

async function findCertificate(project: ProjectSession, wanted: string): Promise<CertificateResponse> {
  const found = (await project.certificates.list()).find(({ id, name }) => name === wanted || id === wanted);
  if (found !== undefined) return found;
  throw new CliError(
    `Project '${quote(project.scope.project)}' has no certificate '${quote(wanted)}'.`,
    "Correct the name, or the project: `pulumi-zuplo status` shows what there is. " +
      whereKeyIsLimited("its environment types", "MtlsCertificate"),
    "ZUPLO1223",
  );
}

async function deploymentsOf(
  project: ProjectSession,
  branches: ReadonlySet<string>,
): Promise<DeploymentResponse[]> {
  const own = (await project.deployments.list()).filter(({ isWorkingCopy }) => !isWorkingCopy);
  const missing = [...branches].filter(branch => !own.some(({ branchName }) => branchName === branch));
  if (missing.length > 0) {
    throw new CliError(
      `Project '${quote(project.scope.project)}' has no deployment of ${missing.map(branch => `'${quote(branch)}'`).join(", ")}.`,
      "Correct --branch, or leave out a branch that is gone. " +
        whereKeyIsLimited("the environment type", "deployment"),
      "ZUPLO1305",
    );
  }
  return own.filter(({ branchName }) => branches.has(branchName ?? ""));
}

/** Which variables of the branches name the certificate; an error where that cannot be told. */
async function variablesToSet(
  project: ProjectSession,
  { name }: CertificateResponse,
  { value, variable }: ReleaseRequest,
  deployments: readonly DeploymentResponse[],
): Promise<VariableValue[]> {
  const found = new Map<string, VariableValue>();
  const problems: string[] = [];
  for (const deployment of deployments) {
    const branch = deployment.branchName ?? "";
    const told = await project.variables.of(deployment);
    const values = [...(told?.values ?? [])];
    const naming = values.filter(([, has]) => has === name).map(([own]) => own);
    const isDone = isSetAlready(told, variable, value);
    const isHidden = told === undefined || told.masked.includes(variable ?? "");
    if (variable !== undefined && isHidden) naming.push(variable);
    if (naming.length === 0 && !isDone) problems.push(`of '${quote(branch)}', ${whyUnknown(told, variable)}`);
    for (const own of naming) found.set(JSON.stringify([branch, own]), { branch, name: own, value });
  }
  if (problems.length === 0) return [...found.values()];
  throw new CliError(
    `It is not known which variable names '${quote(name)}': ${problems.join("; ")}. Nothing was changed.`,
    "Give --variable NAME if Zuplo does not show it or it is already set; or use an API key that may " +
      `${rightToSee("variable")}. Leave out a branch that does not use it.`,
    "ZUPLO1501",
  );
}

/**
 * An earlier call of this command may have set the variable. Which one that was is proved only where all of them can be
 * read, and none of them names the certificate.
 */
function isSetAlready(
  told: BranchVariables | undefined,
  variable: string | undefined,
  value: string,
): boolean {
  if (told === undefined) return false;
  if (variable !== undefined && told.values.get(variable) === value) return true;
  return [...told.values.values()].includes(value) && told.masked.length === 0;
}

function whyUnknown(told: BranchVariables | undefined, variable: string | undefined): string {
  if (told === undefined) return "Zuplo does not show the variables";
  if (variable !== undefined) return `'${quote(variable)}' does not name it`;
  if (told.masked.length === 0) return "none does";
  return `none does that can be read; ${told.masked.map(name => quote(name)).join(", ")} cannot`;
}
