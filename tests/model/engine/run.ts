import { Semaphore } from "async-mutex";
import { completed, importedKey } from "../../../provider/resources/imported";
import { PartialFailure } from "../../../provider/resources/partialFailure";
import { derivedOutputsOf } from "../../../provider/resources/preview";
import { type Context, type RawInputs, unknown } from "../../../provider/resources/resource";
import type { Session } from "../../../provider/session";
import { failureText } from "../../../provider/text/codes";
import { type AnyResource, diff, identityOf, resources } from "../core";
import { type Host, never } from "../host";
import { type Declared, type Reference, resolved } from "../program/declare";
import { pulumiProject } from "../program/spec";
import { deleteGroups } from "./deletes";
import { type Entry, entryOf, type StackState, stored } from "./state";

export interface RunOptions {
  state: StackState;
  stack: string;
  /** The provider's own Zuplo project. */
  project: string;
  declared: readonly Declared[];
  host: Host;
  session: Session;
  /** How many steps are done at a time; default: all that wait for no other. */
  places?: number | undefined;
  /** A step that fails does not keep those from being done that do not depend on it. */
  continueOnError: boolean;
  /** The provider says that it is done with an object: deleted, or not there any more. */
  onGone(entry: Entry, how: "deleted" | "missing"): void;
}

/** More than there are steps. */
const manyPlaces = 1000;

/**
 * Stands in for Pulumi's engine: check → diff → create, update or replace in the order of dependencies, independent
 * steps side by side, deletes last of all; the state is written after each step.
 */
export class EngineRun {
  isAlive = true;
  readonly errors: string[] = [];
  private isStopping = false;
  private readonly failed = new Set<string>();
  private readonly declaredUrns: Set<string>;
  private readonly places: Semaphore;

  constructor(private readonly options: RunOptions) {
    this.places = new Semaphore(options.places ?? manyPlaces);
    this.declaredUrns = new Set(options.declared.map(({ urn }) => urn));
  }

  /** Whether the program still has the resource. */
  declares(urn: string): boolean {
    return this.declaredUrns.has(urn);
  }

  /** Check and diff of everything, with what is not known yet. @returns whether nothing stands against an `up`. */
  preview(): boolean {
    const { declared, state } = this.options;
    const outputs = new Map<string, RawInputs>();
    for (const each of inOrder(declared)) {
      const inputs = this.inputsOf(each, ({ urn, key }) => outputs.get(urn)?.[key] ?? unknown);
      const old = entryOf(state, each.urn);
      const resource = resources[each.type];
      const checked = this.check(resource, each, old?.inputs, inputs);
      if (checked === undefined) continue;
      const known = { ...checked, ...derivedOutputsOf(resource, checked) };
      if (old === undefined) {
        outputs.set(each.urn, known);
        continue;
      }
      const changes = Object.values(diff(resource, this.contextOf(each), old.outputs, checked));
      outputs.set(each.urn, changes.includes("replace") ? known : { ...old.outputs, ...checked });
    }
    return this.errors.length === 0;
  }

  async up(): Promise<void> {
    const { declared, continueOnError } = this.options;
    const steps = new Map<string, Promise<void>>();
    for (const each of inOrder(declared)) {
      const waits = each.dependencies.map(urn => steps.get(urn));
      const step = Promise.all(waits).then(async () => {
        // The engine does not even compare a resource before there is a place for it.
        await this.inPlace(async () => {
          const isBlocked = each.dependencies.some(urn => this.failed.has(urn));
          if (isBlocked || this.isStopping) {
            this.failed.add(each.urn);
            if (isBlocked && !this.isStopping) this.compare(each);
          } else await this.attempt(each.urn, () => this.register(each));
        });
      });
      steps.set(each.urn, step);
    }
    await Promise.all(steps.values());
    if (this.errors.length > 0 && !continueOnError) return;
    const { state } = this.options;
    await this.deleteAll(
      state.entries.filter(entry => entry.isPendingDelete || !this.declaredUrns.has(entry.urn)),
    );
  }

