import { z } from "zod";
import type { ProjectSession } from "../projectSession";
import type { Logger } from "../session";
import type { VariableAnswer } from "../zuplo/answers";
import { Conflict, Invalid, NotFound, Unavailable } from "../zuplo/errors";
import { quote } from "../zuplo/redact";
import { importVariable, recogniseVariable } from "./environmentVariableImport";
import {
  type Changes,
  changedKeys,
  configurationFailures,
  failuresOf,
  type Resource,
  scopeArgs,
} from "./resource";

const args = z.strictObject({
  branch: z.string({ error: "is missing: give the branch whose variable this is." }).min(1).meta({
    description: "Branch in source control; a variable belongs to one branch.",
  }),
  name: z.string({ error: "is missing: give the variable a name in SCREAMING_SNAKE_CASE." }).meta({
    description: "Name in SCREAMING_SNAKE_CASE; may not start with ZUPLO or __ZUPLO.",
  }),
  value: z.string({ error: "is missing, or is no text." }).meta({
    description: "Value; takes effect with the branch's next redeploy. Secret where `isSecret` is true.",
  }),
  isSecret: z.boolean().optional().meta({
    description: "Whether Zuplo keeps the value unreadable; false by default. Cannot be changed later.",
  }),
  adopt: z.boolean().optional().meta({
    description: "Whether a variable that exists already is taken over; true by default.",
  }),
  ...scopeArgs,
});

export type EnvironmentVariableArgs = z.output<typeof args>;
export type EnvironmentVariableState = EnvironmentVariableArgs & {
  createdOn?: string | undefined;
  updatedOn?: string | undefined;
};

/** A variable of one branch of a Zuplo project. */
export const environmentVariable: Resource<EnvironmentVariableArgs, EnvironmentVariableState> = {
  type: "EnvironmentVariable",
  args,
  outputs: ["createdOn", "updatedOn"],

  check(context, olds, news) {
    const failures = [...failuresOf(args, news), ...configurationFailures(context, news)];
    const { name } = news;
    if (typeof name === "string") {
      const reason = nameProblem(name);
      if (reason !== undefined) failures.push({ property: "name", reason });
    }
    const isSameVariable = olds !== undefined && changedKeys(identifying, olds, news).length === 0;
    if (isSameVariable && (olds.isSecret ?? false) !== (news.isSecret ?? false)) {
      const reason =
        "cannot be changed at Zuplo: create a variable of another name, and use that one in the gateway.";
      failures.push({ property: "isSecret", reason });
    }
    return { inputs: { ...news }, failures };
  },

  predict: () => ({}),

  diff(olds, news) {
    const changes: Changes = {};
    for (const key of changedKeys(["value", "adopt"], olds, news)) changes[key] = "update";
    for (const key of changedKeys(identifying, olds, news)) changes[key] = "replace";
    return changes;
  },

  async create({ session }, args) {
    const { branch, name, value, isSecret = false, adopt = true } = args;
    const project = await session.project(args);
    const answer = await upsert(project, branch, { name, value, isSecret }, adopt, session.log);
    if (answer.isSecret !== undefined && answer.isSecret !== isSecret)
      throw secrecyDiffers(branch, name, answer.isSecret);
    project.noteVariable({ branch, name, value });
    const { createdOn, updatedOn } = answer;
    return { id: `${branch}/${name}`, state: { ...args, createdOn, updatedOn } };
  },

  /** Zuplo gives no way to read a variable: the state stands. */
  read: async (_context, id, state) => ({ id, state }),

  async update({ session }, _id, olds, news) {
    const { branch, name, value, isSecret = false } = news;
    if (olds.value === value) return { ...news, createdOn: olds.createdOn, updatedOn: olds.updatedOn };
    const project = await session.project(news);
    const { client, scope } = project;
    let answer: VariableAnswer;
    try {
      answer = await client.updateVariable(scope, branch, { name, value, isSecret });
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      session.log.info(`EnvironmentVariable '${branch}/${name}' was deleted outside and is created again.`);
      answer = await client.createVariable(scope, branch, { name, value, isSecret });
    }
    project.noteVariable({ branch, name, value });
    const { createdOn = olds.createdOn, updatedOn } = answer;
    return { ...news, createdOn, updatedOn };
  },

  async delete({ session }, _id, { branch, name, value }) {
    session.noteLeftVariable(branch, name, value);
    session.log.info(
      `EnvironmentVariable '${branch}/${name}' is left at Zuplo with its last value: the API cannot delete a variable.`,
    );
  },

  import: importVariable,
  recognise: recogniseVariable,
  secretKeys: ({ isSecret = false }) => (isSecret === false ? [] : ["value"]),
};

const identifying = ["account", "project", "branch", "name"];

/** The API has no delete, so a variable that exists must not stand in the way of a create. */
async function upsert(
  { client, scope }: ProjectSession,
  branch: string,
  variable: { name: string; value: string; isSecret: boolean },
  adopt: boolean,
  log: Logger,
): Promise<VariableAnswer> {
  let refusal: unknown;
  try {
    return await client.createVariable(scope, branch, variable);
  } catch (error) {
    refusal = error;
  }
  const wasLost = refusal instanceof Unavailable && refusal.maybeApplied;
  // A duplicate is answered with 409 or 400; what else a 400 means, the update is told as well.
  const mayExist = refusal instanceof Conflict || refusal instanceof Invalid;
  if (mayExist && !adopt) throw exists(branch, variable.name, refusal as Conflict | Invalid);
  if (!mayExist && !(wasLost && adopt)) throw refusal;
  try {
    const answer = await client.updateVariable(scope, branch, variable);
    if (mayExist) log.info(`EnvironmentVariable '${branch}/${variable.name}' existed and is taken over.`);
    return answer;
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    // It does not exist after all: the lost create was never applied, or the refusal had another reason.
    if (wasLost) return client.createVariable(scope, branch, variable);
    throw refusal;
  }
}

function nameProblem(name: string): string | undefined {
  if (/^(__)?ZUPLO/i.test(name))
    return `'${quote(name)}' starts with ZUPLO, which Zuplo keeps for itself: choose another name.`;
  if (/^[A-Z_][A-Z0-9_]*$/.test(name)) return undefined;
  return `'${quote(name)}' is not SCREAMING_SNAKE_CASE: use '${quote(screaming(name))}'.`;
}

function screaming(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9_]+/g, "_");
  return (/^[0-9]/.test(words) ? `_${words}` : words || "_").toUpperCase();
}

function exists(branch: string, name: string, cause: Conflict | Invalid): Conflict {
  return new Conflict({
    operation: { verb: "create", resource: "EnvironmentVariable", name: `${branch}/${name}` },
    problem: `not created: ${cause.problem}`,
    advice: "If the variable exists, import it, or remove `adopt: false` so that it is taken over.",
    ...(cause.status === undefined ? {} : { status: cause.status }),
  });
}

function secrecyDiffers(branch: string, name: string, isSecret: boolean): Conflict {
  return new Conflict({
    operation: { verb: "create", resource: "EnvironmentVariable", name: `${branch}/${name}` },
    problem: `the variable exists with isSecret ${isSecret}, which Zuplo cannot change`,
    advice: `Set isSecret to ${isSecret}, or choose another name.`,
  });
}
