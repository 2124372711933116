import pulumi = require("@pulumi/pulumi");

import { environmentTypeOf } from "../provider/api/branches";
import { usesKey } from "../provider/resources/hidden";
import { beforeRedeployment, beforeVariable, type Place, type Waits } from "../provider/rotation/stages";
import { coded } from "../provider/text/codes";
import type {
  EnvironmentType,
  EnvironmentVariableArgs,
  MtlsBindingArgs,
  MtlsBindingOutputs,
  MtlsBindingStage,
  MtlsCertificateArgs,
  RedeploymentArgs,
} from "./generated/types";

type ResourceClass<Args, Instance> = new (
  name: string,
  args: Args,
  opts?: pulumi.CustomResourceOptions,
) => Instance;

type Certificate = pulumi.Resource & {
  readonly [key in "name" | "fingerprint" | "serialNumber" | "validFrom" | "validTo"]: pulumi.Output<string>;
};
type Redeployed = pulumi.Resource & {
  readonly [key in "deployment" | "url" | "buildId" | "deployedOn"]: pulumi.Output<string>;
} & { readonly environmentType: pulumi.Output<EnvironmentType> };
type Variable = pulumi.Resource & {
  readonly [key in "branch" | "name" | "value"]: pulumi.Output<string>;
};

/** The classes that a binding is made of: the dynamic ones or the native ones. */
export interface BindingClasses<C extends Certificate, V extends Variable, R extends Redeployed> {
  MtlsCertificate: ResourceClass<MtlsCertificateArgs, C>;
  EnvironmentVariable: ResourceClass<EnvironmentVariableArgs, V>;
  Redeployment: ResourceClass<RedeploymentArgs, R>;
  /** Asks Zuplo where a deployment belongs. */
  lookUpDeployment(deployment: string): Promise<{ branch: string; environmentType: EnvironmentType }>;
}

/** What a binding consists of, and what it tells. */
export interface Binding<C, V, R> {
  certificate: C;
  variables: V[];
  redeployments: R[];
  outputs: MtlsBindingOutputs;
}

/** A deployment that is part of a stage. */
interface Target {
  /** What its resources are named after. */
  key: string;
  /** What the Redeployment is told. */
  at: { branch: string } | { deployment: string };
  branch: Promise<string>;
  type: Promise<EnvironmentType>;
}

/** Makes the children of a binding, in the order that keeps every request working. */
export function buildBinding<C extends Certificate, V extends Variable, R extends Redeployed>(
  component: pulumi.ComponentResource,
  classes: BindingClasses<C, V, R>,
  name: string,
  args: MtlsBindingArgs,
): Binding<C, V, R> {
  const { variable, valueOnDelete, stages, rollback, timeout, triggers, environments, ...certificateArgs } =
    args;
  const { account, project } = args;
  const targets = targetsOf(name, stages, classes.lookUpDeployment);
  const types = Promise.all(targets.map(stage => Promise.all(stage.map(target => target.type))));
  const child = { parent: component };

  const hidden: object = { [usesKey]: usesOf(args) };
  const certificate = new classes.MtlsCertificate(
    name,
    { ...certificateArgs, ...hidden, environments: environmentsOf(name, types, environments) },
    child,
  );

  const variables: V[][] = [];
  const redeployments: R[][] = [];
  const resourcesOf = (waits: Waits) => [
    ...waits.redeployments.map(place => redeployments[place.stage]?.[place.target] as R),
    ...waits.variables.map(place => variables[place.stage]?.[place.target] as V),
  ];
  // Resolved after the constructor: by then every resource that may be waited for exists.
  const after = (before: typeof beforeVariable, place: Place) =>
    types.then(known => resourcesOf(before(known, place)));

  for (const [stage, inStage] of targets.entries()) {
    variables[stage] = inStage.map(
      ({ key, branch }, target) =>
        new classes.EnvironmentVariable(
          `${name}-${key}`,
          { branch, name: variable, value: certificate.name, valueOnDelete, account, project },
          { ...child, dependsOn: after(beforeVariable, { stage, target }) },
        ),
    );
    redeployments[stage] = inStage.map(({ key, at, type }, target) => {
      const own = variables[stage]?.[target] as V;
      return new classes.Redeployment(
        `${name}-${key}`,
        {
          ...at,
          certificates: [certificate.name],
          variables: [{ branch: own.branch, name: own.name, value: own.value }],
          verify: stages[stage]?.verify,
          environmentType: type,
          rollback: stages[stage]?.verify === undefined ? undefined : rollback,
          timeout,
          triggers,
          account,
          project,
        },
        { ...child, dependsOn: after(beforeRedeployment, { stage, target }) },
      );
    });
  }
  const all = redeployments.flat();
  return {
    certificate,
    variables: variables.flat(),
    redeployments: all,
    outputs: outputsOf(certificate, all),
  };
}

