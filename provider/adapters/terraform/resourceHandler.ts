import { Invalid, Referenced } from "../../api/errors";
import type { Identity } from "../../certificates/identity";
import type { Lifecycle } from "../../lifecycle";
import { pick } from "../../resources/contract";
import {
  forgottenKey,
  memoryKey,
  replacedKey,
  type Successor,
  successorKey,
  successorSchema,
  type TakenOver,
  takenOverKey,
} from "../../resources/hidden";
import { importedKey } from "../../resources/imported";
import { PartialFailure } from "../../resources/partialFailure";
import { type Context, isUnknown, type RawInputs } from "../../resources/resource";
import { type Attribute, hasGeneratedName } from "./attributes";
import { type Diagnostic, diagnostic, failed, failureDiagnostics } from "./diagnostics";
import { identityOfKey, identityOfPrefix } from "./identity";
import { resourceName } from "./names";
import { asPlanned, plannedCreate, plannedUpdate, replacing } from "./planned";
import { isDropped, type PrivateState, readPrivate, writePrivate } from "./privateState";
import type { Message } from "./protocol";
import type { Run } from "./run";
import { Shape, type Stored } from "./shape";
import { afterFailure, afterImport, afterRead, afterSuccess } from "./stateAfter";
import { secretFailures, validateArguments } from "./validate";

type Applied = Message<"ApplyResourceChangeResponse">;

const successorFirst =
  "If it is being replaced, and not removed: set `create_before_destroy = true` in its `lifecycle` block, so that its successor comes first.";

const putBack =
  "If its block had no `create_before_destroy = true`, Terraform deletes it before it updates what names it: put the block back, apply, and remove it after that.";

const renamedBlock = "If its block was only renamed, a `moved` block keeps it as it is.";

/** Serves one kind of resource. */
export class ResourceHandler {
  private readonly shape: Shape;

  constructor(private readonly lifecycle: Lifecycle) {
    this.shape = new Shape(lifecycle.contract);
  }

  get attributes(): readonly Attribute[] {
    return this.shape.attributes;
  }

  get description(): string {
    return this.lifecycle.contract.doc;
  }

  /** What can be said before the provider is configured. */
  validate({ config, clientCapabilities }: Message<"ValidateRequest">): Diagnostic[] {
    const written = this.shape.decode(config) ?? {};
    const given = this.shape.argumentsIn(written);
    return validateArguments(this.lifecycle.contract, this.attributes, written, given, {
      takesWriteOnly: clientCapabilities?.writeOnlyAttributesAllowed === true,
    });
  }

  async read(run: Run, request: Message<"ReadResourceRequest">): Promise<Message<"ReadResourceResponse">> {
    const before = this.shape.stored(request.currentState, request.private);
    if (before === undefined) return {};
    // Without a known place or key nobody can be asked; what the state says stands.
    if (run.isWaiting) return { newState: request.currentState, private: request.private };
    const values = this.shape.stateOf(before);
    const context = this.contextFor(run, values, before.hidden);
    const id = String(before.attributes.id);
    const found = await this.lifecycle.read(context, id, { values, secrets: [] });
    if (found === undefined) return { newState: this.shape.encode(undefined) };
    return this.shape.answer(found, afterRead(this.shape, before, found), before.hidden);
  }

  async plan(
    run: Run,
    request: Message<"PlanResourceChangeRequest">,
  ): Promise<Message<"PlanResourceChangeResponse">> {
    const { shape } = this;
    const before = shape.stored(request.priorState, request.priorPrivate);
    const config = shape.decode(request.config);
    if (config === undefined || shape.decode(request.proposedNewState) === undefined) {
      if (before === undefined)
        return { plannedState: request.proposedNewState, plannedPrivate: request.priorPrivate };
      const takenOver = await this.takenOver(run, shape.stateOf(before), () => run.untilPlanned());
      const plannedPrivate = this.plannedDelete(run, before, request, takenOver);
      // What is planned in the walk that applies it is left of a replacement.
      const isReplaced = run.isApplying || run.wants(before.hidden.key);
      const diagnostics = isReplaced ? [] : this.warningsOfDestroy(run, before, takenOver);
      return { plannedState: request.proposedNewState, plannedPrivate, diagnostics };
    }
    const hidden = before?.hidden ?? readPrivate(request.priorPrivate, undefined);
    const { context, checked, diagnostics } = this.check(run, before, hidden, config);
    if (diagnostics.length > 0) return { plannedState: request.proposedNewState, diagnostics };
    const refused = async (state?: RawInputs, changes = {}) => {
      const look = () => this.lifecycle.planFailures(context, state, checked.values, changes);
      // Without a known place or key nobody can be asked.
      return failureDiagnostics(run.isWaiting ? [] : await run.reading(look), this.attributes);
    };
    if (before === undefined) {
      const failures = await refused();
      if (failures.length > 0) return { plannedState: request.proposedNewState, diagnostics: failures };
      const preview = this.lifecycle.previewCreate(context, checked).values;
      // Of a replacement, the engine asks like this, too: who deletes the old one is told of the new one.
      const plannedPrivate = writePrivate({ ...hidden, successor: successorOf(checked.values) });
      return { plannedState: shape.encode(plannedCreate(shape, config, preview)), plannedPrivate };
    }
    const kept = shape.kept(before, config);
    const { changes, before: state } = this.lifecycle.diff(context, kept, checked.values);
    const failures = await refused(state, changes);
    if (failures.length > 0) return { plannedState: request.proposedNewState, diagnostics: failures };
    // Who deletes it before its successor comes is told by nobody else that another block is for what it leaves: the
    // engine asks once more, as if there were nothing, with what is kept here.
    const isReplaced = Object.values(changes).includes("replace");
    const besides = () => run.untilPlannedBeside();
    const takenOver = isReplaced ? await this.takenOver(run, shape.stateOf(before), besides) : undefined;
    const plannedPrivate = writePrivate({ ...hidden, takenOver });
    const isChanged = Object.keys(changes).length > 0;
    const preview = isChanged ? this.lifecycle.previewUpdate(context, kept, checked).values : state;
    const planned = plannedUpdate(shape, before.attributes, config, preview, changes);
    return {
      plannedState: shape.encode(planned),
      plannedPrivate,
      requiresReplace: replacing(shape, config, changes),
      diagnostics: await this.warningsOfUntold(run, state, checked.values),
    };
  }

