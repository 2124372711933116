import { z } from "zod";
import type { Shown } from "../api/rights";
import { isHidden } from "./hidden";
import type { Changes, RawInputs, SecretPath } from "./resource";
import { changedKeys, isUnknown } from "./resource";

/** What another value of an argument makes the engine do. */
export type OnChange = "replace" | "update" | "nothing";

declare module "zod" {
  interface GlobalMeta {
    /** What holds where an argument is not given, in the reader's words: "10 seconds". */
    default?: string | undefined;
    onChange?: OnChange;
    /** Whatever the program says; or where the argument of this name is not false. */
    secret?: true | { where: string };
    /** It is not needed again once the object is made, and never enters the state. */
    isWriteOnce?: true;
    /** Zuplo knows nothing of it: an import takes it from the program. */
    isLocal?: true;
    /** A failed update stores its old value, which the engine marks by what the new one is. */
    isRestored?: true;
    /** It says where the resource lives, in the provider's own place by default. */
    isPlace?: true;
    /** It cannot be an output of another resource. */
    isPlain?: true;
    /** A name, which is none even where what holds it is secret. */
    isName?: true;
    /** What it is as an output: the provider always sets it, whether the program gives it or not. */
    output?: string | undefined;
    /** The argument from which alone it follows, so that a preview can show it. */
    from?: string | undefined;
    /** The arguments of which another value moves an output. */
    movedBy?: readonly string[];
    /** Name and words of a nested type, and the words of its values where it is a choice. */
    typeName?: string;
    typeDescription?: string;
    /** Members of which exactly one is given. */
    exactlyOne?: readonly string[];
    values?: Readonly<Record<string, string>>;
  }
}

export interface ArgumentOptions {
  /** What it is: units, formats, limits, errors. Whole sentences, without the default. */
  doc: string;
  default?: string;
  onChange: OnChange;
  secret?: true | { where: string };
  isWriteOnce?: true;
  isLocal?: true;
  isRestored?: true;
  isPlace?: true;
  isPlain?: true;
  output?: string;
}

/** An argument of a resource. */
export function arg<S extends z.ZodType>(schema: S, { doc, ...options }: ArgumentOptions): S {
  return schema.meta({ description: doc, ...options });
}

export interface OutputOptions {
  doc: string;
  from?: string;
  movedBy?: readonly string[];
}

/** An output of a resource that is no argument; it may be missing where the schema is optional. */
export function out<S extends z.ZodType>(schema: S, { doc, ...options }: OutputOptions): S {
  return schema.meta({ description: doc, ...options });
}

/** A member of a nested type. */
export function member<S extends z.ZodType>(
  schema: S,
  description: string,
  options: { default?: string; secret?: true; isPlain?: true; isName?: true } = {},
): S {
  return schema.meta({ description, ...options });
}

/** A nested type, with the name and the words that it has in every language; with those of its values if it is a choice. */
export function typed<S extends z.ZodType>(
  schema: S,
  typeName: string,
  typeDescription: string,
  options: { values?: Readonly<Record<string, string>>; exactlyOne?: readonly string[] } = {},
): S {
  return schema.meta({ typeName, typeDescription, ...options });
}

/** Everything that says what a resource is; whatever lists its properties reads them here. */
export interface Contract<
  Inputs extends z.ZodObject = z.ZodObject,
  Outputs extends z.ZodObject = z.ZodObject,
> {
  /** The name in the schema, such as MtlsCertificate. */
  type: string;
  doc: string;
  inputs: Inputs;
  /** Arguments of which exactly one is given. */
  exactlyOne?: readonly string[];
  /** What only Zuplo, or the provider itself, sets. */
  outputs: Outputs;
  /** What an import takes; a component has none. `shown`: what the API key has to see for it. */
  import?: { id: string; forms: string; note: string; shown?: Shown };
}

/** The outputs, and the arguments that are stored, as a state holds them. */
export type StateOf<C extends Contract> = z.output<C["inputs"]> & z.output<C["outputs"]>;

/** What follows from a contract alone, worked out once: a contract never changes, and every call asks for it. */
function ofContract<T>(derive: (contract: Contract) => T): (contract: Contract) => T {
  const known = new WeakMap<Contract, T>();
  return contract => {
    const derived = known.has(contract) ? (known.get(contract) as T) : derive(contract);
    known.set(contract, derived);
    return derived;
  };
}

type Names = readonly string[];

function metaOf(shape: z.ZodRawShape, name: string): z.GlobalMeta {
  return (shape[name] as z.ZodType | undefined)?.meta() ?? {};
}

/** Names of the arguments of which something holds; hidden ones are none. */
function argumentsWhere({ inputs }: Contract, holds: (meta: z.GlobalMeta) => boolean): string[] {
  return Object.keys(inputs.shape).filter(name => !isHidden(name) && holds(metaOf(inputs.shape, name)));
}

function outputsWhere({ outputs }: Contract, holds: (meta: z.GlobalMeta) => boolean): string[] {
  return Object.keys(outputs.shape).filter(name => holds(metaOf(outputs.shape, name)));
}

export const argumentsOf = ofContract((contract): Names => argumentsWhere(contract, () => true));

export const outputsOf = ofContract(({ outputs }): Names => Object.keys(outputs.shape));

export const writeOnceArguments = ofContract(
  (contract): Names => argumentsWhere(contract, ({ isWriteOnce }) => isWriteOnce === true),
);

