import { environmentTypeOf } from "../provider/api/branches";
import type {
  CertificateResponse,
  DeploymentResponse,
  EnvironmentResponse,
  EnvironmentType,
} from "../provider/api/responses";
import type { BranchVariables } from "../provider/rotation/variables";
import { type Holding, holdingsOf } from "./holding";
import type { StackExport } from "./stackExport";

/** An environment, and its variables: undefined where Zuplo does not tell them. */
export interface EnvironmentReading {
  environment: EnvironmentResponse;
  told: BranchVariables | undefined;
  /** What the API key has to be allowed to read them, where it was refused. */
  missingRight?: string;
}

/** What Zuplo tells of a project. */
export interface ProjectLists {
  certificates: readonly CertificateResponse[];
  deployments: readonly DeploymentResponse[];
  environments: readonly EnvironmentReading[];
}

/** How far a branch is in a rotation. */
export interface RotationBranch {
  branch: string;
  environmentType: EnvironmentType;
  /** The variables that name one of the certificates now: the next deploy of the branch takes it. */
  variables: { name: string; certificate: string }[];
  /** Whether each variable of the branch could be read; one that could not may name a certificate, too. */
  variablesRead: "all" | "some" | "none";
  /** What the API key has to be allowed to read them, where it was refused. */
  missingRight?: string;
  /** The branch's own deployment; missing where there is none, or none is seen. */
  deployment?: string;
  /** What the deployment has bound, or may have; nothing else of the rotation. */
  holds: Holding[];
  /** Whether the stack sets that variable, or redeploys it; missing where no stack was given. */
  isOfStack?: boolean;
}

/** The branches that a rotation of these certificates is about, by name. */
export function branchesOf(
  certificates: readonly CertificateResponse[],
  lists: ProjectLists,
  stack: StackExport | undefined,
): RotationBranch[] {
  return placesOf(lists)
    .map(place => {
      const branch = branchOf(place, certificates, stack);
      return stack === undefined ? branch : { ...branch, isOfStack: isOfStack(branch, stack) };
    })
    .filter(({ environmentType, variables, variablesRead, holds }) => {
      const isUsable = certificates.some(({ environments }) => environments[environmentType]);
      return variables.length > 0 || holds.length > 0 || (variablesRead !== "all" && isUsable);
    })
    .sort((a, b) => a.branch.localeCompare(b.branch));
}

function branchOf(
  { branch, deployment, reading }: BranchPlace,
  certificates: readonly CertificateResponse[],
  stack: StackExport | undefined,
): RotationBranch {
  const told = reading?.told;
  const isOne = (value: string) => certificates.some(({ name }) => name === value);
  return {
    branch,
    environmentType:
      deployment?.environmentType ?? reading?.environment.environmentType ?? environmentTypeOf(branch),
    variables: [...(told?.values ?? [])]
      .filter(([, value]) => isOne(value))
      .map(([name, certificate]) => ({ name, certificate })),
    variablesRead: told === undefined ? "none" : told.masked.length > 0 ? "some" : "all",
    ...(reading?.missingRight === undefined ? {} : { missingRight: reading.missingRight }),
    ...(deployment === undefined ? {} : { deployment: deployment.name }),
    holds: deployment === undefined ? [] : holdingsOf(deployment, certificates, stack?.builds ?? new Map()),
  };
}

function isOfStack(
  { branch, variables, variablesRead, deployment }: RotationBranch,
  stack: StackExport,
): boolean {
  const own = stack.variables.filter(variable => variable.branch === branch);
  if (variables.length > 0) return variables.some(({ name }) => own.some(variable => variable.name === name));
  if (variablesRead !== "all" && own.length > 0) return true;
  return deployment !== undefined && stack.builds.has(deployment);
}

/** Whether a variable of a branch is one that the stack does not set, although it names one of the certificates. */
export function isLeftBehind(stack: StackExport | undefined, branch: string, variable: string): boolean {
  if (stack === undefined) return false;
  return !stack.variables.some(own => own.branch === branch && own.name === variable);
}

interface BranchPlace {
  branch: string;
  deployment?: DeploymentResponse;
  reading?: EnvironmentReading;
}

/** What was read of a deployment's environment: by its name, or by its branch. */
export function readingOf(
  { name, branchName }: DeploymentResponse,
  environments: readonly EnvironmentReading[],
): EnvironmentReading | undefined {
  return (
    environments.find(({ environment }) => environment.name === name) ??
    environments.find(({ environment }) => branchName !== undefined && environment.branchName === branchName)
  );
}

/** The deployments that are a branch's own with their environments, and the environments that have none. */
function placesOf({ deployments, environments }: ProjectLists): BranchPlace[] {
  const own = deployments.filter(({ isWorkingCopy }) => !isWorkingCopy);
  const deployed = own.map(deployment => ({
    branch: deployment.branchName ?? deployment.name,
    deployment,
    reading: readingOf(deployment, environments),
  }));
  const taken = new Set(deployed.map(({ reading }) => reading));
  return [
    ...deployed.map(({ reading, ...place }) => (reading === undefined ? place : { ...place, reading })),
    ...environments
      .filter(reading => !taken.has(reading))
      .map(reading => ({ branch: reading.environment.branchName ?? reading.environment.name, reading })),
  ];
}
