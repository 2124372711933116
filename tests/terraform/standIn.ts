import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Emulator } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import { type Attribute, attributesOf } from "../../provider/adapters/terraform/attributes";
import { dataSources } from "../../provider/adapters/terraform/dataSource";
import type { Diagnostic } from "../../provider/adapters/terraform/diagnostics";
import { resourceName } from "../../provider/adapters/terraform/names";
import type { Message, ProviderMethods } from "../../provider/adapters/terraform/protocol";
import { provider } from "../../provider/adapters/terraform/provider";
import { served } from "../../provider/adapters/terraform/served";
import { settingAttributes } from "../../provider/adapters/terraform/settings";
import { decodeObject, encodeObject } from "../../provider/adapters/terraform/values";
import { isUnknown, type RawInputs } from "../../provider/resources/resource";

const attributesByType = new Map<string, readonly Attribute[]>(
  served.map(({ contract }) => [resourceName(contract.type), attributesOf(contract)]),
);

/** A resource in a state. */
export interface InState {
  state: Message<"DynamicValue">;
  private: Uint8Array | undefined;
}

export interface Planned {
  action: "create" | "update" | "replace" | "nothing";
  planned: RawInputs;
  replacing: string[];
  response: Message<"PlanResourceChangeResponse">;
  diagnostics: Diagnostic[];
}

/** The setting of an engine that can do everything. */
const clientCapabilities = { writeOnlyAttributesAllowed: true };

/** A call that was answered with errors. */
export class Refused extends Error {
  constructor(
    readonly diagnostics: readonly Diagnostic[],
    readonly newState?: InState,
  ) {
    super(diagnostics.map(({ summary, detail }) => `${summary}\n${detail}`).join("\n"));
  }
}

/**
 * What Terraform asks of a provider for one resource, and the rules by which it judges the answers. Values are by
 * property. Each instance stands for one process of the provider.
 */
export class StandIn {
  private readonly methods: ProviderMethods = provider({ isAlive: async () => true });
  private isConfigured: Promise<unknown> | undefined;

  constructor(
    private readonly emulator: Emulator,
    private readonly settings: RawInputs = {},
  ) {}

  async validate(type: string, config: RawInputs, capabilities = clientCapabilities): Promise<Diagnostic[]> {
    const { diagnostics = [] } = await this.methods.ValidateResourceConfig({
      typeName: type,
      config: encode(type, config),
      clientCapabilities: capabilities,
    });
    return diagnostics;
  }

  async plan(type: string, config: RawInputs, before?: InState): Promise<Planned> {
    await this.configured();
    const first = await this.planOnce(type, config, before);
    const olds = before && decode(type, before.state);
    const differing = Object.keys({ ...olds, ...first.planned }).filter(
      name => isUnknown(first.planned[name]) || !isDeepStrictEqual(olds?.[name], first.planned[name]),
    );
    const replacing = first.replacing.filter(name => differing.includes(name));
    if (before === undefined) return { ...first, action: "create" };
    if (replacing.length === 0) return { ...first, action: differing.length > 0 ? "update" : "nothing" };
    // As the engine does: once more as if there were nothing, with what is kept beside the old one.
    const anew = await this.planOnce(type, config, undefined, first.response.plannedPrivate);
    return { ...anew, action: "replace", replacing };
  }

  /** The plan, as the engine makes it again in another process once it knows everything. */
  async planAgain(
    type: string,
    config: RawInputs,
    { action, planned }: Pick<Planned, "action" | "planned">,
    before?: InState,
  ): Promise<Planned> {
    const final = await this.plan(type, config, before);
    const isAllowed = final.action === action || (action === "update" && final.action === "nothing");
    assert.ok(isAllowed, `the planned action changed from ${action} to ${final.action}`);
    for (const [property, value] of Object.entries(planned))
      if (!isUnknown(value))
        assert.deepEqual(final.planned[property], value, `${property} as it was planned`);
    return final;
  }

  /** What `-replace` plans, or `taint`: nothing is told of what there is, or of what is kept beside it. */
  async planAnew(type: string, config: RawInputs, before?: InState): Promise<Planned> {
    await this.configured();
    return this.planOnce(type, config, undefined, before?.private);
  }

  /** @returns what the engine keeps then. Throws what the provider refuses. */
  async apply(
    type: string,
    config: RawInputs,
    { action, response }: Planned,
    before?: InState,
  ): Promise<InState> {
    await this.configured();
    const isNew = before === undefined || action === "replace";
    const answer = await this.methods.ApplyResourceChange({
      typeName: type,
      priorState: isNew ? encode(type, undefined) : before.state,
      plannedState: response.plannedState,
      config: encode(type, config),
      plannedPrivate: response.plannedPrivate,
    });
    const { diagnostics = [] } = answer;
    const kept = { state: answer.newState ?? encode(type, undefined), private: answer.private };
    if (hasErrors(diagnostics)) throw new Refused(diagnostics, kept);
    const values = decode(type, kept.state) ?? {};
    const planned = decode(type, response.plannedState ?? {}) ?? {};
    assert.ok(!isUnknown(values), "the new state is known");
    for (const { property, writeOnly } of attributesOfType(type)) {
      if (writeOnly === true) assert.equal(values[property], undefined, property);
      else if (!isUnknown(planned[property]))
        assert.deepEqual(values[property], planned[property], `${property} is as it was planned`);
    }
    return kept;
  }

