import type { EnvironmentType } from "../../api/responses";
import type { Identity } from "../../certificates/identity";
import { beforeRedeployment, beforeVariable, type StageIndex, type Waits } from "../../rotation/stages";
import { pick } from "../contract";
import { usesKey } from "../hidden";
import { mtlsCertificateContract } from "../mtlsCertificate/contract";
import { isUnknown, type RawInputs, unknown } from "../resource";
import type { MtlsBindingArgs } from "./contract";
import { type StageTarget, usesOf } from "./stages";

export type PartType = "MtlsCertificate" | "EnvironmentVariable" | "Redeployment";

/** One of the resources that a binding is made of. */
export interface Part {
  /** What it is found again by. */
  key: string;
  type: PartType;
  /** Its arguments, of which some are outputs of the parts before it. */
  inputs(outputsOf: (key: string) => RawInputs): RawInputs;
  /** Keys of what must be done before it may begin. */
  after: readonly string[];
}

export const certificateKey = "certificate";
export const variableKey = (target: string) => `variable/${target}`;
export const redeploymentKey = (target: string) => `redeployment/${target}`;
/** What the stages call the target of a part; empty for the certificate. */
export const targetKeyOf = (key: string) => key.split("/").slice(1).join("/");

/** Where a part stands: below its binding, and named after what it belongs to. */
export function identityOfPart(binding: Identity | undefined, key: string): Identity | undefined {
  if (binding === undefined) return undefined;
  const target = targetKeyOf(key);
  const resource = target === "" ? binding.resource : `${binding.resource}-${target}`;
  return { ...binding, parents: "MtlsBinding", resource, within: binding.resource };
}

/** The parts of a binding, each after those that it may wait for. */
export function partsOf(args: MtlsBindingArgs, targets: readonly (readonly StageTarget[])[]): Part[] {
  const { variable, valueOnDelete, stages, rollback, timeout, triggers, account, project } = args;
  // What is not known yet is only previewed, where nothing waits.
  const types = targets.map(inStage => inStage.map(({ type = "preview" }) => type));
  const keysOf = ({ redeployments, variables }: Waits) => {
    const key = ({ stage, target }: StageIndex) => targets[stage]?.[target]?.key ?? "";
    return [
      ...redeployments.map(index => redeploymentKey(key(index))),
      ...variables.map(index => variableKey(key(index))),
    ];
  };
  const certificate: Part = {
    type: "MtlsCertificate",
    key: certificateKey,
    inputs: () => ({
      ...pick(args, Object.keys(mtlsCertificateContract.inputs.shape)),
      environments: environmentsOf(args, targets),
      [usesKey]: usesOf(args),
    }),
    after: [],
  };
  const variables = targets.flatMap((inStage, stage) =>
    inStage.map(
      ({ key, branch = unknown }, target): Part => ({
        type: "EnvironmentVariable",
        key: variableKey(key),
        inputs: outputsOf =>
          given({
            branch,
            name: variable,
            value: outputsOf(certificateKey).name,
            valueOnDelete,
            account,
            project,
          }),
        after: [certificateKey, ...keysOf(beforeVariable(types, { stage, target }))],
      }),
    ),
  );
  const redeployments = targets.flatMap((inStage, stage) =>
    inStage.map(
      ({ key, at, type = unknown }, target): Part => ({
        type: "Redeployment",
        key: redeploymentKey(key),
        inputs: outputsOf => {
          const { branch, name, value } = outputsOf(variableKey(key));
          const verify = stages[stage]?.verify;
          return given({
            ...at,
            certificates: isUnknown(value) ? unknown : [value],
            variables: isUnknown(value) ? unknown : [{ branch, name, value }],
            verify,
            environmentType: type,
            rollback: verify === undefined ? undefined : rollback,
            timeout,
            triggers,
            account,
            project,
          });
        },
        after: [certificateKey, variableKey(key), ...keysOf(beforeRedeployment(types, { stage, target }))],
      }),
    ),
  );
  return [certificate, ...variables, ...redeployments];
}

/** Those that are given, or those of the stages. */
function environmentsOf(
  { environments }: MtlsBindingArgs,
  targets: readonly (readonly StageTarget[])[],
): EnvironmentType[] | typeof unknown {
  if (environments !== undefined) return environments;
  const types = targets.flat().map(({ type }) => type);
  return types.includes(undefined) ? unknown : [...new Set(types as EnvironmentType[])];
}

function given(inputs: RawInputs): RawInputs {
  return pick(inputs, Object.keys(inputs));
}
