import { z } from "zod";
import { movedOutputs, out, typed } from "../contract";
import { redeploymentContract } from "../redeployment/contract";
import { stepsOf } from "../redeployment/steps";
import { isUnknown, type RawInputs, unknown } from "../resource";
import { mtlsBindingContract } from "./contract";
import { type Entry, entryOf, fingerprintAt } from "./entries";
import { redeploymentKey } from "./parts";
import type { PartPlan } from "./run";
import type { StageTarget } from "./stages";

const stepSchema = typed(
  z.object({
    deployment: z.string().meta({ description: "Branch or deployment, as the stages name it." }),
    from: z.string().optional().meta({
      description: "Fingerprint of the certificate that it used; missing if it used none of this binding.",
    }),
    to: z.string().meta({ description: "Fingerprint of the certificate that it uses." }),
    steps: z.array(z.string()).meta({ description: "What is done to it, step by step." }),
    deployedOn: z.string().optional().meta({ description: "When the redeploy was done, ISO 8601." }),
  }),
  "RotationStep",
  "A deployment that goes from one certificate to another.",
);

/** A binding as one resource, for engines that know no components: its parts rotate inside of one update. */
export const rotatingBindingContract = {
  ...mtlsBindingContract,
  outputs: mtlsBindingContract.outputs.extend({
    rotation: out(z.array(stepSchema), {
      doc: "The deployments that the last change redeploys, each with the certificates that it goes from and to; a plan shows it beforehand.",
    }),
  }),
};

/** Whether a part is a redeployment that is about to redeploy. */
function isRedeploy({ part, entry, changes }: PartPlan): boolean {
  if (part.type !== "Redeployment") return false;
  return (
    changes === undefined ||
    entry?.isPartial === true ||
    movedOutputs(redeploymentContract, changes).length > 0
  );
}

/** What a plan says: which deployments go from which certificate to which, in the order of the stages. */
export function rotationOf(
  plans: readonly PartPlan[],
  targets: readonly StageTarget[],
  entries: readonly Entry[],
  fingerprint: string,
): RawInputs[] {
  const redeployed = new Map(plans.filter(isRedeploy).map(plan => [plan.part.key, plan]));
  return targets.flatMap(({ key }) => {
    const plan = redeployed.get(redeploymentKey(key));
    if (plan === undefined) return [];
    const from = fingerprintAt(entries, key);
    return {
      deployment: key,
      ...(from === undefined ? {} : { from }),
      to: fingerprint,
      steps: stepsOf(plan.entry?.state, withKnownCertificates(plan.inputs)),
      deployedOn: unknown,
    };
  });
}

/** The name of a new certificate is known only after its upload: it is none of those that were used before. */
function withKnownCertificates(inputs: RawInputs): RawInputs {
  return isUnknown(inputs.certificates) ? { ...inputs, certificates: [] } : inputs;
}

/** The same once it is done. */
export function withTimes(planned: readonly RawInputs[], entries: readonly Entry[]): RawInputs[] {
  return planned.map(step => ({
    ...step,
    deployedOn: entryOf(entries, redeploymentKey(String(step.deployment)))?.state.deployedOn,
  }));
}
