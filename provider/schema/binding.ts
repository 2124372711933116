import { z } from "zod";
import { usesKey } from "../resources/hidden";
import { mtlsCertificate } from "../resources/mtlsCertificate/lifecycle";
import { redeployment } from "../resources/redeployment/lifecycle";
import { environmentTypes } from "../zuplo/answers";

const {
  environments,
  [usesKey]: _,
  ...certificateArgs
} = mtlsCertificate.args.shape as Record<string, z.ZodType>;
const { verify, rollback, timeout, triggers } = redeployment.args.shape as Record<string, z.ZodType>;

const stageArgs = z.strictObject({
  branches: z.array(z.string().min(1)).optional().meta({
    description: "Branches whose deployments change. Either this or `deployments`.",
  }),
  deployments: z.array(z.string().min(1)).optional().meta({
    description: "Names of the deployments that change; their branches are asked of Zuplo, in preview too.",
  }),
  environmentType: z.enum(environmentTypes).optional().meta({
    description:
      "Environment type of these branches, where Zuplo's rule (main, master and production are production, development is development, every other branch is preview) does not hold.",
  }),
  verify: required(verify),
});

/** The arguments of the MtlsBinding component. */
export const bindingArgs = z.strictObject({
  ...certificateArgs,
  environments: required(environments).optional().meta({
    description: "Environment types for which the certificate is enabled; by default those of the stages.",
  }),
  variable: z.string().meta({
    description: "Name of the variable that holds the certificate's name, in SCREAMING_SNAKE_CASE.",
  }),
  valueOnDelete: z.string().optional().meta({
    description:
      "Value that the variables get when they leave the program, with a stage or the whole binding; see EnvironmentVariable. An empty text makes the gateway call the backend without a certificate.",
  }),
  stages: z.array(stageArgs).min(1).meta({
    description: "Environments in the order in which they change, for example staging first.",
  }),
  rollback: required(rollback),
  timeout: required(timeout),
  triggers: required(triggers),
});

function required(schema: z.ZodType | undefined): z.ZodType {
  if (schema === undefined) throw new Error("The binding names an argument that its resources do not have.");
  return schema;
}
