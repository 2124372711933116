/** A small stand-in for the engine: one run after the other over the same stack, each with a context of its own. */

import type { Emulator } from "../../emulator";
import type { Identity } from "../../provider/certificates/identity";
import { type ResourceType, resources as served } from "../../provider/resources";
import { completed, importedKey } from "../../provider/resources/imported";
import { PartialFailure } from "../../provider/resources/partialFailure";
import { previewOfCreate, previewOfUpdate } from "../../provider/resources/preview";
import {
  type Changes,
  type CheckFailure,
  type Context,
  type RawInputs,
  type Resource,
  unknown,
} from "../../provider/resources/resource";
import { failureText } from "../../provider/text/codes";
import { contextOf, RecordingLogger } from "./core";

type AnyResource = Resource<RawInputs, RawInputs>;

const resources = served as unknown as Record<ResourceType, AnyResource>;

/** The outputs of a resource that comes before in the program. */
export type OutputsOf = (resource: Declared) => RawInputs;

/** A resource of a program. */
export interface Declared {
  type: ResourceType;
  name: string;
  /** The types of its parents, joined by `$`. */
  parents?: string;
  args: RawInputs | ((of: OutputsOf) => RawInputs);
  deleteBeforeReplace?: boolean;
}

/** What one run of the engine is given. */
export interface RunOptions {
  /** Names of resources to which the engine comes at the same time. */
  atOnce?: readonly string[];
  /** Settings over those of the emulator. */
  env?: Record<string, string>;
  /** Reads everything first, in the same run, as `pulumi up --refresh` does. */
  refresh?: boolean;
  /** Those that the run comes to, as with `--target`: others are not even checked. */
  isTargeted?: (declared: Omit<Declared, "args">) => boolean;
  /** The engine ends before it deletes anything: what is to be deleted stays in the state. */
  withoutDeletes?: boolean;
  /** As with `--continue-on-error`: what comes after a failure is only checked and compared, and what has left is deleted. */
  continueOnError?: boolean;
  /** The clock, in milliseconds since 1970. */
  now?: () => number;
  /** Whether the engine is still there. */
  isEngineAlive?: () => Promise<boolean>;
  /** What the run tells goes there, also where it fails. */
  log?: RecordingLogger;
}

/** A Check that failed: the run ends before anything is done to the resource. */
export class CheckFailed extends Error {
  constructor(readonly failures: readonly CheckFailure[]) {
    super(failures.map(failureText).join("\n"));
  }
}

interface Entry {
  declared: Omit<Declared, "args">;
  id: string;
  inputs: RawInputs;
  state: RawInputs;
  /** The last create or update did not complete: the next run updates it whatever the difference. */
  isIncomplete?: boolean;
}

interface StackState {
  entries: Map<string, Entry>;
  /** Replaced and not deleted yet. */
  pending: Entry[];
}

/** What an engine does one after the other, and what at the same time. */
function stepsOf(program: readonly Declared[], atOnce: readonly string[] = []): Declared[][] {
  const together = program.filter(({ name }) => atOnce.includes(name));
  const [last] = together.slice(-1);
  return program.flatMap(declared => {
    if (declared === last) return [together];
    return together.includes(declared) ? [] : [[declared]];
  });
}

/** A Pulumi stack, as far as the core can tell. */
export class Stack {
  private state: StackState = { entries: new Map(), pending: [] };
  /** What dynamic resources remember of the stack that made them, where it has got another name. */
  deletesAs: { project: string; stack: string } | undefined;

  constructor(
    private readonly emulator: Emulator,
    private readonly place: { project: string; stack: string } = { project: "shop", stack: "prod" },
  ) {}

  /** `pulumi up`, one resource after the other in the program's order. Rejects with the first failure. */
  async up(program: readonly Declared[], options: RunOptions = {}): Promise<RecordingLogger> {
    const { context, log } = this.begin(options);
    const { isTargeted = () => true } = options;
    if (options.refresh === true) await this.readAll(context);
    let failure: unknown;
    for (const step of stepsOf(program.filter(isTargeted), options.atOnce)) {
      if (failure !== undefined) {
        for (const declared of step) this.compare(context, declared);
        continue;
      }
      const done = await Promise.allSettled(step.map(declared => this.step(context, declared)));
      const failed = done.find(({ status }) => status === "rejected");
      if (failed === undefined) continue;
      failure = (failed as PromiseRejectedResult).reason;
      if (options.continueOnError !== true) throw failure;
    }
    const wanted = new Set(program.map(keyOf));
    const removed = [...this.state.entries]
      .filter(([key, { declared }]) => !wanted.has(key) && isTargeted(declared))
      .map(([key]) => key);
    if (options.withoutDeletes === true) return log;
    // What depends on a replaced one goes before it.
    await this.remove(context, removed);
    await this.deletePending(context);
    if (failure !== undefined) throw failure;
    return log;
  }

