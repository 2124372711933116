import { isDeepStrictEqual } from "node:util";
import type { Identity } from "../../certificates/identity";
import type { Kept, Lifecycle, Outcome } from "../../lifecycle";
import { argumentsOf, forgottenArguments, movableOutputs, outputsOf, pick } from "../../resources/contract";
import { importedKey } from "../../resources/imported";
import { type Changes, type Context, isUnknown, type RawInputs, unknown } from "../../resources/resource";
import { type Attribute, attributesOf, hasGeneratedName, type WriteOnly, writeOnlyOf } from "./attributes";
import { type AttributePath, type Diagnostic, failed, failureDiagnostics, pathOf } from "./diagnostics";
import { identityOfKey, identityOfPrefix } from "./identity";
import { resourceName } from "./names";
import { type PrivateState, readPrivate, writePrivate } from "./privateState";
import type { Message } from "./protocol";
import type { Run } from "./settings";
import { validateArguments } from "./validate";
import { decodeObject, encodeObject } from "./values";

/** A resource as Terraform stores it. */
interface Stored {
  /** By property; those that are null are missing. */
  attributes: RawInputs;
  hidden: PrivateState;
}

/** Serves one kind of resource. */
export class ResourceHandler {
  readonly attributes: readonly Attribute[];
  private readonly name: string;
  private readonly twins: readonly WriteOnly[];
  private readonly given: readonly string[];
  private readonly outputs: readonly string[];
  private readonly forgotten: readonly string[];

  constructor(private readonly lifecycle: Lifecycle) {
    const { contract } = lifecycle;
    this.attributes = attributesOf(contract);
    this.name = resourceName(contract.type);
    this.twins = writeOnlyOf(contract);
    this.given = argumentsOf(contract);
    this.outputs = outputsOf(contract);
    this.forgotten = forgottenArguments(contract);
  }

  get description(): string {
    return this.lifecycle.contract.doc;
  }

  /** What can be said before the provider is configured. */
  validate({ config, clientCapabilities }: Message<"ValidateRequest">): Diagnostic[] {
    const written = decodeObject(config, this.attributes) ?? {};
    return validateArguments(this.lifecycle.contract, this.attributes, written, this.argumentsIn(written), {
      takesWriteOnly: clientCapabilities?.writeOnlyAttributesAllowed === true,
    });
  }

  async read(run: Run, request: Message<"ReadResourceRequest">): Promise<Message<"ReadResourceResponse">> {
    const before = this.stored(request.currentState, request.private);
    if (before === undefined) return {};
    // Without a known place or key nobody can be asked; what the state says stands.
    if (run.isWaiting) return { newState: request.currentState, private: request.private };
    const state = this.stateOf(before);
    const context = this.contextFor(run, state, before.hidden);
    const found = await this.lifecycle.read(context, String(before.attributes.id), {
      values: state,
      secrets: [],
    });
    if (found === undefined) return { newState: encodeObject(undefined, this.attributes) };
    const isImported = found.values[importedKey] !== undefined;
    const attributes = this.attributesFrom(({ property, computed }) => {
      if (property === "id") return found.id;
      const value = found.values[property];
      if (computed === true) return isImported && value === "" ? undefined : value;
      if (this.isStored(property, before.hidden) && !isDeepStrictEqual(value, state[property])) return value;
      // In the program's own spelling.
      return before.attributes[property];
    });
    const answer = this.answered(found, attributes, before.hidden);
    return { newState: answer.state, private: answer.hidden };
  }

  plan(run: Run, request: Message<"PlanResourceChangeRequest">): Message<"PlanResourceChangeResponse"> {
    const before = this.stored(request.priorState, request.priorPrivate);
    const config = decodeObject(request.config, this.attributes);
    const proposed = decodeObject(request.proposedNewState, this.attributes);
    // Planned destruction.
    if (proposed === undefined || config === undefined)
      return { plannedState: request.proposedNewState, plannedPrivate: request.priorPrivate };
    const hidden = before?.hidden ?? readPrivate(request.priorPrivate, undefined);
    const { context, checked, diagnostics } = this.check(run, before, hidden, config);
    if (diagnostics.length > 0) return { plannedState: request.proposedNewState, diagnostics };
    const plannedPrivate = writePrivate(
      before === undefined ? { ...hidden, state: {}, writeOnly: [] } : hidden,
    );
    if (before === undefined) {
      const planned = this.plannedCreate(config, this.lifecycle.previewCreate(context, checked).values);
      return { plannedState: encodeObject(planned, this.attributes), plannedPrivate };
    }
    const kept = this.kept(before, config);
    const { changes, before: state } = this.lifecycle.diff(context, kept, checked.values);
    const isChanged = Object.keys(changes).length > 0;
    const preview = isChanged ? this.lifecycle.previewUpdate(context, kept, checked).values : state;
    const planned = this.plannedUpdate(before.attributes, config, preview, changes);
    return {
      plannedState: encodeObject(planned, this.attributes),
      plannedPrivate,
      requiresReplace: this.replacing(changes, config),
    };
  }

