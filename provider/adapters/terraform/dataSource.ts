import { type FunctionSchema, functionSchemas } from "../../lookups/contracts";
import { choiceFailures, failuresOf, isUnknown, type RawInputs } from "../../resources/resource";
import { type Attribute, argumentAttributes, resultAttributes } from "./attributes";
import { type Diagnostic, failureDiagnostics } from "./diagnostics";
import { dataSourceName } from "./names";
import type { Message } from "./protocol";
import type { Run } from "./settings";
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
    const { values, failures } = await invoke(run.session, this.lookup, given);
    if (failures.length > 0) return { diagnostics: failureDiagnostics(failures, this.attributes) };
    const state: RawInputs = { ...values, ...given };
    return { state: encodeObject(state, this.attributes) };
  }
}

export const dataSources: ReadonlyMap<string, DataSource> = new Map(
  Object.entries<FunctionSchema>(functionSchemas).map(([name, schema]) => [
    dataSourceName(name),
    new DataSource(name, schema),
  ]),
);