  /** Check and diff of everything, and what comes of it; nothing is called. */
  async preview(
    program: readonly Declared[],
    options: RunOptions = {},
  ): Promise<{ log: RecordingLogger; changes: Map<Declared, Changes>; foreseen: OutputsOf }> {
    const { context, log } = this.begin(options);
    const changes = new Map<Declared, Changes>();
    const foreseen = new Map<string, RawInputs>();
    for (const declared of program) {
      const resource = resources[declared.type];
      const entry = this.state.entries.get(keyOf(declared));
      const own = this.contextFor(context, declared);
      const args = this.argsOf(declared, other => foreseen.get(keyOf(other)) ?? this.outputs(other));
      const inputs = checked(own, declared, entry?.inputs, args);
      const found = entry === undefined ? {} : diffOf(resource, own, entry.state, inputs);
      if (entry !== undefined) changes.set(declared, found);
      if (entry !== undefined && !Object.values(found).includes("replace")) {
        const outputs = previewOfUpdate(resource, entry.state, inputs, found);
        foreseen.set(keyOf(declared), {
          ...outputs,
          ...resource.previewOutputs?.(own, entry.state, inputs),
        });
      } else {
        const anew = entry === undefined ? inputs : checked(own, declared, undefined, args);
        const outputs = previewOfCreate(resource, anew);
        foreseen.set(keyOf(declared), {
          ...outputs,
          ...resource.previewOutputs?.(own, undefined, anew),
        });
      }
    }
    return { log, changes, foreseen: declared => foreseen.get(keyOf(declared)) ?? {} };
  }

  async refresh(options: RunOptions = {}): Promise<RecordingLogger> {
    const { context, log } = this.begin(options);
    await this.readAll(context);
    return log;
  }

  async destroy(options: RunOptions = {}): Promise<RecordingLogger> {
    const { context, log } = this.begin(options);
    await this.deletePending(context);
    await this.remove(context, [...this.state.entries.keys()]);
    return log;
  }

  /**
   * The option `import`, in a run of its own: what exists at Zuplo becomes the declared resource. With the command the
   * program is not looked at yet.
   */
  async adopt(declared: Declared, id: string, how: "option" | "command" = "option"): Promise<void> {
    const { context } = this.begin({});
    const resource = resources[declared.type];
    const own = this.contextFor(context, declared);
    const found = await resource.import(own, id);
    if (found === undefined) throw new Error(`there is no ${declared.type} ${id}`);
    const args = this.argsOf(declared);
    const complete = (values: RawInputs) =>
      completed(resource, context.session, { ...values, [importedKey]: found.facts }, args);
    const [known, state] = [complete(found.inputs), complete(found.state)];
    const inputs = how === "option" ? checked(own, declared, known, args) : known;
    this.state.entries.set(keyOf(declared), { declared, id: found.id, inputs, state });
  }

  /** The option `aliases`: a resource of another name has the state of what it is called now. */
  alias(former: Declared, declared: Declared): void {
    const entry = this.state.entries.get(keyOf(former));
    if (entry === undefined) throw new Error(`${keyOf(former)} is not in the state`);
    this.state.entries.delete(keyOf(former));
    this.state.entries.set(keyOf(declared), entry);
  }

  /** `pulumi state delete`. */
  forget(declared: Declared): void {
    this.state.entries.delete(keyOf(declared));
  }

  /** What the engine remembers now; to be given to `restore` when a run was killed before it could write its state. */
  save(): StackState {
    return { entries: new Map(this.state.entries), pending: [...this.state.pending] };
  }

  restore({ entries, pending }: StackState): void {
    this.state = { entries: new Map(entries), pending: [...pending] };
  }

  /** The outputs of a resource, which must be there. */
  outputs(declared: Declared): RawInputs {
    const entry = this.state.entries.get(keyOf(declared));
    if (entry === undefined) throw new Error(`${keyOf(declared)} is not in the state`);
    return entry.state;
  }

  private begin({ env, now, isEngineAlive, log = new RecordingLogger() }: RunOptions): {
    context: Context;
    log: RecordingLogger;
  } {
    const context = contextOf(this.emulator, {
      log,
      ...(env === undefined ? {} : { env }),
      ...(now === undefined ? {} : { now }),
    });
    if (isEngineAlive !== undefined) Object.assign(context.session, { engine: { isAlive: isEngineAlive } });
    return { context, log };
  }

  private contextFor({ session }: Context, { name, parents = "" }: Omit<Declared, "args">): Context {
    const identity = { ...this.place, parents, resource: name } as Identity;
    return { session, identity };
  }

  private argsOf({ type, args }: Declared, of: OutputsOf = other => this.outputs(other)): RawInputs {
    const given = typeof args === "function" ? args(of) : args;
    const known = Object.entries(given).filter(
      ([key, value]) =>
        value !== undefined && (!key.startsWith("__") || key in resources[type].contract.inputs.shape),
    );
    return Object.fromEntries(known);
  }

