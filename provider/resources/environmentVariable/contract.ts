import { z } from "zod";
import { arg, type Contract, out, type StateOf } from "../contract";
import type { memoryKey } from "../hidden";
import { accountArg, projectArg } from "../place";

/** Zuplo documents about 5 kB, and not whether that is 5000 or 5120 bytes: what may fit is tried. */
const maxValueBytes = 5 * 1024;
const fits = (value: string) => Buffer.byteLength(value) <= maxValueBytes;
const tooLong = `is longer than ${maxValueBytes} bytes, which is more than Zuplo takes: store it elsewhere, and its address here.`;

export const environmentVariableContract = {
  type: "EnvironmentVariable",
  doc: `A variable of one branch of a Zuplo project.

Creating it takes over an existing variable. Zuplo's API cannot delete variables: deleting this resource leaves the variable with its last value, or with \`valueOnDelete\`.`,
  inputs: z.strictObject({
    branch: arg(z.string({ error: "is missing: give the branch whose variable this is." }).min(1), {
      doc: "Branch in source control; a variable belongs to one branch.",
      onChange: "replace",
    }),
    name: arg(z.string({ error: "is missing: give the variable a name in SCREAMING_SNAKE_CASE." }), {
      doc: "Name in SCREAMING_SNAKE_CASE. It may not start with ZUPLO_, ZUDOKU_ or __ZUPLO, except for ZUPLO_PUBLIC_ and ZUDOKU_PUBLIC_.",
      onChange: "replace",
    }),
    value: arg(z.string({ error: "is missing, or is not a string." }).refine(fits, { error: tooLong }), {
      doc: "Value, at most about 5 kB; takes effect with the branch's next redeploy. Secret if `isSecret` is true.",
      onChange: "update",
      secret: { where: "isSecret" },
      isLocal: true,
    }),
    isSecret: arg(z.boolean().optional(), {
      doc: "Whether Zuplo makes the value unreadable. Cannot be changed later.",
      default: "false",
      onChange: "nothing",
      isLocal: true,
    }),
    adopt: arg(z.boolean().optional(), {
      doc: "Whether an existing variable is taken over; if false, it is an error.",
      default: "true",
      onChange: "update",
      isLocal: true,
    }),
    valueOnDelete: arg(z.string().refine(fits, { error: tooLong }).optional(), {
      doc: "Value that the variable gets when this resource is deleted, since Zuplo's API cannot delete it: an empty string, for instance, with which the gateway presents no certificate. It is written only if the variable still has the value in the state, no other resource of the program sets it, and the value does not name a certificate that is missing or not enabled. Without it, the variable keeps its last value. Not with `isSecret`.",
      onChange: "update",
      isLocal: true,
    }),
    account: accountArg,
    project: projectArg,
  }),
  outputs: z.object({
    createdOn: out(z.string().optional(), { doc: "When it was created at Zuplo, ISO 8601." }),
    updatedOn: out(z.string().optional(), {
      doc: "When its value was last set, ISO 8601.",
      movedBy: ["value"],
    }),
  }),
  import: {
    id: "main/BACKEND_URL",
    forms: "`branch/NAME`, or `account/project/branch/NAME`",
    note: "The program's value is assumed to be the one at Zuplo. The next refresh shows if it is not, unless the variable is secret.",
  },
} satisfies Contract;

export type EnvironmentVariableArgs = z.output<(typeof environmentVariableContract)["inputs"]>;

/** What its state keeps to itself. */
export const memorySchema = z.object({
  isAccountGiven: z.boolean().optional(),
  /** The certificate that it named before this one. Any other value is not kept: it may be a secret. */
  last: z.string().optional(),
  /** It was let go, and nobody knows what has become of it since: it is set anew, although nothing has changed. */
  isUnsettled: z.boolean().optional(),
});

export type EnvironmentVariableState = StateOf<typeof environmentVariableContract> & {
  [memoryKey]?: z.output<typeof memorySchema>;
};