  /** Plan and apply in one process, as far as there is something to do. */
  async run(type: string, config: RawInputs, before?: InState): Promise<InState> {
    const plan = await this.plan(type, config, before);
    return plan.action === "nothing" && before !== undefined
      ? before
      : this.apply(type, config, plan, before);
  }

  async read(type: string, { state, private: hidden }: InState): Promise<InState | undefined> {
    await this.configured();
    const answer = await this.methods.ReadResource({
      typeName: type,
      currentState: state,
      ...(hidden === undefined ? {} : { private: hidden }),
    });
    if (hasErrors(answer.diagnostics)) throw new Refused(answer.diagnostics ?? []);
    if (answer.newState === undefined || decode(type, answer.newState) === undefined) return undefined;
    return { state: answer.newState, private: answer.private };
  }

  /** What the plan keeps for the delete of a resource. */
  async planDelete(type: string, before: InState): Promise<InState & { diagnostics: Diagnostic[] }> {
    await this.configured();
    const answer = await this.methods.PlanResourceChange({
      typeName: type,
      priorState: before.state,
      proposedNewState: encode(type, undefined),
      config: encode(type, undefined),
      ...(before.private === undefined ? {} : { priorPrivate: before.private }),
    });
    const { plannedPrivate, diagnostics = [] } = answer;
    return { state: before.state, private: plannedPrivate, diagnostics };
  }

  async delete(type: string, before: InState): Promise<void> {
    await this.configured();
    const answer = await this.methods.ApplyResourceChange({
      typeName: type,
      priorState: before.state,
      plannedState: encode(type, undefined),
      config: encode(type, undefined),
      ...(before.private === undefined ? {} : { plannedPrivate: before.private }),
    });
    const { diagnostics } = answer;
    if (hasErrors(diagnostics))
      throw new Refused(diagnostics ?? [], {
        state: answer.newState ?? before.state,
        private: answer.private,
      });
  }

  /** Reads a data source. */
  async ask(name: string, config: RawInputs): Promise<void> {
    await this.configured();
    const attributes = dataSources.get(name)?.attributes ?? assert.fail(`there is no ${name}`);
    const { diagnostics } = await this.methods.ReadDataSource({
      typeName: name,
      config: encodeObject(config, attributes),
    });
    if (hasErrors(diagnostics)) throw new Refused(diagnostics ?? []);
  }

  async import(type: string, id: string): Promise<InState> {
    await this.configured();
    const { importedResources = [], diagnostics } = await this.methods.ImportResourceState({
      typeName: type,
      id,
    });
    if (hasErrors(diagnostics)) throw new Refused(diagnostics ?? []);
    const [imported] = importedResources;
    const found = await this.read(type, { state: imported?.state ?? {}, private: imported?.private });
    assert.ok(found, "what is imported exists");
    return found;
  }

  private async planOnce(
    type: string,
    config: RawInputs,
    before: InState | undefined,
    hidden = before?.private,
  ): Promise<Planned> {
    const response = await this.methods.PlanResourceChange({
      typeName: type,
      priorState: before?.state ?? encode(type, undefined),
      proposedNewState: encode(type, config),
      config: encode(type, config),
      ...(hidden === undefined ? {} : { priorPrivate: hidden }),
    });
    const { diagnostics = [] } = response;
    if (hasErrors(diagnostics)) throw new Refused(diagnostics);
    const planned = decode(type, response.plannedState ?? {}) ?? {};
    const olds = before && decode(type, before.state);
    for (const { property, computed, writeOnly } of attributesOfType(type)) {
      const [wanted, chosen] = [config[property], planned[property]];
      if (writeOnly === true) assert.equal(chosen, undefined, property);
      else if (wanted === undefined)
        assert.ok(chosen === undefined || computed === true, `${property} is not in the configuration`);
      else if (!isDeepStrictEqual(chosen, wanted)) {
        assert.notEqual(olds?.[property], undefined, property);
        assert.deepEqual(
          chosen,
          olds?.[property],
          `${property} is neither the configuration's nor the old one`,
        );
      }
    }
    const replacing = (response.requiresReplace ?? []).map(({ steps = [] }) => {
      const [{ attributeName = "" } = {}] = steps;
      return attributesOfType(type).find(({ name }) => name === attributeName)?.property ?? "";
    });
    return { action: "create", planned, replacing, response, diagnostics };
  }

  private configured(): Promise<unknown> {
    if (this.isConfigured === undefined) {
      const given = settingsOf(this.emulator);
      const settings = {
        apiKey: given.ZUPLO_API_KEY,
        account: given.ZUPLO_ACCOUNT,
        project: given.ZUPLO_PROJECT,
        endpoint: given.ZUPLO_DEVELOPER_API_ENDPOINT,
        settle: given.ZUPLO_SETTLE,
        ...this.settings,
      };
      this.isConfigured = this.methods.ConfigureProvider({
        config: encodeObject(settings, settingAttributes),
      });
    }
    return this.isConfigured;
  }
}

function attributesOfType(type: string): readonly Attribute[] {
  return attributesByType.get(type) ?? assert.fail(`there is no ${type}`);
}

function encode(type: string, values: RawInputs | undefined): Message<"DynamicValue"> {
  return encodeObject(values, attributesOfType(type));
}

/** The attributes of a state, by property. */
export function decode(type: string, state: Message<"DynamicValue">): RawInputs | undefined {
  return decodeObject(state, attributesOfType(type));
}

function hasErrors(diagnostics: readonly Diagnostic[] = []): boolean {
  return diagnostics.some(({ severity }) => severity === 1);
}