  async apply(
    run: Run,
    request: Message<"ApplyResourceChangeRequest">,
  ): Promise<Message<"ApplyResourceChangeResponse">> {
    const before = this.stored(request.priorState, request.plannedPrivate);
    const unchanged = { newState: request.priorState, private: request.plannedPrivate };
    const planned = decodeObject(request.plannedState, this.attributes);
    const config = decodeObject(request.config, this.attributes);
    try {
      if (planned === undefined || config === undefined) return await this.delete(run, before);
      const hidden = before?.hidden ?? readPrivate(request.plannedPrivate, undefined);
      const { context, checked, diagnostics } = this.check(run, before, hidden, config);
      if (diagnostics.length > 0) return { ...unchanged, diagnostics };
      if (before === undefined) {
        const outcome = await this.lifecycle.create(context, checked);
        // A resource that is stored with an error is tainted, and destroyed by the next run. What there is of it is
        // found again by its name.
        if (outcome.failure !== undefined) throw outcome.failure;
        return this.applied(outcome, hidden, planned, config);
      }
      const id = String(before.attributes.id);
      const outcome = await this.lifecycle.update(context, id, this.kept(before, config), checked);
      if (outcome.failure === undefined) return this.applied(outcome, hidden, planned, config);
      const answer = this.inForce(outcome, before, checked.values, config);
      return { ...answer, diagnostics: [failed(outcome.failure)] };
    } catch (error) {
      return { ...unchanged, diagnostics: [failed(error)] };
    }
  }

  async import(
    run: Run,
    { typeName, id: text = "" }: Message<"ImportResourceStateRequest">,
  ): Promise<Message<"ImportResourceStateResponse">> {
    const found = await this.lifecycle.import({ session: run.session }, text);
    const attributes = this.attributesFrom(({ property, computed }) => {
      if (property === "id") return found.id;
      const value = computed === true ? found.values[property] : found.inputs?.[property];
      return value === "" ? undefined : value;
    });
    const { state, hidden } = this.answered(found, attributes, readPrivate(undefined, found.id));
    return { importedResources: [{ typeName, state, private: hidden }] };
  }

  private async delete(
    run: Run,
    before: Stored | undefined,
  ): Promise<Message<"ApplyResourceChangeResponse">> {
    if (before === undefined) return {};
    const state = this.stateOf(before);
    const context = this.contextFor(run, state, before.hidden);
    await this.lifecycle.delete(context, String(before.attributes.id), { values: state, secrets: [] });
    return { newState: encodeObject(undefined, this.attributes) };
  }

  private check(run: Run, before: Stored | undefined, hidden: PrivateState, config: RawInputs) {
    const values = this.argumentsIn(config);
    const context = this.contextFor(run, values, hidden);
    const olds = before === undefined ? {} : this.kept(before, config).values;
    const known = pick(olds, [...this.given, importedKey]);
    const { failures, ...checked } = this.lifecycle.check(context, known, { values, secrets: [] });
    if (run.isTaken(values, hidden.key)) {
      const reason =
        "is that of another certificate of this configuration, too, and each would take the other for its old one: give each its own.";
      failures.push({ property: "namePrefix", reason, code: "ZUPLO1221" });
    }
    return { context, checked, diagnostics: failureDiagnostics(run.known(failures), this.attributes) };
  }

  /** What the program says, each argument once, however it is given. */
  private argumentsIn(config: RawInputs): RawInputs {
    const handedOver = this.twins.filter(({ twin }) => config[twin] !== undefined);
    return {
      ...pick(config, this.given),
      ...Object.fromEntries(handedOver.map(({ property, twin }) => [property, config[twin]])),
    };
  }

  /** What the core keeps of a resource. */
  private stateOf({ attributes, hidden }: Stored): RawInputs {
    const names = [...this.given, ...this.outputs].filter(name => !this.forgotten.includes(name));
    return { ...pick(attributes, names), ...hidden.state };
  }

  /** The same, compared with a program: a value that no state holds is the old one while its version is. */
  private kept(before: Stored, config: RawInputs): Kept {
    const values = this.stateOf(before);
    for (const { property, twin, version } of this.twins) {
      if (version === undefined || !before.hidden.writeOnly.includes(property)) continue;
      if (before.attributes[version] === config[version]) values[property] = config[twin];
    }
    return { values, secrets: [], source: this.argumentsIn(config) };
  }

  private contextFor({ session }: Run, args: RawInputs, { key }: PrivateState): Context {
    return { session, identity: this.identityOf(args, key) };
  }

  private identityOf({ name, namePrefix }: RawInputs, key: string): Identity {
    if (!hasGeneratedName(this.lifecycle.contract)) return identityOfKey(key, `another ${this.name}`);
    if (typeof namePrefix === "string") return identityOfPrefix(namePrefix);
    return identityOfKey(key, typeof name === "string" ? name : this.name);
  }

