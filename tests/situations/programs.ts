/** Programs as a user writes them: a binding, and the parts that it is made of. */
import type { Issued } from "../../emulator/pki";
import { environmentTypeOf } from "../../provider/api/branches";
import type { RawInputs } from "../../provider/resources/resource";
import { pem } from "../support/rotation";
import type { Declared, OutputsOf } from "../support/run";

export const variable = "BACKEND_MTLS_CERT";
export const verify = { path: "/health", timeout: 2 };

export interface Stage {
  branches: readonly string[];
  verify?: RawInputs;
}

export interface BindingOptions {
  name?: string;
  /** The variable that names the certificate. */
  variable?: string;
  /** What the variables are left with. */
  valueOnDelete?: string;
  /** More arguments of the certificate. */
  certificate?: RawInputs;
  /** More arguments of each redeployment. */
  redeployment?: RawInputs;
}

/** What MtlsBinding makes, in the order in which the engine comes to it. The certificate is the first one. */
export function binding(
  issued: Issued,
  stages: readonly Stage[],
  options: BindingOptions = {},
): [Declared, ...Declared[]] {
  const { name = "backend" } = options;
  const parents = "zuplo:index:MtlsBinding";
  const branches = stages.flatMap(stage => stage.branches);
  const certificate: Declared = {
    type: "MtlsCertificate",
    name,
    parents,
    args: {
      ...pem(issued),
      environments: [...new Set(branches.map(environmentTypeOf))],
      __uses: { variable: options.variable ?? variable, branches, deployments: [] },
      ...options.certificate,
    },
  };
  const program: [Declared, ...Declared[]] = [certificate];
  const variables = new Map<string, Declared>();
  for (const stage of stages) {
    // An old certificate is disabled for a whole type: every branch of it gets its variable first.
    const types = stage.branches.map(environmentTypeOf);
    const before = branches.filter(branch => types.includes(environmentTypeOf(branch)));
    for (const branch of before.filter(branch => !variables.has(branch))) {
      const own = named(certificate, branch, { ...options, name, parents });
      variables.set(branch, own);
      program.push(own);
    }
    for (const branch of stage.branches) {
      const own = variables.get(branch) as Declared;
      program.push(
        redeployed([certificate], [own], branch, {
          name,
          parents,
          redeployment: {
            verify: stage.verify,
            environmentType: environmentTypeOf(branch),
            ...options.redeployment,
          },
        }),
      );
    }
  }
  return program;
}

interface PartOptions extends BindingOptions {
  parents?: string;
}

/** An MtlsCertificate by itself. */
export function certificate(name: string, issued: Issued, more: RawInputs = {}): Declared {
  const environments = ["preview", "production"];
  return { type: "MtlsCertificate", name, args: { ...pem(issued), environments, ...more } };
}

/** The variable of a branch that names the certificate. */
export function named(certificate: Declared, branch: string, options: PartOptions = {}): Declared {
  const { name = certificate.name, parents } = options;
  return {
    type: "EnvironmentVariable",
    name: `${name}-${branch}`,
    ...(parents === undefined ? {} : { parents }),
    args: of => ({
      branch,
      name: options.variable ?? variable,
      value: of(certificate).name,
      valueOnDelete: options.valueOnDelete,
    }),
  };
}

/** The redeployment of a branch that uses the certificates by these variables. */
export function redeployed(
  certificates: readonly Declared[],
  variables: readonly Declared[],
  branch: string,
  options: PartOptions = {},
): Declared {
  const { name = certificates[0]?.name ?? "", parents } = options;
  const asVariable = (of: OutputsOf) => (each: Declared) => {
    const { branch, name, value } = of(each);
    return { branch, name, value };
  };
  return {
    type: "Redeployment",
    name: `${name}-${branch}`,
    ...(parents === undefined ? {} : { parents }),
    args: of => ({
      branch,
      certificates: certificates.map(each => of(each).name),
      variables: variables.map(asVariable(of)),
      timeout: 20,
      ...options.redeployment,
    }),
  };
}

/** A certificate with its variables, and then its redeployments: what a program without MtlsBinding says. */
export function parts(
  own: Declared,
  branches: readonly string[],
  redeployment: RawInputs = { verify },
): [Declared, ...Declared[]] {
  const variables = branches.map(branch => named(own, branch));
  return [
    own,
    ...variables,
    ...branches.map((branch, index) =>
      redeployed([own], [variables[index] as Declared], branch, { redeployment }),
    ),
  ];
}