  async apply(run: Run, request: Message<"ApplyResourceChangeRequest">): Promise<Applied> {
    const { shape } = this;
    const before = shape.stored(request.priorState, request.plannedPrivate);
    const unchanged = { newState: request.priorState, private: request.plannedPrivate };
    const planned = shape.decode(request.plannedState);
    const config = shape.decode(request.config);
    const isDelete = planned === undefined || config === undefined;
    run.noteApply();
    try {
      return isDelete
        ? await this.delete(run, before, request.plannedPrivate)
        : await this.createOrUpdate(run, request, before, planned, asPlanned(shape, planned, config));
    } catch (error) {
      // The engine does not tell whether a replacement is to follow.
      const hints = isDelete ? hintsOf(error, before) : [];
      const diagnostics = [failed(error, hints)];
      if (before === undefined || !isDelete) return { ...unchanged, diagnostics };
      // It stays, and the next plan may be another one. What is not kept is looked up again.
      const { key, writeOnly } = before.hidden;
      const isForgotten = isDropped(request.plannedPrivate, before.hidden);
      const left = error instanceof PartialFailure ? pick(error.state as RawInputs, [memoryKey]) : {};
      const state = { ...before.hidden.state, ...left };
      const kept = isForgotten ? Buffer.alloc(0) : writePrivate({ key, state, writeOnly });
      return { ...unchanged, private: kept, diagnostics };
    }
  }

  async import(
    run: Run,
    { typeName, id: text = "" }: Message<"ImportResourceStateRequest">,
  ): Promise<Message<"ImportResourceStateResponse">> {
    const found = await this.lifecycle.import({ session: run.session }, text);
    const attributes = afterImport(this.shape, found);
    const { newState: state, ...kept } = this.shape.answer(
      found,
      attributes,
      readPrivate(undefined, found.id),
    );
    return { importedResources: [{ typeName, state, ...kept }] };
  }

  /**
   * What a delete is told of the plan: the engine asks for nothing that does not change, so that nobody else could tell it
   * that another block sets the same variable. What it plans in the walk that applies it is left of a replacement.
   */
  private plannedDelete(
    run: Run,
    before: Stored,
    { priorPrivate }: Message<"PlanResourceChangeRequest">,
    takenOver: TakenOver | undefined,
  ): Uint8Array {
    const { successor: _, ...hidden } = before.hidden;
    const isForgotten = isDropped(priorPrivate, before.hidden);
    const planned = { ...hidden, plannedBy: run.id, ...(isForgotten ? { isForgotten } : {}) };
    return writePrivate({ ...planned, takenOver });
  }

  private async takenOver(
    run: Run,
    values: RawInputs,
    untilTold: () => Promise<void>,
  ): Promise<TakenOver | undefined> {
    if (!this.lifecycle.mayBeTakenOver) return undefined;
    await untilTold();
    return this.lifecycle.takenOver(run.session, { values, secrets: [] });
  }

  /** In an apply the engine tells of nothing that does not change: what that comes to is said in the plan. */
  private async warningsOfUntold(run: Run, before: RawInputs, inputs: RawInputs): Promise<Diagnostic[]> {
    if (run.isApplying || !this.lifecycle.mayMissOthers(before, inputs)) return [];
    await run.untilPlannedBeside();
    const warnings = this.lifecycle.warningsOfUntold(run.session, before, inputs);
    return warnings.map(warning => diagnostic("warning", warning));
  }

  private warningsOfDestroy(run: Run, before: Stored, takenOver: TakenOver | undefined): Diagnostic[] {
    const values = this.shape.stateOf(before);
    const id = String(before.attributes.id);
    const warning = this.lifecycle.warningOfDelete(run.session, id, { values, secrets: [] }, takenOver);
    return warning === undefined ? [] : [diagnostic("warning", `${warning}\n${renamedBlock}`)];
  }

