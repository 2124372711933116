/** The classes and types of the Node package, from the contracts. */
import type { z } from "zod";
import { type FunctionName, type FunctionSchema, functionSchemas } from "../../provider/lookups/contracts";
import { contracts } from "../../provider/resources";
import {
  type Contract,
  outputsOf,
  requiredOutputs,
  restoredArguments,
  secretArguments,
  writeOnceArguments,
} from "../../provider/resources/contract";
import {
  deploymentOutputs,
  factNames,
  mtlsBindingContract,
} from "../../provider/resources/mtlsBinding/contract";
import { withoutExamples } from "../../provider/schema/examples";
import { referencesOf, typesWithin } from "../../provider/schema/references";
import type { PackageSpec, Properties } from "../../provider/schema/spec";
import { type Setting, settings } from "../../provider/settings";
import { argumentsType, choiceType, comment, outputType, resultType } from "./typescript";

const generated = "// Written by `npm run sdk` from the contracts.";

/** The files below sdk/generated, by name, not formatted yet. */
export function nodeFiles(spec: PackageSpec): Map<string, string> {
  const files = new Map([
    ["types.ts", typesFile(spec)],
    ["shapes.ts", shapesFile(spec)],
  ]);
  for (const contract of contracts) {
    const name = `${lowerFirst(contract.type)}.ts`;
    files.set(name, dynamicClass(contract));
    files.set(`native/${name}`, nativeClass(contract));
  }
  return files.set("native/functions.ts", functionsFile(spec)).set("native/settings.ts", settingsFile());
}

function typesFile(spec: PackageSpec): string {
  const { types, resources } = spec;
  const given = givenTypes(spec);
  const written = Object.entries(types).map(([token, type]) => {
    const name = nameOf(token);
    if (type.type === "string") return choiceType(name, type);
    const text = type.description ?? "";
    return given.has(name) ? argumentsType(name, text, type, type.exactlyOne) : resultType(name, text, type);
  });
  const all: readonly Contract[] = [...contracts, mtlsBindingContract];
  const args = all.map(contract => {
    const { inputProperties, requiredInputs = [] } =
      resources[`zuplo:index:${contract.type}`] ?? fail(contract.type);
    const words = `The arguments of ${contract.type}.`;
    const own = { properties: inputProperties, required: requiredInputs };
    return argumentsType(`${contract.type}Args`, words, own, contract.exactlyOne);
  });
  return [
    `${generated}\nimport type pulumi = require("@pulumi/pulumi");`,
    `/** Exactly one of these properties is given. */
export type ExactlyOne<T, Keys extends keyof T> = Omit<T, Keys> &
  { [Key in Keys]: Required<Pick<T, Key>> & { [Other in Exclude<Keys, Key>]?: undefined } }[Keys];`,
    ...written,
    ...args,
    ...all.map(contract => outputsOfClass(contract, spec)),
  ].join("\n\n");
}

/** The settings, for a provider of the program's own. */
function settingsFile(): string {
  const members = Object.entries<Setting>(settings).map(([name, { doc, variable, choices }]) => {
    const type = choices?.map(choice => JSON.stringify(choice)).join(" | ") ?? "string";
    return `${comment(`${doc} Environment: ${variable}.`, 2)}\n  ${name}?: pulumi.Input<${type}>;`;
  });
  const words = "The settings of a provider. What is not given here is read from the environment.";
  return `${generated}
import type pulumi = require("@pulumi/pulumi");

${comment(words)}
export interface ProviderArgs {
${members.join("\n")}
}
`;
}

/** What an instance of a resource has, whoever serves it. */
function outputsOfClass(contract: Contract, spec: PackageSpec): string {
  const given = givenTypes(spec);
  const always = new Set([...requiredOutputs(contract), ...outputsOf(contract)]);
  const isRequired = (name: string) =>
    always.has(name) || !(contract.inputs.shape[name] as z.ZodType).safeParse(undefined).success;
  const members = Object.entries(propertiesIn(contract, spec)).map(([name, property]) => {
    const own = outputType(property, given);
    const output = isRequired(name) || own === "unknown" ? own : `${own} | undefined`;
    return `${comment(property.description ?? "", 2)}\n  readonly ${name}: pulumi.Output<${output}>;`;
  });
  const words = `The outputs of ${contract.type}.`;
  return `${comment(words)}\nexport interface ${contract.type}Outputs {\n${members.join("\n")}\n}`;
}