  /** What the engine does of a resource that comes after one that failed. */
  private compare(context: Context, declared: Declared): void {
    const resource = resources[declared.type];
    const own = this.contextFor(context, declared);
    const entry = this.state.entries.get(keyOf(declared));
    const args = this.argsOf(declared, other => this.state.entries.get(keyOf(other))?.state ?? notKnown);
    const { inputs, failures } = resource.check(own, entry?.inputs, args);
    if (failures.length === 0 && entry !== undefined) diffOf(resource, own, entry.state, inputs);
  }

  private async step(context: Context, declared: Declared): Promise<void> {
    const resource = resources[declared.type];
    const own = this.contextFor(context, declared);
    const key = keyOf(declared);
    const entry = this.state.entries.get(key);
    const args = this.argsOf(declared);
    const inputs = checked(own, declared, entry?.inputs, args);
    if (entry === undefined) return this.create(own, declared, inputs);
    const kinds = Object.values(diffOf(resource, own, entry.state, inputs));
    if (kinds.includes("replace")) {
      // As the engine does: a replacement is checked once more, as if it were new.
      const anew = checked(own, declared, undefined, args);
      const isFirst = resource.isDeletedFirst?.(entry.state, inputs) === true;
      if (declared.deleteBeforeReplace === true || isFirst) {
        await resource.delete(own, entry.id, entry.state);
        this.state.entries.delete(key);
        return this.create(own, declared, anew);
      }
      // The old one is in the state until the new one is there.
      await this.create(own, declared, anew, () => void this.state.pending.push(entry));
    } else if (kinds.length > 0 || entry.isIncomplete === true) {
      await this.store(declared, inputs, async () => ({
        id: entry.id,
        state: await resource.update(
          own,
          entry.id,
          entry.state,
          resource.contract.inputs.parse(inputs) as RawInputs,
        ),
      }));
    } else {
      this.state.entries.set(key, { ...entry, inputs });
    }
  }

  private create(
    context: Context,
    declared: Declared,
    inputs: RawInputs,
    onStored?: () => void,
  ): Promise<void> {
    const resource = resources[declared.type];
    const work = () => resource.create(context, resource.contract.inputs.parse(inputs) as RawInputs);
    return this.store(declared, inputs, work, onStored);
  }

  private async store(
    { type, name, parents }: Declared,
    inputs: RawInputs,
    work: () => Promise<{ id: string; state: RawInputs }>,
    onStored?: () => void,
  ): Promise<void> {
    const declared = { type, name, ...(parents === undefined ? {} : { parents }) };
    const keep = (entry: Pick<Entry, "id" | "state" | "isIncomplete">) => {
      onStored?.();
      this.state.entries.set(keyOf(declared), { declared, inputs, ...entry });
    };
    try {
      keep(await work());
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      keep({ id: error.id, state: error.state as RawInputs, isIncomplete: true });
      throw error.cause;
    }
  }

  private async readAll(context: Context): Promise<void> {
    for (const [key, entry] of this.state.entries) {
      const own = this.contextFor(context, entry.declared);
      const found = await resources[entry.declared.type].read(own, entry.id, entry.state);
      if (found === undefined) this.state.entries.delete(key);
      // A refresh makes Pulumi forget that an update has failed.
      else this.state.entries.set(key, { ...entry, ...found, isIncomplete: false });
    }
  }

  private async deletePending(context: Context): Promise<void> {
    for (const entry of this.state.pending.slice().reverse()) {
      await this.delete(context, entry);
      this.state.pending = this.state.pending.filter(other => other !== entry);
    }
  }

  private async remove(context: Context, keys: readonly string[]): Promise<void> {
    for (const key of keys.slice().reverse()) {
      const entry = this.state.entries.get(key);
      if (entry === undefined) continue;
      await this.delete(context, entry);
      this.state.entries.delete(key);
    }
  }

  private delete(context: Context, { declared, id, state }: Entry): Promise<void> {
    const { session, identity } = this.contextFor(context, declared);
    const own = { session, identity: { ...identity, ...this.deletesAs } as Identity };
    return thrownAsCause(() => resources[declared.type].delete(own, id, state));
  }
}

/** This engine keeps nothing of a deletion that failed. */
async function thrownAsCause(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof PartialFailure ? error.cause : error;
  }
}

/** The outputs of what is not there. */
const notKnown: RawInputs = new Proxy({}, { get: () => unknown });

function keyOf({ type, name, parents = "" }: Omit<Declared, "args">): string {
  return `${parents}/${type}/${name}`;
}

function checked(
  context: Context,
  { type }: Declared,
  olds: RawInputs | undefined,
  news: RawInputs,
): RawInputs {
  const { inputs, failures } = resources[type].check(context, olds, news);
  if (failures.length > 0) throw new CheckFailed(failures);
  return inputs;
}

/** The one place where a difference is asked for. */
function diffOf(resource: AnyResource, context: Context, state: RawInputs, inputs: RawInputs): Changes {
  return resource.diff(context, state, inputs);
}
