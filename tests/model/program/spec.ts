import type { EnvironmentType } from "../../../emulator/state/model";

/** A stack: what its program says, and where its state is kept. */
export interface StackSpec {
  /** Of the Pulumi stack; all of them belong to the Pulumi project `shop`. */
  stack: "prod" | "dev";
  /** Stacks of one name in different backends know nothing of each other. */
  backend: "A" | "B";
  /** The provider's own Zuplo project. */
  project: string;
  components: ComponentSpec[];
}

export type ComponentSpec = BindingSpec | PartsSpec;

interface Common {
  name: string;
  /** Zuplo project; the provider's own by default. */
  project?: string | undefined;
  /** Which of the names that a variable of the stack may have. */
  variable: number;
  onDelete?: OnDelete | undefined;
  /** A verification may ask for what never comes, which is a mistake of the program. */
  verify: Verification;
  /** For how long a verification is tried, in seconds. */
  patience: number;
  triggers: number;
}

export type Verification = "none" | "right" | "wrong";

export type OnDelete = "delete" | "disable" | "retain";

export interface BindingSpec extends Common {
  kind: "binding";
  /** Number in the pool. */
  pem: number;
  stages: string[][];
  environments?: EnvironmentType[] | undefined;
  fixedName?: string | undefined;
}

/** MtlsCertificate, EnvironmentVariable and Redeployment by hand. */
export interface PartsSpec extends Common {
  kind: "parts";
  certificates: { pem: number; environments: EnvironmentType[] }[];
  /** Which certificate each branch uses. */
  branches: { branch: string; certificate: number }[];
  /** Whether each Redeployment waits for all the variables. */
  waits: boolean;
}

export const pulumiProject = "shop";

export function stackKey({ stack, backend }: Pick<StackSpec, "stack" | "backend">): string {
  return `${backend}:${stack}`;
}

export function branchesOf(component: ComponentSpec): string[] {
  return component.kind === "binding"
    ? component.stages.flat()
    : component.branches.map(({ branch }) => branch);
}

export function pemsOf(component: ComponentSpec): number[] {
  return component.kind === "binding" ? [component.pem] : component.certificates.map(({ pem }) => pem);
}

/** Two stacks never set the same variable: nobody could say which of them is right. */
export function variableOf(key: string, component: Pick<ComponentSpec, "variable">): string {
  return `CERT_${key.replace(":", "_").toUpperCase()}_${component.variable}`;
}
