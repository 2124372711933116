import { isNamed } from "../../certificates/name";
import type { CertificateFacts } from "../../certificates/parse";
import { isSameCertificate } from "../../certificates/sameCertificate";
import { as } from "../../record/acting";
import { placeInRecord } from "../../record/recorded";
import { BadArguments } from "../badArguments";
import { pick, secretPathsOf } from "../contract";
import { environmentVariable } from "../environmentVariable/lifecycle";
import { factsIn } from "../leafFacts";
import { mtlsCertificate } from "../mtlsCertificate/lifecycle";
import { PartialFailure } from "../partialFailure";
import { redeployment } from "../redeployment/lifecycle";
import {
  type Changes,
  type CheckFailure,
  type Context,
  type RawInputs,
  type Resource,
  type Stored,
  unknown,
} from "../resource";
import { keepSecretsAt } from "../secrecy";
import { type Entry, entryOf, remembered, secretHolders, waitingFor } from "./entries";
import { certificateKey, identityOfPart, type Part, type PartType } from "./parts";

/** What serves each kind of part. */
export const resources: Record<PartType, Resource<unknown, RawInputs>> = {
  MtlsCertificate: mtlsCertificate,
  EnvironmentVariable: environmentVariable,
  Redeployment: redeployment,
};

/** What comes first when parts are deleted: each after what uses it. */
const deletionOrder: readonly PartType[] = ["Redeployment", "EnvironmentVariable", "MtlsCertificate"];

/** What a part is about to be: its checked inputs, and how they differ from what it is. */
export interface PartPlan {
  part: Part;
  inputs: RawInputs;
  entry: Entry | undefined;
  failures: readonly CheckFailure[];
  /** Undefined for one that is created. */
  changes: Changes | undefined;
  /** What the parts after it are told. */
  outputs: RawInputs;
  /** Whether it is at Zuplo already, under the name that it will have. */
  isThere: boolean;
}

/**
 * Brings the parts of one binding to what is wanted, in the order of the rotation, and does for them what an engine does
 * for resources of their own. `entries` is what is there, kept true with every step.
 */
export class BindingRun {
  readonly errors: unknown[] = [];

  constructor(
    private readonly context: Context,
    readonly entries: Entry[],
  ) {}

  /** What would be done, as far as it can be told without a call. */
  plan(parts: readonly Part[]): PartPlan[] {
    const outputs = new Map<string, RawInputs>();
    return parts.map(part => {
      const entry = entryOf(this.entries, part.key);
      const given = part.inputs(key => outputs.get(key) ?? {});
      const planned = this.planPart(part, entry, given);
      outputs.set(part.key, planned.outputs);
      return { part, entry, ...planned };
    });
  }

  /** Creates and updates what is wanted, and deletes what no longer is. What fails is told by `errors`. */
  async reconcile(parts: readonly Part[]): Promise<void> {
    const { program } = this.context.session;
    for (const name of this.entries.flatMap(certificateName)) program.certificates.noteWaiting(name);
    const steps = new Map<string, Promise<void>>();
    const step = (part: Part): Promise<void> => {
      const known = steps.get(part.key);
      if (known !== undefined) return known;
      const before = parts.filter(({ key }) => part.after.includes(key)).map(step);
      const begun = Promise.all(before).then(() =>
        this.attempt(async () => {
          await this.reconcilePart(part);
          if (part.key !== certificateKey) return;
          await this.noteLeftovers();
          // Only now its name is known.
          this.plan(parts);
        }),
      );
      steps.set(part.key, begun);
      return begun;
    };
    await Promise.all(parts.map(step));
    const wanted = new Set(parts.map(({ key }) => key));
    await this.deleteAll(
      this.entries.filter(({ key, isPendingDelete }) => isPendingDelete === true || !wanted.has(key)),
    );
  }

  /** @param told hidden properties that a part is told, as the binding was */
  async deleteAll(entries: readonly Entry[], told: (entry: Entry) => RawInputs = () => ({})): Promise<void> {
    for (const type of deletionOrder) {
      const group = entries.filter(entry => entry.type === type);
      await Promise.all(group.map(entry => this.attempt(() => this.delete(entry, told(entry)))));
    }
  }