/** Those that an import takes from the program. */
export const localArguments = ofContract(
  (contract): Names => argumentsWhere(contract, ({ isLocal }) => isLocal === true),
);

/** Those that say where it lives. */
export const placeArguments = ofContract(
  (contract): Names => argumentsWhere(contract, ({ isPlace }) => isPlace === true),
);

export const replacingArguments = ofContract(
  (contract): Names => argumentsWhere(contract, ({ onChange }) => onChange === "replace"),
);

/** Outputs that follow from one argument alone, which is not known yet. */
export const underivedOutputs = (contract: Contract, inputs: RawInputs): string[] =>
  outputsWhere(contract, ({ from }) => from !== undefined && isUnknown(inputs[from]));

/** Arguments that the provider settles where the program does not, and outputs that are never missing. */
export const requiredOutputs = ofContract((contract): Names => {
  const { shape } = contract.outputs;
  const always = Object.keys(shape).filter(name => !(shape[name] as z.ZodType).safeParse(undefined).success);
  return [...argumentsWhere(contract, ({ output }) => output !== undefined), ...always];
});

/** Outputs that these changes move. */
export function movedOutputs(contract: Contract, changes: Changes): string[] {
  return outputsWhere(contract, ({ movedBy = [] }) => movedBy.some(name => changes[name] !== undefined));
}

/** Outputs that some change moves. */
export const movableOutputs = ofContract(
  (contract): Names => outputsWhere(contract, ({ movedBy }) => movedBy !== undefined),
);

/**
 * What the new arguments change, each by its own contract, but for the place. An argument that the provider fills in
 * does not count as changed when the program leaves it out.
 */
export function changesBetween(contract: Contract, olds: object, news: RawInputs): Changes {
  const changes: Changes = {};
  const { shape } = contract.inputs;
  for (const name of changedKeys(argumentsOf(contract), olds, news)) {
    const { onChange, output, isPlace } = metaOf(shape, name);
    if (isPlace || onChange === undefined || onChange === "nothing") continue;
    if (output !== undefined && news[name] === undefined) continue;
    changes[name] = onChange;
  }
  return changes;
}

/** Arguments whose old value a failed update stores. */
export const restoredArguments = ofContract(
  (contract): Names => argumentsWhere(contract, ({ isRestored }) => isRestored === true),
);

/** How an argument is, or holds, a secret: always, where another argument says so, or by these members. */
type Secrecy = true | { where: string } | Names;

/** The arguments that are, or hold, a secret whatever the program says. */
export const secretArguments = ofContract(({ inputs: { shape } }): Readonly<Record<string, Secrecy>> => {
  const entries = Object.keys(shape).map((name): [string, Secrecy] => {
    const { secret } = metaOf(shape, name);
    return [name, secret ?? secretMembers(shape[name] as z.ZodType).map(path => path.join("."))];
  });
  return Object.fromEntries(entries.filter(([, secret]) => !isNames(secret) || secret.length > 0));
});

function isNames(secret: Secrecy): secret is Names {
  return Array.isArray(secret);
}

/** Where these arguments hold a secret. */
export function secretPathsOf(contract: Contract, values: RawInputs): SecretPath[] {
  return Object.entries(secretArguments(contract)).flatMap(([name, secret]): SecretPath[] => {
    if (secret === true) return [[name]];
    if (isNames(secret))
      return values[name] === undefined ? [] : secret.map(member => [name, ...member.split(".")]);
    return (values[secret.where] ?? false) === false ? [] : [[name]];
  });
}

/** Lists of objects of which some members are names, by the arguments that they are in. */
const nameMembers = ofContract(({ inputs: { shape } }): [argument: string, members: Names][] =>
  Object.entries(shape).flatMap(([argument, schema]): [string, Names][] => {
    const bare = withoutOptional(schema as z.ZodType);
    if (!(bare instanceof z.ZodArray)) return [];
    const element = bare.element as z.ZodType;
    if (!(element instanceof z.ZodObject)) return [];
    const members = Object.keys(element.shape).filter(name => metaOf(element.shape, name).isName === true);
    return members.length === 0 ? [] : [[argument, members]];
  }),
);

/** Texts that are names, be they in something that is secret. */
export function namesIn(contract: Contract, values: RawInputs): string[] {
  return nameMembers(contract)
    .flatMap(([argument, members]) => {
      const value = values[argument];
      if (!Array.isArray(value)) return [];
      return value.flatMap(item => members.map(name => (item as RawInputs | undefined)?.[name]));
    })
    .filter(text => typeof text === "string");
}

function withoutOptional(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
}

function secretMembers(schema: z.ZodType): string[][] {
  const bare = withoutOptional(schema);
  if (!(bare instanceof z.ZodObject)) return [];
  return Object.entries(bare.shape).flatMap(([name, member]) => {
    const isSecret = (member as z.ZodType).meta()?.secret === true;
    return isSecret ? [[name]] : secretMembers(member as z.ZodType).map(path => [name, ...path]);
  });
}

/** The arguments as a state keeps them. */
export function stored<Args extends object>(contract: Contract, args: Args): Args {
  const writeOnce = writeOnceArguments(contract);
  return Object.fromEntries(Object.entries(args).filter(([name]) => !writeOnce.includes(name))) as Args;
}

/** Those of the properties that are there. */
export function pick(values: object, names: readonly string[]): RawInputs {
  const given = values as RawInputs;
  return Object.fromEntries(names.filter(name => given[name] !== undefined).map(name => [name, given[name]]));
}
