import { buildBinding } from "../../../sdk/binding";
import type { MtlsBindingArgs } from "../../../sdk/generated/types";
import type { TypeName } from "../core";
import type { PooledCertificate } from "../pool";
import {
  type BindingSpec,
  type PartsSpec,
  type StackSpec,
  stackKey,
  type Verification,
  variableOf,
} from "./spec";

/** A resource as a program declares it. */
export interface Declared {
  urn: string;
  type: TypeName;
  name: string;
  /** Types of the parents, joined by `$`. */
  parents: string;
  /** May hold references to the outputs of others. */
  inputs: unknown;
  /** Those that it waits for, its references included. */
  dependencies: string[];
}

/** Stands for an output of another resource. */
export class Reference {
  constructor(
    readonly urn: string,
    readonly key: string,
  ) {}
}

const bindingType = "zuplo:index:MtlsBinding";

export function urnOf(type: TypeName, name: string, parents: string): string {
  return `${parents}$${type}::${name}`;
}

/** What the program of a stack declares. */
export async function declare(spec: StackSpec, pool: readonly PooledCertificate[]): Promise<Declared[]> {
  const declared: Promise<Declared>[] = [];
  for (const component of spec.components) {
    const variable = variableOf(stackKey(spec), component);
    if (component.kind === "binding") declared.push(...bindingOf(component, variable, pool));
    else declared.push(...partsOf(component, variable, pool));
  }
  return Promise.all(declared);
}

/** The SDK's own order and children, with classes that write down what they are given. */
function bindingOf(spec: BindingSpec, variable: string, pool: readonly PooledCertificate[]) {
  const declared: Promise<Declared>[] = [];
  const recorder = (type: TypeName) => recorderOf(type, bindingType, declared);
  buildBinding(
    {} as Parameters<typeof buildBinding>[0],
    {
      MtlsCertificate: recorder("MtlsCertificate"),
      EnvironmentVariable: recorder("EnvironmentVariable"),
      Redeployment: recorder("Redeployment"),
      lookUpDeployment: () => Promise.reject(new Error("no stage of the model names a deployment")),
    } as unknown as Parameters<typeof buildBinding>[1],
    spec.name,
    bindingArgs(spec, variable, pool) as unknown as MtlsBindingArgs,
  );
  return declared;
}

/** What a program gives MtlsBinding. */
export function bindingArgs(
  { pem, stages, environments, fixedName, project, onDelete, verify, patience, triggers }: BindingSpec,
  variable: string,
  pool: readonly PooledCertificate[],
): Record<string, unknown> {
  const { certificate, privateKey } = pool[pem] as PooledCertificate;
  return {
    certificate,
    privateKey,
    variable,
    stages: stages.map(branches => ({ branches, ...verifyOf(verify, variable, patience) })),
    environments,
    name: fixedName,
    project,
    onDelete,
    timeout: redeployTimeout,
    triggers: triggers === 0 ? undefined : triggers,
  };
}

/** How long a redeploy may take, in seconds: one that never ends is given up soon. */
const redeployTimeout = 60;

function verifyOf(verify: Verification, variable: string, timeout: number) {
  if (verify === "none") return {};
  return {
    verify: { path: `/via/${variable}/health`, timeout, ...(verify === "wrong" ? { status: 204 } : {}) },
  };
}

function recorderOf(type: TypeName, parents: string, declared: Promise<Declared>[]) {
  return class {
    readonly urn: string;
    readonly name: Reference;
    readonly branch: Reference;
    readonly value: Reference;

    constructor(name: string, args: unknown, options: { dependsOn?: Promise<{ urn: string }>[] } = {}) {
      this.urn = urnOf(type, name, parents);
      this.name = new Reference(this.urn, "name");
      this.branch = new Reference(this.urn, "branch");
      this.value = new Reference(this.urn, "value");
      declared.push(this.declare(name, args, options.dependsOn));
    }

    private async declare(name: string, args: unknown, dependsOn: Promise<{ urn: string }>[] = []) {
      const inputs = await settled(args);
      const waits = await Promise.all(dependsOn);
      const dependencies = [...new Set([...waits.map(({ urn }) => urn), ...referencesIn(inputs)])];
      return { urn: this.urn, type, name, parents, inputs, dependencies };
    }
  };
}

/** What a program without MtlsBinding declares. */
export function partsOf(spec: PartsSpec, variable: string, pool: readonly PooledCertificate[]) {
  const { name, certificates, branches, project, onDelete, verify, patience, waits, triggers } = spec;
  const place = { project };
  const certificateUrns = certificates.map((_, index) =>
    urnOf("MtlsCertificate", index === 0 ? name : `${name}-${index}`, ""),
  );
  const variableUrns = branches.map(({ branch }) => urnOf("EnvironmentVariable", `${name}-${branch}`, ""));
  const of = (type: TypeName, urn: string, inputs: unknown, more: string[] = []): Promise<Declared> => {
    const dependencies = [...new Set([...more, ...referencesIn(inputs)])];
    const own = urn.slice(urn.indexOf("::") + 2);
    return Promise.resolve({ urn, type, name: own, parents: "", inputs, dependencies });
  };
  return [
    ...certificates.map(({ pem, environments }, index) => {
      const { certificate, privateKey } = pool[pem] as PooledCertificate;
      const inputs = { certificate, privateKey, environments, onDelete, ...place };
      return of("MtlsCertificate", certificateUrns[index] as string, inputs);
    }),
    ...branches.map(({ branch, certificate }, index) => {
      const value = new Reference(certificateUrns[certificate] as string, "name");
      return of("EnvironmentVariable", variableUrns[index] as string, {
        branch,
        name: variable,
        value,
        ...place,
      });
    }),
    ...branches.map(({ branch, certificate }, index) => {
      const own = variableUrns[index] as string;
      const inputs = {
        branch,
        certificates: [new Reference(certificateUrns[certificate] as string, "name")],
        variables: [
          {
            branch: new Reference(own, "branch"),
            name: new Reference(own, "name"),
            value: new Reference(own, "value"),
          },
        ],
        ...verifyOf(verify, variable, patience),
        timeout: redeployTimeout,
        triggers: triggers === 0 ? undefined : triggers,
        ...place,
      };
      return of(
        "Redeployment",
        urnOf("Redeployment", `${name}-${branch}`, ""),
        inputs,
        waits ? variableUrns : [],
      );
    }),
  ];
}

/** The same with every promise in it settled. */
async function settled(value: unknown): Promise<unknown> {
  const known = await value;
  if (Array.isArray(known)) return Promise.all(known.map(settled));
  if (!isPlain(known)) return known;
  const entries = await Promise.all(
    Object.entries(known).map(async ([key, each]) => [key, await settled(each)]),
  );
  return Object.fromEntries(entries);
}

/** The same with each reference replaced. */
export function resolved(value: unknown, outputOf: (reference: Reference) => unknown): unknown {
  if (value instanceof Reference) return outputOf(value);
  if (Array.isArray(value)) return value.map(each => resolved(each, outputOf));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => [key, resolved(each, outputOf)]),
  );
}

function referencesIn(value: unknown): string[] {
  if (value instanceof Reference) return [value.urn];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return isPlain(value) ? Object.values(value).flatMap(referencesIn) : [];
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
