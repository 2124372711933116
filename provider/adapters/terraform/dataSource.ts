import { type FunctionSchema, functionSchemas } from "../../lookups/contracts";
import { choiceFailures, failuresOf, isUnknown, type RawInputs } from "../../resources/resource";
import { coded } from "../../text/codes";
import { say } from "../../text/vocabulary";
import { type Attribute, argumentAttributes, resultAttributes } from "./attributes";
import { type Diagnostic, diagnostic, failureDiagnostics } from "./diagnostics";
import { dataSourceName } from "./names";
import type { Message } from "./protocol";
import type { Run } from "./run";
import { decodeObject, encodeObject } from "./values";

/** Serves one question to Zuplo. */
export class DataSource {
  readonly attributes: readonly Attribute[];
  private readonly given: readonly Attribute[];

  constructor(
    private readonly lookup: string,
    private readonly schema: FunctionSchema,
  ) {
    this.given = argumentAttributes(schema.inputs);
    const told = resultAttributes(schema.outputs);
    const names = this.given.map(({ name }) => name);
    // What is asked for by its name or its id is told with both.
    const asked = this.given.map(attribute => {
      const isTold = told.some(({ name }) => name === attribute.name);
      return isTold && attribute.optional === true ? { ...attribute, computed: true as const } : attribute;
    });
    this.attributes = [...asked, ...told.filter(({ name }) => !names.includes(name))];
  }

  get description(): string {
    return this.schema.description;
  }

  validate({ config }: Message<"ValidateRequest">): Diagnostic[] {
    const given = decodeObject(config, this.given) ?? {};
    const failures = failuresOf(this.schema.inputs, given);
    if (!isUnknown(given)) failures.push(...choiceFailures(this.schema, given));
    return failureDiagnostics(failures, this.attributes);
  }

  async read(
    run: Run,
    { config }: Message<"ReadDataSourceRequest">,
  ): Promise<Message<"ReadDataSourceResponse">> {
    const { invoke } = require("../../lookups/lookup") as typeof import("../../lookups/lookup");
    const given = decodeObject(config, this.given) ?? {};
    const missing = run.waitingFor
      .filter(name => connecting.includes(name) && given[name] === undefined)
      .map(name => say.setting(name));
    if (missing.length > 0) return { diagnostics: [diagnostic("error", tooEarly(missing))] };
    const { values, failures } = await invoke(run.session, this.lookup, given);
    if (failures.length > 0) return { diagnostics: failureDiagnostics(failures, this.attributes) };
    const state: RawInputs = { ...values, ...given };
    return { state: encodeObject(state, this.attributes) };
  }
}

/** The settings without which nobody can be asked, or the wrong ones would be. */
const connecting = ["apiKey", "account", "project", "endpoint"];

function tooEarly(missing: readonly string[]): string {
  const text =
    `Zuplo cannot be asked: ${missing.join(", ")} of provider "zuplo" ${missing.length === 1 ? "is" : "are"} not known ` +
    `until ${say.apply}.\nSet what is known, or apply what it comes from first, with \`-target\`.`;
  return coded("ZUPLO1112", text);
}

export const dataSources: ReadonlyMap<string, DataSource> = new Map(
  Object.entries<FunctionSchema>(functionSchemas).map(([name, schema]) => [
    dataSourceName(name),
    new DataSource(name, schema),
  ]),
);