  /** Reads every part; one that is gone is no longer there. */
  async refresh(): Promise<void> {
    await Promise.all([...this.entries].map(entry => this.refreshPart(entry)));
  }

  /**
   * What has the name that was wanted, be it with a suffix, and is the same certificate, was uploaded by runs of this
   * binding that were killed before anything of it was stored.
   */
  private async noteLeftovers(): Promise<void> {
    const { id, inputs, state } = entryOf(this.entries, certificateKey) ?? {};
    if (state === undefined) return;
    const project = await this.context.session.project(pick(state, ["account", "project"]));
    const isNew = project.certificates.made().some(made => made.id === id);
    if (!isNew && state.name === inputs?.name) return;
    const facts = factsIn(state as unknown as CertificateFacts);
    for (const other of await project.certificates.list()) {
      const isNamedSo = isNamed(other.name, String(inputs?.name));
      if (other.id !== id && isNamedSo && isSameCertificate(other, facts)) project.ledger.noteOwn(other);
    }
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    // What is under way may end; nothing more is begun.
    if (this.errors.length > 0) return;
    try {
      await work();
    } catch (error) {
      this.errors.push(error);
    }
  }

  private planPart(part: Part, entry: Entry | undefined, given: RawInputs) {
    const checked = this.checked(part, entry, given);
    if (entry === undefined)
      return { ...checked, changes: undefined, outputs: outputsOf(part, checked.inputs), isThere: false };
    const state = this.stateOf(entry, checked.inputs);
    const changes = resources[part.type].diff(this.contextOf(part.key), state, checked.inputs);
    if (!isReplaced(changes))
      return { ...checked, changes, outputs: outputsOf(part, checked.inputs, entry), isThere: true };
    // Checked once more, as if it were new.
    const waiting = this.waitingFor(part, checked.inputs);
    const anew = this.checked(part, waiting, given);
    // What is wrong with a replacement, such as a fixed name, only the comparison tells.
    const { failures } = checked.failures.length > 0 ? checked : anew;
    return {
      ...anew,
      failures,
      changes,
      outputs: outputsOf(part, anew.inputs, waiting),
      isThere: waiting !== undefined,
    };
  }

  private async reconcilePart(part: Part): Promise<void> {
    const entry = entryOf(this.entries, part.key);
    const given = part.inputs(key => entryOf(this.entries, key)?.state ?? {});
    const { inputs, changes, failures } = this.planPart(part, entry, given);
    if (failures.length > 0) throw new BadArguments(failures);
    if (entry === undefined || changes === undefined) return this.create(part, inputs);
    if (isReplaced(changes)) {
      await this.replace(part, inputs);
      entry.isPendingDelete = true;
    } else if (Object.keys(changes).length > 0 || entry.isPartial === true) {
      await this.update(part, entry, inputs);
    } else {
      entry.inputs = remembered(resources[part.type].contract, inputs);
    }
  }

  private async replace(part: Part, inputs: RawInputs): Promise<void> {
    const waiting = this.waitingFor(part, inputs);
    if (waiting === undefined || !(await this.refreshPart(waiting))) return this.create(part, inputs);
    await this.update(part, waiting, inputs);
    // Only now: until it works, the other one is the part in service.
    waiting.isPendingDelete = false;
  }

  private waitingFor({ key }: Part, inputs: RawInputs): Entry | undefined {
    return key === certificateKey ? waitingFor(this.entries, inputs) : undefined;
  }

  /** Reads a part. @returns whether it is there. */
  private async refreshPart(entry: Entry): Promise<boolean> {
    const resource = resources[entry.type];
    const context = this.contextOf(entry.key);
    const found = await resource.read(context, entry.id, structuredClone(entry.state));
    if (found === undefined) this.entries.splice(this.entries.indexOf(entry), 1);
    else entry.state = remembered(resource.contract, found.state);
    return found !== undefined;
  }

