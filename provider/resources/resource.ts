import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import type { Identity } from "../certificates/identity";
import type { VariableValue } from "../rotation/branchVariable";
import type { Session } from "../session";
import type { Coded, Problem } from "../text/codes";
import { quote } from "../text/redact";
import { schemaWords } from "../text/schemaWords";
import { say } from "../text/vocabulary";
import type { Contract } from "./contract";
import { isHidden, type TakenOver } from "./hidden";
import type { Imported } from "./import";
import { isUnknown } from "./unknown";

export { isUnknown, unknown } from "./unknown";

/** Inputs before they are validated: by name, unknown values as `unknown`. */
export type RawInputs = Record<string, unknown>;

/** What a resource needs besides its inputs. */
export interface Context {
  session: Session;
  /** Where the resource stands in the program; not known for one that is being imported. */
  identity?: Identity | undefined;
  /** How long the engine gives the call, in milliseconds, where the program says so (Pulumi's customTimeouts). */
  limitMs?: number | undefined;
  /** The engine holds the resource to an earlier plan: what changes is settled by then. */
  isPlanned?: boolean | undefined;
}

/** An input that cannot be accepted: where it is, and what is wrong with it. */
export interface CheckFailure extends Problem {
  property: string;
}

export interface CheckResult {
  /** The inputs as they are stored: normalised, with what follows from them. */
  inputs: RawInputs;
  failures: CheckFailure[];
}

/** Where a secret stands: property names and array positions from the top. */
export type SecretPath = readonly (string | number)[];

/** How each changed property is changed. */
export type Changes = Record<string, "update" | "replace">;

/** An object at Zuplo, as the engine stores it. */
export interface Stored<State> {
  id: string;
  state: State;
}

/**
 * One kind of resource: pure of how it is served. `State` holds the outputs, the inputs among them.
 * Check and diff call no API and may meet unknown inputs; the others get validated ones.
 */
export interface Resource<Args, State> {
  contract: Contract<z.ZodObject & z.ZodType<Args>>;
  check(context: Context, olds: RawInputs | undefined, news: RawInputs): CheckResult;
  /** Outputs that follow from known arguments: what a preview can show before anything is called. */
  derivedOutputs?(inputs: RawInputs): RawInputs;
  diff(context: Context, olds: State, news: RawInputs): Changes;
  /** Whether the old one of a replacement has to go before the new one can be made, since both have one name. */
  isDeletedFirst?(olds: State, news: RawInputs): boolean;
  /** What a preview can show besides what the contract tells, of an update or, without a state, of a create. */
  previewOutputs?(context: Context, olds: State | undefined, news: RawInputs): RawInputs;
  /** What a preview says in words, of an update or, without a state, of a create; where there is something to say. */
  previewMessage?(
    context: Context,
    olds: State | undefined,
    news: RawInputs,
    changes: Changes,
  ): Coded | undefined;
  /**
   * What is to be refused before anything is changed, since an engine does not tell of what does not change when it
   * applies; of an update or, without a state, of a create. It may look at Zuplo.
   */
  planFailures?(
    context: Context,
    olds: State | undefined,
    news: RawInputs,
    changes: Changes,
  ): CheckFailure[] | Promise<CheckFailure[]>;
  /** What other resources have to do with an update, of which an engine does not tell when it applies. */
  untold?: {
    /** Whether there may be any: only then it is worth a wait until the engine has told of all. */
    isOpen(olds: State, news: RawInputs): boolean;
    warn(session: Session, olds: State, news: RawInputs): Coded[];
  };
  create(context: Context, args: Args): Promise<Stored<State>>;
  /** Undefined when the object is gone. */
  read(context: Context, id: string, state: State): Promise<Stored<State> | undefined>;
  update(context: Context, id: string, olds: State, news: Args): Promise<State>;
  /** @throws PartialFailure where it stays, with what is kept of it: an engine that can may store that */
  delete(context: Context, id: string, state: State): Promise<void>;
  /**
   * What the user should know before it is deleted, where there is something: an engine may show it in its plan.
   *
   * @param takenOver see `takenOver`
   */
  warnOfDelete?(id: string, state: State, takenOver: TakenOver | undefined): Coded | undefined;
  /**
   * The variables that name certificates, by the state of what is to be deleted. Where nobody can read them, a rollback of
   * what takes its place has nothing else to go back to.
   */
  namedBefore?(session: Session, state: State): VariableValue[];
  /** What the program has another resource for, which this one would leave at Zuplo or take away. */
  takenOver?(session: Session, state: State): Partial<TakenOver>;
  /** Finds an object that no state knows of; undefined when there is none. */
  import(context: Context, id: string): Promise<Imported | undefined>;
  /**
   * What the program's arguments tell of an imported object, besides its local ones, where they are recognised as
   * describing the same.
   */
  matchImported?(facts: RawInputs, inputs: RawInputs): RawInputs;
}

