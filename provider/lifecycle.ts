import { isDeepStrictEqual } from "node:util";
import { NotFound } from "./api/errors";
import { rightToSee } from "./api/rights";
import { recorded } from "./record/recorded";
import { type ResourceType, resources } from "./resources";
import { BadArguments } from "./resources/badArguments";
import { type Contract, namesIn, pick, secretPathsOf, stored } from "./resources/contract";
import { tooDeep, tooDeepProblem } from "./resources/depth";
import { assumedKey, type TakenOver, takenOverSchema } from "./resources/hidden";
import { completed, importedKey, ownValues } from "./resources/imported";
import { PartialFailure } from "./resources/partialFailure";
import { derivedOutputsOf, previewOfCreate, previewOfUpdate } from "./resources/preview";
import {
  type Changes,
  type CheckFailure,
  type Context,
  failuresOf,
  type RawInputs,
  type Resource,
  type SecretPath,
} from "./resources/resource";
import { keepSecretsAt, withoutSecrets } from "./resources/secrecy";
import type { Session } from "./session";
import type { Coded } from "./text/codes";

/** Properties in clear, and where they are secret. */
export interface Marked {
  values: RawInputs;
  /** What the engine says of them; what the contract says is added. */
  secrets: readonly SecretPath[];
}

/** A state as an engine keeps it. */
export interface Kept extends Marked {
  /** The program's arguments, which tell of an imported object what Zuplo does not; missing while none are known. */
  source?: RawInputs | undefined;
}

/** An object as the engine is to keep it. */
export interface Outcome extends Marked {
  id: string;
  /** It exists, but not as it should: the next run calls update again, although no input has changed. */
  failure?: Error;
}

/** An object that was found. */
export interface Found extends Outcome {
  /** Arguments of the state that have another value at Zuplo. */
  drifted: RawInputs;
  /** The arguments that would make it, as far as Zuplo tells, where no program has told them yet. */
  inputs?: RawInputs;
}

/**
 * What every adapter calls for a resource, whatever engine it serves: values are validated and completed, and what is
 * secret is known as such before anything else happens.
 */
export class Lifecycle {
  constructor(private readonly resource: Resource<unknown, object>) {}

  get contract(): Contract {
    return this.resource.contract;
  }

  private get argumentNames(): string[] {
    return Object.keys(this.contract.inputs.shape);
  }

  /** @param olds the arguments of the state, empty where there is none. Calls no API. */
  check(context: Context, olds: RawInputs, news: Marked): Marked & { failures: CheckFailure[] } {
    const deep = tooDeep(news.values);
    if (deep !== undefined) return { ...news, failures: [{ property: deep, ...tooDeepProblem }] };
    keepSecretsAt(olds, this.secretsOf(olds), namesIn(this.contract, olds));
    const given = this.kept(news);
    const before = this.argumentsBefore(context.session, olds, given);
    const { inputs, failures } = this.resource.check(context, before, given);
    const secrets = [...news.secrets, ...this.secretsOf(inputs)];
    return { values: inputs, secrets, failures: withoutSecrets(failures, { ...inputs, ...given }, secrets) };
  }

  /** Outputs that follow from checked inputs. */
  derivedOutputs(inputs: RawInputs): RawInputs {
    return derivedOutputsOf(this.resource, inputs);
  }

  /**
   * What the inputs change, and the state that they are compared with; of a replacement, whether the old one is to be
   * deleted first. Calls no API.
   */
  diff(
    context: Context,
    state: Kept,
    inputs: RawInputs,
  ): { changes: Changes; isDeletedFirst: boolean; before: RawInputs } {
    const [before, own] = [this.before(context.session, state), ownValues(inputs)];
    const changes = this.resource.diff(context, before, own);
    const isReplaced = Object.values(changes).includes("replace");
    return {
      changes,
      isDeletedFirst: isReplaced && this.resource.isDeletedFirst?.(before, own) === true,
      before,
    };
  }

  /** What is to be refused in the plan of an engine that tells of nothing unchanged when it applies. May call the API. */
  async planFailures(
    context: Context,
    before: RawInputs | undefined,
    inputs: RawInputs,
    changes: Changes,
  ): Promise<CheckFailure[]> {
    return this.resource.planFailures?.(context, before, ownValues(inputs), changes) ?? [];
  }