  private async create(part: Part, inputs: RawInputs): Promise<void> {
    const resource = resources[part.type];
    const { failure, ...made } = await keepingPartialFailure(() =>
      this.acting(part.key, context => resource.create(context, resource.contract.inputs.parse(inputs))),
    );
    this.entries.push(this.entryAfter(part, inputs, made, failure));
    if (failure !== undefined) throw failureOf(failure);
  }

  private async update(part: Part, entry: Entry, inputs: RawInputs): Promise<void> {
    const resource = resources[part.type];
    const { id } = entry;
    const before = this.stateOf(entry, inputs);
    const { failure, ...made } = await keepingPartialFailure(async () => {
      const args = resource.contract.inputs.parse(inputs);
      const state = await this.acting(part.key, context => resource.update(context, id, before, args));
      return { id, state };
    });
    Object.assign(entry, this.entryAfter(part, inputs, made, failure));
    if (failure !== undefined) throw failureOf(failure);
  }

  private async delete(entry: Entry, more: RawInputs): Promise<void> {
    await this.acting(entry.key, context =>
      resources[entry.type].delete(context, entry.id, { ...structuredClone(entry.state), ...more }),
    );
    this.entries.splice(this.entries.indexOf(entry), 1);
    for (const name of certificateName(entry)) this.context.session.program.certificates.forgetWaiting(name);
  }

  private entryAfter(
    { key, type }: Part,
    inputs: RawInputs,
    { id, state }: Stored<RawInputs>,
    failure: Error | undefined,
  ): Entry {
    const { contract } = resources[type];
    const certificate = entryOf(this.entries, certificateKey)?.state.fingerprint;
    const isRolled = type === "Redeployment" && failure === undefined && typeof certificate === "string";
    return {
      key,
      type,
      id,
      inputs: remembered(contract, inputs),
      state: remembered(contract, state),
      isPartial: failure !== undefined,
      ...(isRolled ? { fingerprint: certificate } : {}),
    };
  }

  private checked(part: Part, entry: Entry | undefined, given: RawInputs) {
    const resource = resources[part.type];
    const { contract } = resource;
    keepSecretsAt(given, secretPathsOf(contract, given));
    // An argument that is not kept cannot differ.
    const olds = entry && { ...pick(given, secretHolders(contract)), ...entry.inputs };
    return resource.check(this.contextOf(part.key), olds, given);
  }

  private stateOf({ type, state }: Entry, inputs: RawInputs): RawInputs {
    return { ...pick(inputs, secretHolders(resources[type].contract)), ...structuredClone(state) };
  }

  /** Does something for a part, which the record tells. */
  private acting<T>(key: string, work: (context: Context) => T): T {
    const context = this.contextOf(key);
    return as({ resource: placeInRecord(context.identity) }, () => work(context));
  }

  private contextOf(key: string): Context {
    return { ...this.context, identity: identityOfPart(this.context.identity, key) };
  }
}

function certificateName({ type, state }: Entry): string[] {
  return type === "MtlsCertificate" && typeof state.name === "string" ? [state.name] : [];
}

function isReplaced(changes: Changes): boolean {
  return Object.values(changes).includes("replace");
}

/**
 * What the parts after it are told. The name of a certificate is not known before it is uploaded, since the one that it
 * should get may be taken: by what a killed run has left, for one, which would be kept if parts seemed to use it.
 */
function outputsOf({ type }: Part, inputs: RawInputs, entry?: Entry): RawInputs {
  if (type !== "MtlsCertificate") return { ...entry?.state, ...inputs };
  return { ...entry?.state, ...inputs, name: entry?.state.name ?? unknown };
}

/** What comes of a create or an update: an object that is there but not as it should be is kept all the same. */
async function keepingPartialFailure(
  work: () => Promise<Stored<RawInputs>>,
): Promise<Stored<RawInputs> & { failure?: PartialFailure<RawInputs> }> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    const failure = error as PartialFailure<RawInputs>;
    return { id: failure.id, state: failure.state, failure };
  }
}

/** What a part's failure says, without the state of the part: only that of the binding is stored. */
function failureOf({ message, cause }: PartialFailure<RawInputs>): Error {
  return new Error(message, { cause });
}