function outputsOf(
  { name, fingerprint, serialNumber, validFrom, validTo }: Certificate,
  redeployments: readonly Redeployed[],
): MtlsBindingOutputs {
  const deployments = redeployments.map(({ deployment, environmentType, url, buildId, deployedOn }) => ({
    deployment,
    environmentType,
    url,
    buildId,
    deployedOn,
  }));
  return {
    certificateName: name,
    fingerprint,
    serialNumber,
    validFrom,
    validTo,
    deployments: pulumi.output(deployments),
  };
}

/** Where the certificate will be used, which its state keeps: a destroy sees no program. */
function usesOf({ variable, stages, timeout }: MtlsBindingArgs) {
  return {
    variable,
    // What is known only later would make all of it unknown.
    ...(typeof timeout === "number" || typeof timeout === "string" ? { timeout } : {}),
    branches: stages.flatMap(({ branches = [] }) => branches),
    deployments: stages.flatMap(({ deployments = [] }) => deployments),
  };
}

/** Those that are given, which must hold what the stages need, or those of the stages. */
function environmentsOf(
  name: string,
  types: Promise<EnvironmentType[][]>,
  given: MtlsBindingArgs["environments"],
): pulumi.Input<EnvironmentType[]> {
  const needed = types.then(known => [...new Set(known.flat())]);
  if (given === undefined) return needed;
  // The usual case without an Output.
  if (isPlain(given)) return needed.then(used => requireCovered(name, given, used));
  return pulumi.all([pulumi.output(given), needed]).apply(([chosen, used]) => {
    return requireCovered(name, chosen, used);
  });
}

function isPlain(given: NonNullable<MtlsBindingArgs["environments"]>): given is EnvironmentType[] {
  return Array.isArray(given) && given.every(type => typeof type === "string");
}

function requireCovered(
  name: string,
  chosen: EnvironmentType[],
  used: readonly EnvironmentType[],
): EnvironmentType[] {
  const missing = used.filter(type => !chosen.includes(type));
  if (missing.length === 0) return chosen;
  throw new Error(
    coded(
      "ZUPLO1102",
      `MtlsBinding '${name}': environments lacks ${missing.join(" and ")}, which its stages need. Add it, or leave environments out.`,
    ),
  );
}

function targetsOf(
  name: string,
  stages: readonly MtlsBindingStage[],
  lookUpDeployment: BindingClasses<Certificate, Variable, Redeployed>["lookUpDeployment"],
): Target[][] {
  const seen = new Set<string>();
  const targets = stages.map(({ branches = [], deployments = [], environmentType }) => [
    ...branches.map(branch => ({
      key: branch,
      at: { branch },
      branch: Promise.resolve(branch),
      type: Promise.resolve(environmentType ?? environmentTypeOf(branch)),
    })),
    ...deployments.map(deployment => {
      const found = lookUpDeployment(deployment);
      return {
        key: deployment,
        at: { deployment },
        branch: found.then(({ branch }) => branch),
        type: found.then(found => environmentType ?? found.environmentType),
      };
    }),
  ]);
  const fault = (propertyPath: string, reason: string) =>
    new Error(coded("ZUPLO1108", `MtlsBinding '${name}': ${propertyPath} ${reason}`));
  if (targets.length === 0) throw fault("stages", "is empty: give at least one stage.");
  for (const [stage, inStage] of targets.entries()) {
    if (inStage.length === 0) throw fault(`stages[${stage}]`, "is empty: give `branches` or `deployments`.");
    for (const { key } of inStage) {
      if (seen.has(key)) throw fault(`stages[${stage}]`, `names '${key}', which is already in the stages.`);
      seen.add(key);
    }
  }
  return targets;
}
