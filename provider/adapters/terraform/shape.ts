import { isDeepStrictEqual } from "node:util";
import type { Kept, Outcome } from "../../lifecycle";
import { argumentsOf, type Contract, outputsOf, pick, writeOnceArguments } from "../../resources/contract";
import type { RawInputs } from "../../resources/resource";
import { type Attribute, attributesOf, type WriteOnly, writeOnlyOf } from "./attributes";
import { type PrivateState, readPrivate, writePrivate } from "./privateState";
import type { Message } from "./protocol";
import { decodeObject, encodeObject } from "./values";

/** A resource as Terraform stores it. */
export interface Stored {
  /** By property; those that are null are missing. */
  attributes: RawInputs;
  hidden: PrivateState;
}

/** How one kind of resource lies in a configuration, in a state, and in the core. */
export class Shape {
  readonly attributes: readonly Attribute[];
  readonly given: readonly string[];
  private readonly twins: readonly WriteOnly[];
  private readonly outputs: readonly string[];
  private readonly writeOnce: readonly string[];

  constructor(readonly contract: Contract) {
    this.attributes = attributesOf(contract);
    this.given = argumentsOf(contract);
    this.twins = writeOnlyOf(contract);
    this.outputs = outputsOf(contract);
    this.writeOnce = writeOnceArguments(contract);
  }

  decode(message: Message<"DynamicValue"> | undefined): RawInputs | undefined {
    return decodeObject(message, this.attributes);
  }

  encode(attributes: RawInputs | undefined): Message<"DynamicValue"> {
    return encodeObject(attributes, this.attributes);
  }

  stored(message: Message<"DynamicValue"> | undefined, hidden: Uint8Array | undefined): Stored | undefined {
    const attributes = this.decode(message);
    return attributes && { attributes, hidden: readPrivate(hidden, attributes.id) };
  }

  /** What the program says, each argument once, however it is given. */
  argumentsIn(config: RawInputs): RawInputs {
    const handedOver = this.handedOver(config).map(({ property, twin }) => [property, config[twin]]);
    return defined({ ...pick(config, this.given), ...Object.fromEntries(handedOver) }) as RawInputs;
  }

  /** What the program hands over without its being kept. */
  handedOver(config: RawInputs): WriteOnly[] {
    return this.twins.filter(({ twin }) => config[twin] !== undefined);
  }

  /** What the core keeps of a resource. */
  stateOf({ attributes, hidden }: Stored): RawInputs {
    const names = [...this.given, ...this.outputs].filter(name => !this.writeOnce.includes(name));
    return { ...(defined(pick(attributes, names)) as RawInputs), ...hidden.state };
  }

  /** The same, compared with a program: a value that no state holds is the old one while its version is. */
  kept(before: Stored, config: RawInputs): Kept {
    const values = this.stateOf(before);
    for (const { property, twin, version } of this.twins) {
      if (version === undefined || !before.hidden.writeOnly.includes(property)) continue;
      if (before.attributes[version] === config[version]) values[property] = config[twin];
    }
    return { values, secrets: [], source: this.argumentsIn(config) };
  }

  /** What Terraform is to keep: these attributes, and beside them what the core has that they do not tell. */
  answer({ values }: Outcome, attributes: RawInputs, hidden: PrivateState) {
    const rest = Object.entries(values).filter(
      ([name, value]) =>
        value !== undefined &&
        !hidden.writeOnly.includes(name) &&
        !this.writeOnce.includes(name) &&
        !isDeepStrictEqual(value, defined(attributes[name])),
    );
    const { key, writeOnly } = hidden;
    const state = { key, writeOnly, state: Object.fromEntries(rest) };
    return { newState: this.encode(attributes), private: writePrivate(state) };
  }

  isOutput(property: string): boolean {
    return this.outputs.includes(property);
  }

  /** Whether the core needs an argument once, and keeps it in no state. */
  isWriteOnce(property: string): boolean {
    return this.writeOnce.includes(property);
  }

  /** Whether the state of the core holds an argument. */
  isStored(property: string, { writeOnly }: PrivateState): boolean {
    return !this.writeOnce.includes(property) && !writeOnly.includes(property) && !this.isAside(property);
  }

  /** Whether an attribute is Terraform's alone. */
  isAside(property: string): boolean {
    return this.twins.some(({ twin, version }) => property === twin || property === version);
  }

  /** Attributes by property; what is write-only stands in no state and no plan. */
  from(told: (attribute: Attribute) => unknown): RawInputs {
    const shown = this.attributes.filter(({ writeOnly }) => writeOnly !== true);
    const entries = shown.map((attribute): [string, unknown] => [attribute.property, told(attribute)]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
}

/** A null member of a map is kept by Terraform; for the core, what has no value is not there. */
function defined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(defined);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, defined(member)]));
}