  /** Whether an update may have to do with resources of which such an engine does not tell when it applies. */
  mayMissOthers(before: RawInputs, inputs: RawInputs): boolean {
    return this.resource.untold?.isOpen(before, ownValues(inputs)) === true;
  }

  /** What there is to say of that, as far as the program is known by now. */
  warningsOfUntold(session: Session, before: RawInputs, inputs: RawInputs): Coded[] {
    return this.resource.untold?.warn(session, before, ownValues(inputs)) ?? [];
  }

  previewCreate(context: Context, inputs: Marked): Marked {
    const own = ownValues(inputs.values);
    const previewed = this.resource.previewOutputs?.(context, undefined, own);
    this.tellPreview(context, undefined, own, {});
    const outputs = { ...previewOfCreate(this.resource, own), ...previewed };
    return this.marked(stored(this.contract, outputs), inputs, own);
  }

  previewUpdate(context: Context, state: Kept, inputs: Marked): Marked {
    const own = ownValues(inputs.values);
    const { changes, before } = this.diff(context, state, own);
    const previewed = this.resource.previewOutputs?.(context, before, own);
    this.tellPreview(context, before, own, changes);
    const outputs = { ...previewOfUpdate(this.resource, before, own, changes), ...previewed };
    return this.marked(stored(this.contract, outputs), inputs, own);
  }

  create(context: Context, inputs: Marked): Promise<Outcome> {
    return this.changing(context, "create", () =>
      this.settle(inputs, args => this.resource.create(context, args)),
    );
  }

  update(context: Context, id: string, state: Kept, inputs: Marked): Promise<Outcome> {
    const isAssumed = state.values[importedKey] !== undefined;
    const before = { ...this.before(context.session, state), ...(isAssumed ? { [assumedKey]: true } : {}) };
    // A failure stores what is in force, which may be the old values with the old secrets.
    const secrets = [...inputs.secrets, ...state.secrets];
    return this.changing(context, "update", () =>
      this.settle({ values: inputs.values, secrets }, async args => ({
        id,
        state: await this.resource.update(context, id, before, args),
      })),
    );
  }

  /** Undefined when the object is gone, which has to be proved. */
  async read(context: Context, id: string, state: Kept): Promise<Found | undefined> {
    if (state.values[importedKey] !== undefined && state.source === undefined) {
      const found = await this.find(context, await this.importId(context.session, id, state.values));
      if (found !== undefined) return found;
      await this.resource.read(context, id, ownValues(state.values));
      return undefined;
    }
    const before = this.before(context.session, state);
    const found = await this.resource.read(context, id, before);
    if (found === undefined) return undefined;
    const values = found.state as RawInputs;
    const drifted = this.argumentNames.filter(name => !isDeepStrictEqual(before[name], values[name]));
    return {
      id: found.id,
      values,
      secrets: [...state.secrets, ...this.secretsOf(before)],
      drifted: Object.fromEntries(drifted.map(name => [name, values[name]])),
    };
  }

  /**
   * Remembers what is about to leave the program, as soon as the engine tells of it: what takes its place may be on its
   * way already, and may have to go back to that.
   */
  async noteLeaving(session: Session, state: Kept, takenOver: TakenOver | undefined): Promise<void> {
    for (const variable of takenOver?.believed ?? []) session.program.variables.noteBelieved(variable);
    const before = this.before(session, state);
    const named = this.resource.namedBefore?.(session, before) ?? [];
    if (named.length === 0) return;
    const { ledger } = await session.project(before);
    for (const variable of named) ledger.noteStoredBefore(variable);
  }

  async delete(context: Context, id: string, state: Kept): Promise<void> {
    const before = this.before(context.session, state);
    await recorded(context, `delete ${this.contract.type}`, () => this.resource.delete(context, id, before));
  }

  /** What the user should know before it is deleted. */
  warningOfDelete(session: Session, id: string, state: Kept, takenOver?: TakenOver): Coded | undefined {
    return this.resource.warnOfDelete?.(id, this.before(session, state), takenOver);
  }

  /** Whether what it leaves at Zuplo may be another resource's of the program. */
  get mayBeTakenOver(): boolean {
    return this.resource.takenOver !== undefined;
  }

