import { z } from "zod";
import { arg, type Contract, member, out, typed } from "../contract";
import { environmentTypeSchema } from "../environmentType";
import { usesKey } from "../hidden";
import { mtlsCertificateContract } from "../mtlsCertificate/contract";
import { redeploymentContract } from "../redeployment/contract";

const { environments, [usesKey]: _, ...certificateArgs } = mtlsCertificateContract.inputs.shape;
const { verify, rollback, timeout, triggers } = redeploymentContract.inputs.shape;

export const stageSchema = typed(
  z.strictObject({
    branches: member(
      z.array(z.string().min(1)).optional(),
      "Branches whose deployments change. Give this, `deployments`, or both.",
      { isPlain: true },
    ),
    deployments: member(
      z.array(z.string().min(1)).optional(),
      "Names of the deployments that change; their branches come from Zuplo.",
      { isPlain: true },
    ),
    environmentType: member(
      environmentTypeSchema.optional(),
      "Environment type of these branches, if your project departs from Zuplo's rule (main, master and production are production, every other branch is preview).",
      { isPlain: true },
    ),
    verify,
  }),
  "MtlsBindingStage",
  "Environments that change together. The next stage starts when all of them are verified.",
);

const { fingerprint, serialNumber, validFrom, validTo } = mtlsCertificateContract.outputs.shape;
const facts = { fingerprint, serialNumber, validFrom, validTo };

/** What a binding tells of its certificate, by the names that the certificate has for it. */
export const factNames = Object.keys(facts) as (keyof typeof facts)[];

const { url, buildId, deployedOn } = redeploymentContract.outputs.shape;
const deploymentSchema = typed(
  z.object({
    deployment: member(z.string(), "Name of the deployment."),
    environmentType: member(environmentTypeSchema, "Environment type of the deployment."),
    url,
    buildId,
    deployedOn,
  }),
  "MtlsBindingDeployment",
  "A deployment that a binding has redeployed.",
);

/** What a binding tells of each deployment, by the names that the Redeployment has for it. */
export const deploymentOutputs = Object.keys(
  deploymentSchema.shape,
) as (keyof typeof deploymentSchema.shape)[];

/** The component, which makes the resources that it needs. */
export const mtlsBindingContract = {
  type: "MtlsBinding",
  doc: `A client certificate in use: one certificate, one variable for each branch, one redeployment for each deployment, in the order that keeps every request working while the certificate is rotated.

Removing it, or a \`destroy\`, takes the certificate out of its deployments, with one redeploy of each, and deletes it. The gateway's code must no longer need it by then: the variables stay at Zuplo and still name it, unless \`valueOnDelete\` says what they get instead. Removing a single stage changes nothing at Zuplo except for \`valueOnDelete\`.`,
  inputs: z.strictObject({
    ...certificateArgs,
    certificate: arg(certificateArgs.certificate, {
      doc: "The client certificate as PEM, leaf first, intermediates after it; at most 10 certificates and 256 KiB. Another leaf or chain is rotated in, stage by stage.",
      onChange: "update",
    }),
    name: arg(certificateArgs.name, {
      doc: "Name at Zuplo, a JavaScript identifier of at most 120 characters. With it, each new certificate needs another name.",
      default: "one of its own for each certificate, which a rotation needs",
      onChange: "update",
      // A certificate has a name always; of a binding, `certificateName` tells it.
      output: undefined,
    }),
    environments: arg(environments.optional(), {
      doc: "Environment types for which the certificate is enabled.",
      default: "those of the stages",
      onChange: "update",
    }),
    variable: arg(z.string(), {
      doc: "Name of the variable that holds the certificate's name, in SCREAMING_SNAKE_CASE.",
      onChange: "update",
    }),
    valueOnDelete: arg(z.string().optional(), {
      doc: "Value that the variables get when they leave the program, with a stage or with the whole binding; see EnvironmentVariable. An empty string makes the gateway call the backend without a certificate.",
      onChange: "update",
    }),
    // The stages decide which resources there are, so they have to be known.
    stages: arg(z.array(stageSchema).min(1), {
      doc: "Environments in the order in which they change, for example staging first.",
      onChange: "update",
      isPlain: true,
    }),
    rollback,
    timeout,
    triggers,
  }),
  exactlyOne: ["privateKey", "privateKeySource"],
  outputs: z.object({
    certificateName: out(z.string(), { doc: "Name of the certificate at Zuplo." }),
    ...facts,
    deployments: out(z.array(deploymentSchema), {
      doc: "The deployments of the stages, in their order, as the last redeploy left them.",
    }),
  }),
} satisfies Contract;

export type MtlsBindingArgs = z.output<(typeof mtlsBindingContract)["inputs"]>;