  async refresh(): Promise<void> {
    const { state } = this.options;
    await Promise.all(
      state.entries.map(entry =>
        this.attempt(entry.urn, async () => {
          const outputs = structuredClone(entry.outputs);
          const found = await this.ask(() =>
            resources[entry.type].read(this.contextOf(entry), entry.id, outputs),
          );
          if (found === undefined) {
            this.options.onGone(entry, "missing");
            state.entries.splice(state.entries.indexOf(entry), 1);
          } else {
            entry.outputs = stored(found.state);
          }
        }),
      ),
    );
  }

  /** `pulumi import` of all that the program declares, by ids that can be seen at Zuplo. */
  async import(ids: ReadonlyMap<string, string>): Promise<void> {
    const { state, session, project } = this.options;
    for (const declared of inOrder(this.options.declared)) {
      const { urn, type, name, parents, dependencies } = declared;
      const resource = resources[type];
      const given = this.inputsOf(declared, ({ urn, key }) => entryOf(state, urn)?.outputs[key]);
      const inputs = this.check(resource, declared, undefined, given);
      if (inputs === undefined) return;
      await this.attempt(urn, async () => {
        const id = type === "EnvironmentVariable" ? `${inputs.branch}/${inputs.name}` : (ids.get(urn) ?? "");
        const found = await this.ask(() => resource.import(this.contextOf(declared), id));
        if (found === undefined) throw new Error("it is not there");
        const outputs = completed(resource, session, { ...found.state, [importedKey]: found.facts }, inputs);
        const madeIn = String(inputs.project ?? project);
        const place = { urn, type, name, parents, dependencies, madeIn };
        const flags = { isPendingDelete: false, isPartial: false };
        state.entries.push({
          ...place,
          ...flags,
          id: found.id,
          inputs: found.inputs,
          outputs: stored(outputs),
        });
      });
    }
  }

  async destroy(): Promise<void> {
    await this.deleteAll([...this.options.state.entries]);
  }

  /** Ctrl-C: no further step is begun, and the run has failed. */
  cancel(): void {
    this.errors.push("cancelled");
    this.isStopping = true;
  }

  /** What comes after something that failed is checked and compared all the same, and then left alone. */
  private compare(declared: Declared): void {
    const { state } = this.options;
    const given = this.inputsOf(declared, ({ urn, key }) => entryOf(state, urn)?.outputs[key] ?? unknown);
    const old = entryOf(state, declared.urn);
    const resource = resources[declared.type];
    const context = this.contextOf(declared);
    const { inputs, failures } = resource.check(context, old?.inputs, given);
    if (failures.length === 0 && old !== undefined)
      diff(resource, context, structuredClone(old.outputs), inputs);
  }

  private async register(declared: Declared): Promise<void> {
    const { state } = this.options;
    const { urn, type, name, parents, dependencies } = declared;
    const resource = resources[type];
    const context = this.contextOf(declared);
    const given = this.inputsOf(declared, ({ urn, key }) => entryOf(state, urn)?.outputs[key]);
    const old = entryOf(state, urn);
    const inputs = this.check(resource, declared, old?.inputs, given);
    if (inputs === undefined) throw new Error("check failed");
    const place = { urn, type, name, parents, dependencies, isPendingDelete: false };
    const create = async (inputs: RawInputs) => {
      const args = resource.contract.inputs.parse(inputs);
      const { failure, ...entry } = await this.ask(() =>
        partial(
          () => resource.create(context, args),
          ({ id, state }) => ({ id, outputs: stored(state) }),
        ),
      );
      if (old !== undefined) old.isPendingDelete = true;
      const madeIn = String(inputs.project ?? this.options.project);
      state.entries.push({ ...place, ...entry, madeIn, inputs: stored(inputs) });
      if (failure !== undefined) throw failure;
    };
    if (old === undefined) return create(inputs);
    const changes = Object.values(diff(resource, context, structuredClone(old.outputs), inputs));
    if (changes.includes("replace")) {
      const again = this.check(resource, declared, undefined, given);
      if (again === undefined) throw new Error("check failed");
      return create(again);
    }
    if (changes.length === 0 && !old.isPartial) {
      Object.assign(old, { ...place, inputs: stored(inputs) });
      return;
    }
    const args = resource.contract.inputs.parse(inputs);
    const updated = await this.ask(() =>
      partial(
        () => resource.update(context, old.id, structuredClone(old.outputs), args),
        state => ({ id: old.id, outputs: stored(state) }),
      ),
    );
    const { failure, ...entry } = updated;
    Object.assign(old, { ...place, ...entry, inputs: stored(inputs) });
    if (failure !== undefined) throw failure;
  }