/** The data sources. */
function functionsFile({ functions }: PackageSpec): string {
  const used = new Set<string>();
  const written = Object.entries(functions).map(([token, { description, inputs, outputs }]) => {
    const name = nameOf(token);
    const [args, result] = [`${upperFirst(name)}Args`, `${upperFirst(name)}Result`];
    for (const property of Object.values(outputs.properties))
      for (const type of referencesOf(property)) used.add(type);
    // What a data source is asked with is known, or given by the function for outputs.
    const asked = {
      ...inputs,
      properties: mapValues(inputs.properties, each => ({ ...each, plain: true as const })),
    };
    const { exactlyOne }: FunctionSchema = functionSchemas[name as FunctionName];
    return [
      argumentsType(args, `The arguments of ${name}.`, asked, exactlyOne),
      resultType(result, `What ${name} answers.`, outputs),
      `${comment(withoutExamples(description))}\nexport const ${name} = invoker<${args}, ${result}>("${name}");`,
      `${comment(withoutExamples(description))}\nexport const ${name}Output = outputInvoker<${args}, ${result}>("${name}");`,
    ].join("\n\n");
  });
  return [
    generated,
    'import { invoker, outputInvoker } from "../../native/invoke";',
    `import type { ExactlyOne, ${[...used].sort().join(", ")} } from "../types";\n`,
    ...written,
  ].join("\n");
}

/** The class that the dynamic host serves. */
function dynamicClass(contract: Contract): string {
  const { type } = contract;
  const call = (method: string, ...given: string[]) =>
    `  ${method}: ${given.length === 1 ? given[0] : `(${given.join(", ")})`} => require("pulumi-zuplo/provider").dynamic.${type}.${method}(${given.join(", ")}),`;
  return `${head(contract, "./types")}
import { dynamicPropertiesOf, optionsOf } from "../shape";
import { ${lowerFirst(type)} as shape } from "./shapes";

// The engine stores the text of these functions in the state. One constant line each: no code, path or value of ours.
const provider: pulumi.dynamic.ResourceProvider = {
${[
  call("configure", "req"),
  call("check", "olds", "news"),
  call("diff", "id", "olds", "news"),
  call("create", "inputs"),
  call("read", "id", "props"),
  call("update", "id", "olds", "news"),
  call("delete", "id", "props"),
].join("\n")}
};

${opening(contract, "pulumi.dynamic.Resource")}
  constructor(name: string, args: ${type}Args, opts?: pulumi.CustomResourceOptions) {
    const props = dynamicPropertiesOf(shape, name, args, opts);
    super(provider, name, props, optionsOf(shape, name, opts), "zuplo", "${type}");
  }
}
`;
}

/** The class that the native plugin serves. */
function nativeClass(contract: Contract): string {
  const { type } = contract;
  return `${head(contract, "../types")}
import { nativeOptionsOf } from "../../native/options";
import { propertiesOf } from "../../shape";
import { ${lowerFirst(type)} as shape } from "../shapes";

${opening(contract, "pulumi.CustomResource")}
  /** Reads one that exists, by its id, without managing it. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: Partial<${type}Args> = {},
    opts?: pulumi.CustomResourceOptions,
  ): ${type} {
    return new ${type}(name, state as ${type}Args, { ...opts, id });
  }

  constructor(name: string, args: ${type}Args, opts?: pulumi.CustomResourceOptions) {
    super("zuplo:index:${type}", name, propertiesOf(shape, args), nativeOptionsOf(shape, name, args, opts));
  }
}
`;
}

function head({ type }: Contract, types: string): string {
  return `${generated}
import pulumi = require("@pulumi/pulumi");

import type { ${type}Args, ${type}Outputs } from "${types}";`;
}

/** The class begins here; its outputs are declared by an interface of its name. */
function opening({ type, doc }: Contract, parent: string): string {
  return `export interface ${type} extends ${type}Outputs {}

${comment(doc)}
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: Pulumi assigns them
export class ${type} extends ${parent} {`;
}

/** What the classes of both kinds need to know when a program runs. */
function shapesFile(spec: PackageSpec): string {
  const shapes = contracts.map(contract => {
    const shape = JSON.stringify(shapeOf(contract, spec));
    return `export const ${lowerFirst(contract.type)}: Shape = ${shape};`;
  });
  const names = Object.entries({ factNames, deploymentOutputs }).map(
    ([name, values]) => `export const ${name} = ${JSON.stringify(values)} as const;`,
  );
  return [generated, 'import type { Shape } from "../shape";\n', ...shapes, ...names].join("\n");
}

/** What the classes need to know of a resource when a program runs. */
function shapeOf(contract: Contract, spec: PackageSpec) {
  const secrets = secretArguments(contract);
  const writeOnce = writeOnceArguments(contract).filter(name => secrets[name] === true);
  return {
    type: contract.type,
    outputs: Object.keys(propertiesIn(contract, spec)),
    secrets,
    secretOutputs: [...writeOnce, ...restoredArguments(contract)],
  };
}

function propertiesIn({ type }: Contract, { resources }: PackageSpec): Properties {
  return resources[`zuplo:index:${type}`]?.properties ?? fail(type);
}

/** Names of the objects that programs fill in. */
function givenTypes({ types, resources }: PackageSpec): Set<string> {
  const inputs = Object.values(resources).flatMap(({ inputProperties }) => Object.values(inputProperties));
  const names = [...typesWithin(inputs, types)];
  return new Set(names.filter(name => types[`zuplo:index:${name}`]?.type === "object"));
}

function mapValues<T, U>(values: Record<string, T>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}

function nameOf(token: string): string {
  return token.split(":").at(-1) ?? token;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function fail(type: string): never {
  throw new Error(`The schema has no resource ${type}.`);
}
