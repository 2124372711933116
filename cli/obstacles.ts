import type { CertificateResponse, DeploymentResponse, EnvironmentType } from "../provider/api/responses";
import { typeOf } from "../provider/rotation/builds";
import { enabledTypes } from "../provider/rotation/environments";
import { isLeftBehind, type RotationBranch } from "./rotationBranches";
import type { RotationCopy } from "./rotations";
import type { StackExport } from "./stackExport";

/** What keeps an old certificate after the next run. `isCertain`: whether it does, or may. */
export type Obstacle =
  /** A developer's copy in Zuplo's editor has it bound. */
  | {
      kind: "workingCopy";
      certificate: string;
      deployment: string;
      branch?: string;
      label?: string;
      isCertain: boolean;
    }
  /** A deployment has it bound, or may, and nothing tells that the program redeploys it; `others` may say so. */
  | { kind: "deployment"; certificate: string; deployment: string; branch: string; isCertain: false }
  /** A variable names it. Without a stack, it is not known whether the program sets that variable. */
  | { kind: "variable"; certificate: string; variable: string; branch: string; isCertain: boolean }
  /** Not every variable of the branch could be read, and one of them may name it. */
  | { kind: "unread"; branch: string; missingRight?: string; isCertain: false }
  /** It is enabled for a type of which no deployment is seen: the API key may not see it. */
  | { kind: "unseen"; certificate: string; environmentType: EnvironmentType; isCertain: false };

/** What is known of a rotation before anything is concluded from it. */
export interface RotationFacts {
  newest: CertificateResponse;
  old: readonly CertificateResponse[];
  branches: readonly RotationBranch[];
  workingCopies: readonly RotationCopy[];
}

/** A branch that the rotation is about for certain: a variable names one of the certificates. */
export function takesPart({ variables, isOfStack }: RotationBranch): boolean {
  return variables.length > 0 && isOfStack !== false;
}

/** A branch that may take part without its being seen. */
export function mayTakePart({ variables, variablesRead, isOfStack }: RotationBranch): boolean {
  return variables.length === 0 && variablesRead !== "all" && isOfStack !== false;
}

export function obstaclesOf(
  { old, branches, workingCopies }: RotationFacts,
  deployments: readonly DeploymentResponse[],
  stack: StackExport | undefined,
): Obstacle[] {
  return [
    ...old.flatMap(certificate => [
      ...workingCopies.flatMap(copy => ofCopy(certificate, copy)),
      ...branches.flatMap(branch => ofBranch(certificate, branch, stack)),
      ...unseenTypes(certificate, deployments),
    ]),
    ...branches.filter(branch => mayNameOld(branch, old)).map(unread),
  ];
}

function ofCopy(
  { name: certificate }: CertificateResponse,
  { deployment, branch, label, holds }: RotationCopy,
): Obstacle[] {
  const place = {
    deployment,
    ...(branch === undefined ? {} : { branch }),
    ...(label === undefined ? {} : { label }),
  };
  return holds
    .filter(held => held.certificate === certificate)
    .map(({ isCertain }) => ({ kind: "workingCopy", certificate, ...place, isCertain }));
}

function ofBranch(
  { name: certificate }: CertificateResponse,
  branch: RotationBranch,
  stack: StackExport | undefined,
): Obstacle[] {
  const { branch: name, deployment, variables, holds, isOfStack } = branch;
  const naming: Obstacle[] = variables
    .filter(variable => variable.certificate === certificate)
    .filter(variable => isOfStack !== true || isLeftBehind(stack, name, variable.name))
    .map(({ name: variable }) => ({
      kind: "variable",
      certificate,
      variable,
      branch: name,
      isCertain: stack !== undefined,
    }));
  // A branch that the rotation is about is redeployed.
  if (isOfStack === true || deployment === undefined || takesPart(branch) || mayTakePart(branch))
    return naming;
  const isHeld = holds.some(holding => holding.certificate === certificate);
  if (!isHeld || naming.length > 0) return naming;
  return [{ kind: "deployment", certificate, deployment, branch: name, isCertain: false }];
}

/** A variable that names it matters where the certificate can be used, or is. */
function mayNameOld(branch: RotationBranch, old: readonly CertificateResponse[]): boolean {
  const { environmentType, variables, variablesRead, holds, isOfStack } = branch;
  if (variables.length > 0 || variablesRead === "all" || isOfStack === true) return false;
  return old.some(
    ({ name, environments }) =>
      environments[environmentType] || holds.some(({ certificate }) => certificate === name),
  );
}

function unread({ branch, missingRight }: RotationBranch): Obstacle {
  return {
    kind: "unread",
    branch,
    ...(missingRight === undefined ? {} : { missingRight }),
    isCertain: false,
  };
}

function unseenTypes(
  certificate: CertificateResponse,
  deployments: readonly DeploymentResponse[],
): Obstacle[] {
  const seen = new Set(deployments.filter(({ isWorkingCopy }) => !isWorkingCopy).map(typeOf));
  return enabledTypes(certificate)
    .filter(type => type !== "development" && !seen.has(type))
    .map(environmentType => ({
      kind: "unseen",
      certificate: certificate.name,
      environmentType,
      isCertain: false,
    }));
}