  private async deleteAll(entries: readonly Entry[]): Promise<void> {
    const unshielded = entries.filter(entry => !this.isShielded(entry));
    for (const group of deleteGroups(unshielded, this.options.declared)) {
      const own = group.filter(entry => !this.isShielded(entry));
      await Promise.all(
        own.map(entry => this.inPlace(() => this.attempt(entry.urn, () => this.delete(entry)))),
      );
    }
  }

  private inPlace(work: () => Promise<void>): Promise<void> {
    return this.places.runExclusive(work);
  }

  private async delete(entry: Entry): Promise<void> {
    const { state } = this.options;
    const outputs = structuredClone(entry.outputs);
    await this.ask(() => resources[entry.type].delete(this.contextOf(entry), entry.id, outputs));
    this.options.onGone(entry, "deleted");
    state.entries.splice(state.entries.indexOf(entry), 1);
  }

  /** What failed still needs what it depends on. */
  private isShielded({ urn }: Entry): boolean {
    const { declared, state } = this.options;
    const all = [...declared, ...state.entries];
    const needed = new Set(this.failed);
    for (const each of needed) {
      for (const other of all) if (other.urn === each) for (const urn of other.dependencies) needed.add(urn);
    }
    return needed.has(urn) && !this.failed.has(urn);
  }

  private async attempt(urn: string, work: () => Promise<void>): Promise<void> {
    if (this.isStopping) return;
    try {
      await work();
    } catch (error) {
      this.failed.add(urn);
      this.errors.push(`${urn}: ${error instanceof Error ? error.message : String(error)}`);
      if (!this.options.continueOnError) this.isStopping = true;
    }
  }

  /** Lets the provider work. A dead engine hears nothing of it, and writes nothing. */
  private async ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      const answer = await this.options.host.serve(work);
      return this.isAlive ? answer : never();
    } catch (error) {
      if (!this.isAlive) return never();
      throw error;
    }
  }

  private check(
    resource: AnyResource,
    declared: Declared,
    olds: RawInputs | undefined,
    given: RawInputs,
  ): RawInputs | undefined {
    const { inputs, failures } = resource.check(this.contextOf(declared), olds, given);
    for (const failure of failures) this.errors.push(`${declared.urn}: check: ${failureText(failure)}`);
    return failures.length > 0 ? undefined : inputs;
  }

  private inputsOf({ inputs }: Declared, outputOf: (reference: Reference) => unknown): RawInputs {
    return resolved(inputs, outputOf) as RawInputs;
  }

  private contextOf({ name, parents }: Pick<Declared, "name" | "parents">): Context {
    const place = { project: pulumiProject, stack: this.options.stack, parents, resource: name };
    return { session: this.options.session, identity: identityOf(place) };
  }
}

/** What comes of a create or an update: an object that is there but not as it should be is stored all the same. */
async function partial<T>(
  work: () => Promise<T>,
  entryOf: (result: T) => { id: string; outputs: RawInputs },
): Promise<{ id: string; outputs: RawInputs; isPartial: boolean; failure?: Error }> {
  try {
    return { ...entryOf(await work()), isPartial: false };
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    return { id: error.id, outputs: stored(error.state), isPartial: true, failure: error };
  }
}

/** Dependencies first. */
function inOrder(declared: readonly Declared[]): Declared[] {
  const sorted: Declared[] = [];
  const left = new Set(declared);
  while (left.size > 0) {
    const before = left.size;
    for (const each of left) {
      const waits = [...left].some(other => other !== each && each.dependencies.includes(other.urn));
      if (waits) continue;
      sorted.push(each);
      left.delete(each);
    }
    if (left.size === before) throw new Error("the program depends on itself");
  }
  return sorted;
}
