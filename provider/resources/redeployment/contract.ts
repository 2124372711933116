import { z } from "zod";
import type { VariableValue } from "../../rotation/branchVariable";
import { timeoutSchema } from "../../text/duration";
import { arg, type Contract, member, out, type StateOf, typed } from "../contract";
import { environmentTypeSchema } from "../environmentType";
import type { memoryKey } from "../hidden";
import { accountArg, projectArg } from "../place";
import type { RedeploymentMemory } from "./memory";
import { verifySchema } from "./verify";

export const variableSchema = typed(
  z.strictObject({
    branch: member(z.string().min(1), "Branch of the variable.", { isName: true }),
    name: member(z.string().min(1), "Name of the variable.", { isName: true }),
    value: member(z.string(), "Value of the variable."),
  }),
  "RedeploymentVariable",
  "A variable that a deployment reads, with its value: usually the outputs of an EnvironmentVariable.",
);

/** What makes it redeploy. */
const movedBy = ["certificates", "variables", "triggers", "environmentType"];

export const redeploymentContract = {
  type: "Redeployment",
  doc: `One redeploy of one deployment whenever its certificates, variables or triggers change, and none otherwise.

It disables the superseded certificates, unless a branch of the environment type still needs them, redeploys, waits until the new build is served, and verifies it. Several Redeployments of one deployment share its redeploy in a run, and each verifies for itself. If a refresh finds that the deployment can no longer have what is listed here, the next run redeploys it.

An old certificate that none of \`variables\` named is never disabled, since the gateway's code may name it. Deleting this resource deletes nothing at Zuplo.`,
  inputs: z.strictObject({
    branch: arg(z.string().min(1).optional(), {
      doc: "Branch whose deployment is redeployed. Either this or `deployment`.",
      onChange: "replace",
    }),
    deployment: arg(z.string().min(1).optional(), {
      doc: "Name of the deployment that is redeployed.",
      onChange: "replace",
      output: "Name of the deployment.",
    }),
    certificates: arg(
      z.array(z.string().min(1), {
        error: "is missing: give the names of the certificates that the deployment uses.",
      }),
      {
        doc: "Names of the certificates that the deployment uses. Those it no longer uses are disabled where no branch needs them.",
        onChange: "update",
        isLocal: true,
      },
    ),
    variables: arg(
      z.array(variableSchema, { error: "is missing: give the variables that the deployment reads, or []." }),
      {
        doc: "Variables that the deployment reads; they are set before it is redeployed.",
        onChange: "update",
        isLocal: true,
        isRestored: true,
      },
    ),
    triggers: arg(z.unknown().optional(), {
      doc: "Any value; a change causes a redeploy.",
      onChange: "update",
      isLocal: true,
      isRestored: true,
    }),
    verify: arg(verifySchema.optional(), {
      doc: "A request through the gateway that must succeed with the new build.",
      onChange: "update",
      isLocal: true,
    }),
    rollback: arg(z.boolean().optional(), {
      doc: "Whether a failure restores variables and certificates and redeploys once more.",
      default: "true if `verify` is given",
      onChange: "update",
      isLocal: true,
    }),
    timeout: arg(timeoutSchema.optional(), {
      doc: "How long to wait for the new build; 24 hours at most.",
      default: "600 seconds",
      onChange: "update",
      isLocal: true,
    }),
    environmentType: arg(environmentTypeSchema.optional(), {
      doc: "What the deployment's environment type must be; if it is another, nothing is changed.",
      onChange: "update",
      output: "Environment type of the deployment.",
    }),
    account: accountArg,
    project: projectArg,
  }),
  exactlyOne: ["branch", "deployment"],
  outputs: z.object({
    url: out(z.string().optional(), { doc: "URL at which the gateway serves the deployment." }),
    buildId: out(z.string().optional(), {
      doc: "The build that was served when the redeploy was done.",
      movedBy,
    }),
    deployedOn: out(z.string().optional(), {
      doc: "When the redeploy was done, ISO 8601; missing after a failed one.",
      movedBy,
    }),
  }),
  import: {
    shown: "deployment",
    id: "shop-main-1a2b3c4",
    forms: "the name of the deployment, or `account/project/NAME`",
    note: "Nothing is redeployed until the certificates, variables or triggers of the program change.",
  },
} satisfies Contract;

export type RedeploymentArgs = z.output<(typeof redeploymentContract)["inputs"]>;

export type RedeploymentState = StateOf<typeof redeploymentContract> & {
  deployment: string;
  environmentType: NonNullable<RedeploymentArgs["environmentType"]>;
  /** Only after a redeploy that failed: the variables that name its certificates, wherever this run has set them. */
  pendingVariables?: VariableValue[] | undefined;
  [memoryKey]?: RedeploymentMemory;
};