  /** Where it is, as far as the program is known by now; undefined where it is not. */
  takenOver(session: Session, state: Kept): TakenOver | undefined {
    const found = takenOverSchema.parse(
      this.resource.takenOver?.(session, this.before(session, state)) ?? {},
    );
    return Object.values(found).every(each => each.length === 0) ? undefined : found;
  }

  /** Finds an object that no state knows of. @param text what the user gives: see the contract's `import`. */
  async import(context: Context, text: string): Promise<Found> {
    const found = await this.find(context, text);
    if (found !== undefined) return found;
    // The engine would only say that it does not exist.
    throw new NotFound({
      operation: { verb: "import", resource: this.contract.type, name: text },
      problem: "Zuplo has no such object, or the API key does not see it",
      advice: importAdvice(this.contract),
      code: "ZUPLO1002",
    });
  }

  private changing(context: Context, verb: string, work: () => Promise<Outcome>): Promise<Outcome> {
    return context.session.program.underWay.during(() =>
      recorded(context, `${verb} ${this.contract.type}`, work),
    );
  }

  private tellPreview(context: Context, before: object | undefined, own: RawInputs, changes: Changes): void {
    const text = this.resource.previewMessage?.(context, before, own, changes);
    if (text !== undefined) context.session.log.info(text);
  }

  private async find(context: Context, text: string): Promise<Found | undefined> {
    const found = await this.resource.import(context, text);
    if (found === undefined) return undefined;
    const marked = { [importedKey]: found.facts };
    return {
      id: found.id,
      values: { ...found.state, ...marked },
      inputs: { ...found.inputs, ...marked },
      secrets: [],
      drifted: {},
    };
  }

  /** The import id of an object whose state names its account or project; some resources belong to no project. */
  private async importId(session: Session, id: string, state: RawInputs): Promise<string> {
    const { account, project } = state as { account?: string; project?: string };
    const hasProject = "project" in this.contract.inputs.shape;
    if (account === undefined && (project === undefined || !hasProject)) return id;
    if (!hasProject) return `${account}/${id}`;
    const { scope } = await session.project({ account, project });
    return `${scope.account}/${scope.project}/${id}`;
  }

  private argumentsBefore(session: Session, olds: RawInputs, given: RawInputs): RawInputs | undefined {
    if (Object.keys(olds).length === 0) return undefined;
    // The dynamic classes stored outputs among the inputs.
    const known = pick(olds, [...this.argumentNames, importedKey]);
    return pick(completed(this.resource, session, known, given), this.argumentNames);
  }

  private before(session: Session, { values, source = {} }: Kept): RawInputs {
    for (const each of [values, source])
      keepSecretsAt(each, this.secretsOf(each), namesIn(this.contract, each));
    return completed(this.resource, session, values, source);
  }

  private async settle(
    inputs: Marked,
    work: (args: unknown) => Promise<{ id: string; state: object }>,
  ): Promise<Outcome> {
    const own = this.kept(inputs);
    const failures = failuresOf(this.contract.inputs, own, { isPreview: false });
    if (failures.length > 0) throw new BadArguments(failures);
    try {
      const { id, state } = await work(this.contract.inputs.parse(own));
      return { id, ...this.marked(state as RawInputs, inputs, own) };
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      return { id: error.id, ...this.marked(error.state as RawInputs, inputs, own), failure: error };
    }
  }

  /** The inputs as the resource knows them; what of them is secret is kept out of every message from now on. */
  private kept({ values, secrets }: Marked): RawInputs {
    const own = ownValues(values);
    keepSecretsAt(own, [...secrets, ...this.secretsOf(own)], namesIn(this.contract, own));
    return own;
  }

  private marked(values: RawInputs, { secrets }: Marked, inputs: RawInputs): Marked {
    return { values, secrets: [...secrets, ...this.secretsOf(inputs)] };
  }

  private secretsOf(inputs: RawInputs): SecretPath[] {
    return secretPathsOf(this.contract, inputs);
  }
}

/** The lifecycle of every resource, by its type. */
export const lifecycles = Object.fromEntries(
  Object.entries(resources).map(([type, resource]) => [type, new Lifecycle(resource)]),
) as Readonly<Record<ResourceType, Lifecycle>>;

function importAdvice({ import: form }: Contract): string {
  const check = "Check the id, the account and the project";
  if (form?.shown === undefined) return `${check}.`;
  return `${check}, and that the API key sees its environment type and may ${rightToSee(form.shown)}.`;
}