  private async createOrUpdate(
    run: Run,
    request: Message<"ApplyResourceChangeRequest">,
    before: Stored | undefined,
    planned: RawInputs,
    config: RawInputs,
  ): Promise<Applied> {
    const { shape } = this;
    const hidden = before?.hidden ?? readPrivate(request.plannedPrivate, undefined);
    const { context, checked, diagnostics } = this.check(run, before, hidden, config);
    if (diagnostics.length > 0)
      return { newState: request.priorState, private: request.plannedPrivate, diagnostics };
    const outcome =
      before === undefined
        ? await this.lifecycle.create(context, checked)
        : await this.lifecycle.update(
            context,
            String(before.attributes.id),
            shape.kept(before, config),
            checked,
          );
    if (outcome.failure === undefined) {
      const writeOnly = shape.handedOver(config).map(({ property }) => property);
      const attributes = afterSuccess(shape, planned, config, outcome);
      return shape.answer(outcome, attributes, { ...hidden, writeOnly });
    }
    // A new resource that is stored with an error is tainted, and destroyed by the next run. What there is of it is found
    // again by its name.
    if (before === undefined) throw outcome.failure;
    const attributes = afterFailure(shape, before, checked.values, config, outcome);
    return { ...shape.answer(outcome, attributes, hidden), diagnostics: [failed(outcome.failure)] };
  }

  private async delete(
    run: Run,
    before: Stored | undefined,
    hidden: Uint8Array | undefined,
  ): Promise<Applied> {
    if (before === undefined) return {};
    const state = this.shape.stateOf(before);
    const { key, successor, plannedBy, takenOver } = before.hidden;
    await this.lifecycle.noteLeaving(run.session, { values: state, secrets: [] }, takenOver);
    await run.untilPlanned();
    const isLeftOver = plannedBy === run.id && !run.wants(key);
    const values = {
      ...state,
      ...(isDropped(hidden, before.hidden) ? { [forgottenKey]: true } : {}),
      ...(takenOver === undefined ? {} : { [takenOverKey]: takenOver }),
      ...(isLeftOver ? { [replacedKey]: true } : {}),
      [successorKey]: successor,
    };
    // What is made in its place may be in another project.
    const context = this.contextFor(run, values, before.hidden, (successor ?? before.attributes).project);
    await this.lifecycle.delete(context, String(before.attributes.id), { values, secrets: [] });
    return { newState: this.shape.encode(undefined) };
  }

  private check(run: Run, before: Stored | undefined, hidden: PrivateState, config: RawInputs) {
    run.notePlan(hidden.key);
    const values = this.shape.argumentsIn(config);
    const context = this.contextFor(run, values, hidden);
    const olds = before === undefined ? {} : this.shape.kept(before, config).values;
    const known = pick(olds, [...this.shape.given, importedKey]);
    const { failures, ...checked } = this.lifecycle.check(context, known, { values, secrets: [] });
    failures.push(...secretFailures(this.lifecycle.contract, config));
    if (run.isTaken(checked.values, hidden.key)) {
      const reason =
        "is also used by another certificate of this configuration, so each would be taken for the other's predecessor: give each a prefix of its own.";
      failures.push({ property: "namePrefix", reason, code: "ZUPLO1221" });
    }
    return { context, checked, diagnostics: failureDiagnostics(run.known(failures), this.attributes) };
  }

  private contextFor(
    { session }: Run,
    args: RawInputs,
    { key }: PrivateState,
    project: unknown = args.project,
  ): Context {
    const scope = typeof project === "string" ? project : session.config.project;
    return { session, identity: { ...this.identityOf(args, key), scope }, isPlanned: true };
  }

  private identityOf({ name, namePrefix }: RawInputs, key: string): Identity {
    const { contract } = this.lifecycle;
    const type = resourceName(contract.type);
    if (!hasGeneratedName(contract)) return identityOfKey(key, `another ${type}`);
    if (typeof namePrefix === "string") return identityOfPrefix(namePrefix);
    return identityOfKey(key, typeof name === "string" ? name : type);
  }
}

/** What to do in this engine's own words about a deletion that failed. */
function hintsOf(error: unknown, before: Stored | undefined): string[] {
  if (error instanceof PartialFailure) return hintsOf(error.cause, before);
  const { successor, takenOver } = before?.hidden ?? {};
  if (error instanceof Invalid) return takenOver === undefined ? [] : [renamedBlock];
  if (!(error instanceof Referenced)) return [];
  if (successor !== undefined) return [successorFirst];
  const toBeUpdated = [...(takenOver?.variables ?? []), ...(takenOver?.awaited ?? [])];
  return toBeUpdated.length > 0 ? [putBack] : [];
}

/** What is known of the place of what is about to be made. */
function successorOf(values: RawInputs): Successor {
  const known = pick(values, Object.keys(successorSchema.shape));
  return Object.fromEntries(
    Object.entries(known).filter(([, value]) => typeof value === "string" && !isUnknown(value)),
  );
}