  private stored(
    message: Message<"DynamicValue"> | undefined,
    hidden: Uint8Array | undefined,
  ): Stored | undefined {
    const attributes = decodeObject(message, this.attributes);
    return attributes === undefined ? undefined : { attributes, hidden: readPrivate(hidden, attributes.id) };
  }

  private plannedCreate(config: RawInputs, preview: RawInputs): RawInputs {
    return this.attributesFrom(({ property, computed }) => {
      if (config[property] !== undefined) return config[property];
      if (computed !== true) return undefined;
      // A name may get a suffix, and a place may be that of the key.
      return this.outputs.includes(property) ? (preview[property] ?? unknown) : unknown;
    });
  }

  private plannedUpdate(
    before: RawInputs,
    config: RawInputs,
    preview: RawInputs,
    changes: Changes,
  ): RawInputs {
    const planned = this.attributesFrom(({ property, computed }) => {
      if (this.outputs.includes(property)) return preview[property];
      const isChanged = changes[property] !== undefined;
      if (config[property] === undefined) {
        if (computed !== true) return undefined;
        return isChanged ? unknown : before[property];
      }
      // Another spelling of the same is no difference.
      return isChanged || before[property] === undefined || this.isAside(property)
        ? config[property]
        : before[property];
    });
    if (Object.keys(changes).length > 0 && isDeepStrictEqual(planned, this.attributesFrom(of(before)))) {
      // What has changed is to be seen nowhere; without a difference the engine would do nothing.
      const moved = movableOutputs(this.lifecycle.contract);
      for (const property of moved.length > 0 ? moved : this.outputs) planned[property] = unknown;
    }
    return planned;
  }

  /** What the user changed and not what follows from it, such as the name: unless nothing else is the reason. */
  private replacing(changes: Changes, config: RawInputs): AttributePath[] {
    const all = Object.keys(changes).filter(property => changes[property] === "replace");
    const written = all.filter(property => config[property] !== undefined);
    return (written.length > 0 ? written : all).flatMap(property => pathOf(property, this.attributes) ?? []);
  }

  /** After a change that succeeded: what was planned is what is told, and the core's own spelling stays hidden. */
  private applied(
    outcome: Outcome,
    hidden: PrivateState,
    planned: RawInputs,
    config: RawInputs,
  ): Message<"ApplyResourceChangeResponse"> {
    const attributes = this.attributesFrom(({ property }) => {
      if (!isUnknown(planned[property])) return planned[property];
      if (property === "id") return outcome.id;
      return config[property] ?? outcome.values[property];
    });
    const handedOver = this.twins.filter(({ twin }) => config[twin] !== undefined);
    const writeOnly = handedOver.map(({ property }) => property);
    const answer = this.answered(outcome, attributes, { ...hidden, writeOnly });
    return { newState: answer.state, private: answer.hidden };
  }

  /** After one that failed: what holds now, each argument as it was written for it. */
  private inForce(
    outcome: Outcome,
    before: Stored,
    news: RawInputs,
    config: RawInputs,
  ): Message<"ApplyResourceChangeResponse"> {
    const olds = this.stateOf(before);
    const attributes = this.attributesFrom(({ property }) => {
      if (property === "id") return outcome.id;
      const value = outcome.values[property];
      if (this.outputs.includes(property)) return value;
      if (!this.isStored(property, before.hidden) || isDeepStrictEqual(value, olds[property]))
        return before.attributes[property];
      return isDeepStrictEqual(value, news[property]) ? (config[property] ?? value) : value;
    });
    const answer = this.answered(outcome, attributes, before.hidden);
    return { newState: answer.state, private: answer.hidden };
  }

  private answered({ values }: Outcome, attributes: RawInputs, hidden: PrivateState) {
    const kept = Object.entries(values).filter(
      ([name, value]) =>
        value !== undefined &&
        !hidden.writeOnly.includes(name) &&
        !this.forgotten.includes(name) &&
        !isDeepStrictEqual(value, attributes[name]),
    );
    return {
      state: encodeObject(attributes, this.attributes),
      hidden: writePrivate({ ...hidden, state: Object.fromEntries(kept) }),
    };
  }

  /** Whether the state of the core holds an argument. */
  private isStored(property: string, { writeOnly }: PrivateState): boolean {
    return !this.forgotten.includes(property) && !writeOnly.includes(property) && !this.isAside(property);
  }

  /** Whether an attribute is Terraform's alone. */
  private isAside(property: string): boolean {
    return this.twins.some(({ twin, version }) => property === twin || property === version);
  }

  private attributesFrom(told: (attribute: Attribute) => unknown): RawInputs {
    // What is write-only stands in no state and no plan.
    const shown = this.attributes.filter(({ writeOnly }) => writeOnly !== true);
    const entries = shown.map((attribute): [string, unknown] => [attribute.property, told(attribute)]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
}

const of =
  (values: RawInputs) =>
  ({ property }: Attribute): unknown =>
    values[property];