/** Most failures that are told of at once; the others can wait for the next run. */
const maxFailures = 20;

/** Validates the inputs that are known. Each failure carries the path of its property. */
export function failuresOf(
  schema: z.ZodObject,
  inputs: RawInputs,
  { isPreview = true } = {},
): CheckFailure[] {
  const known = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
  const waiting = Object.keys(known).filter(key => isPreview && isUnknown(known[key]));
  const result = schema.safeParse(known, { error: schemaWords });
  if (result.success) return [];
  return result.error.issues
    .filter(({ path }) => !waiting.includes(String(path[0])))
    .slice(0, maxFailures)
    .flatMap(issue =>
      issue.code === "unrecognized_keys"
        ? issue.keys.slice(0, maxFailures).map(key => ({
            property: quote(propertyPath([...issue.path, key])),
            reason: noArgument(schema, issue.path),
            code: "ZUPLO1108" as const,
          }))
        : [{ property: propertyPath(issue.path), reason: sentence(issue.message), code: "ZUPLO1108" }],
    );
}

/** Says that exactly one of these arguments is to be given, where it is not so. */
export function choiceFailures(
  { exactlyOne = [] }: { exactlyOne?: readonly string[] },
  inputs: RawInputs,
): CheckFailure[] {
  const [first, ...others] = exactlyOne;
  if (first === undefined || exactlyOne.filter(key => inputs[key] !== undefined).length === 1) return [];
  const rest = others.map(key => `\`${key}\``).join(" or ");
  const reason = `or ${rest}: give exactly one of them.`;
  return [{ property: first, reason, code: "ZUPLO1109" }];
}

function noArgument(schema: z.ZodObject, path: readonly PropertyKey[]): string {
  // What a nested object may hold, its own description tells.
  if (path.length > 0) return "is an unknown argument: remove it.";
  const known = Object.keys(schema.shape).filter(key => !isHidden(key));
  return `is an unknown argument; expected one of: ${known.join(", ")}.`;
}

function propertyPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

function sentence(message: string): string {
  return message.endsWith(".") ? message : `${message}.`;
}

/** Settings without which nothing can be done, said in preview rather than in the middle of a run. */
export function configurationFailures(
  { session }: Context,
  { inputs: { shape } }: Contract,
  inputs: RawInputs,
): CheckFailure[] {
  const { config } = session;
  const failures: CheckFailure[] = session.configProblems.map(({ setting, reason, code }) => ({
    property: setting,
    reason,
    code,
  }));
  if (config.apiKey === undefined && !failures.some(({ property }) => property === say.setting("apiKey"))) {
    const reason = `is not set: set it with ${say.set("apiKey")}, or with ZUPLO_API_KEY in the environment.`;
    failures.push({ property: say.setting("apiKey"), reason, code: "ZUPLO1004" });
  }
  if ("project" in shape && config.project === undefined && inputs.project === undefined) {
    const reason = `is not set: give \`project\`, or set it with ${say.set("project")}, or with ZUPLO_PROJECT in the environment.`;
    failures.push({ property: "project", reason, code: "ZUPLO1004" });
  }
  return failures;
}

/** The properties that differ or are not known yet; a missing property and `undefined` are the same. */
export function changedKeys(keys: readonly string[], olds: object, news: RawInputs): string[] {
  const before = olds as RawInputs;
  return keys.filter(key => isUnknown(news[key]) || !isDeepStrictEqual(before[key], news[key]));
}
