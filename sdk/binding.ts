import pulumi = require("@pulumi/pulumi");

import { usesKey } from "../provider/resources/hidden";
import { coverageFailure, stageFailures, targetsOf, usesOf } from "../provider/resources/mtlsBinding/stages";
import type { CheckFailure } from "../provider/resources/resource";
import { beforeRedeployment, beforeVariable, type StageIndex, type Waits } from "../provider/rotation/stages";
import { coded } from "../provider/text/codes";
import { deploymentOutputs, factNames } from "./generated/shapes";
import type {
  EnvironmentType,
  EnvironmentVariableArgs,
  MtlsBindingArgs,
  MtlsBindingDeployment,
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

type Facts = Pick<MtlsBindingOutputs, (typeof factNames)[number]>;
type Certificate = pulumi.Resource & Facts & { readonly name: pulumi.Output<string> };
type Redeployed = pulumi.Resource & {
  readonly [key in keyof MtlsBindingDeployment]-?: pulumi.Output<MtlsBindingDeployment[key]>;
};
type Variable = pulumi.Resource & {
  readonly [key in "branch" | "name" | "value"]: pulumi.Output<string>;
};

/** The classes that a binding is made of: the dynamic ones or the native ones. */
export interface BindingClasses<C extends Certificate, V extends Variable, R extends Redeployed> {
  MtlsCertificate: ResourceClass<MtlsCertificateArgs, C>;
  EnvironmentVariable: ResourceClass<EnvironmentVariableArgs, V>;
  Redeployment: ResourceClass<RedeploymentArgs, R>;
  /** Asks Zuplo where a deployment of the binding's project belongs. */
  lookUpDeployment(
    deployment: string,
    scope: Scope,
  ): Promise<{ branch: string; environmentType: EnvironmentType }>;
}

/** The account and the project that a binding names, where it does. */
export interface Scope {
  account: string | undefined;
  project: string | undefined;
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
  const targets = targetsIn(name, stages, async deployment =>
    classes.lookUpDeployment(deployment, await scopeOf(name, args)),
  );
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
    ...waits.redeployments.map(index => redeployments[index.stage]?.[index.target] as R),
    ...waits.variables.map(index => variables[index.stage]?.[index.target] as V),
  ];
  const most = 2 * targets.flat().length;
  /**
   * A promise for each resource, not one of them all: that, Pulumi would make an output, and look through all that a
   * resource leads to for unknown values. The places that are left have the certificate, which everything waits for.
   */
  const after = (before: typeof beforeVariable, index: StageIndex) => {
    // Resolved after the constructor: by then every resource that may be waited for exists.
    const resources = types.then(known => resourcesOf(before(known, index)));
    return Array.from({ length: most }, (_, place) => resources.then(all => all[place] ?? certificate));
  };

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

function outputsOf(certificate: Certificate, redeployments: readonly Redeployed[]): MtlsBindingOutputs {
  const deployments = redeployments.map(redeployed => pick(redeployed, deploymentOutputs));
  return {
    certificateName: certificate.name,
    ...pick(certificate, factNames),
    deployments: pulumi.output(deployments),
  };
}

function pick<T, Name extends keyof T>(from: T, names: readonly Name[]): Pick<T, Name> {
  return Object.fromEntries(names.map(name => [name, from[name]])) as Pick<T, Name>;
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
  const failure = coverageFailure(chosen, used);
  if (failure !== undefined) throw faultOf(name, failure);
  return chosen;
}

/** What the stages name; of a deployment, only Zuplo tells where it belongs. */
function targetsIn(
  name: string,
  stages: readonly MtlsBindingStage[],
  lookUpDeployment: (deployment: string) => Promise<{ branch: string; environmentType: EnvironmentType }>,
): Target[][] {
  const [failure] = stageFailures(stages);
  if (failure !== undefined) throw faultOf(name, failure);
  const placeOf = async ({ key, branch, type }: ReturnType<typeof targetsOf>[number][number]) => {
    if (branch !== undefined && type !== undefined) return { branch, type };
    const found = await lookUpDeployment(key);
    return { branch: found.branch, type: type ?? found.environmentType };
  };
  return targetsOf(stages).map(inStage =>
    inStage.map(target => {
      const place = placeOf(target);
      const { key, at } = target;
      return { key, at, branch: place.then(({ branch }) => branch), type: place.then(({ type }) => type) };
    }),
  );
}

/** The stages decide which resources there are: what is known only later cannot be waited for. */
async function scopeOf(name: string, { account, project }: MtlsBindingArgs): Promise<Scope> {
  const known = async (property: keyof Scope, input: pulumi.Input<string> | undefined) => {
    const output = pulumi.output(input) as pulumi.Output<string | undefined> & Settling;
    if (await output.isKnown) return output.promise();
    const reason = `is not known yet, and the stages' \`deployments\` are looked for there: give \`branches\`, or \`${property}\` as a string.`;
    throw faultOf(name, { property, reason, code: "ZUPLO1112" });
  };
  return { account: await known("account", account), project: await known("project", project) };
}

/** What every output of Pulumi has, and no type tells. */
interface Settling {
  readonly isKnown: Promise<boolean>;
  promise(): Promise<string | undefined>;
}

function faultOf(name: string, { property, reason, code }: CheckFailure): Error {
  return new Error(coded(code, `MtlsBinding '${name}': ${property} ${reason}`));
}
