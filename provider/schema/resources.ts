import { z } from "zod";
import { readConfig } from "../config";
import { isHidden } from "../resources/hidden";
import { lastingOutputsOf } from "../resources/lastingOutputs";
import type { Changes, Context, RawInputs } from "../resources/resource";
import { Session } from "../session";
import { bindingArgs } from "./binding";
import { type ConvertedObject, type Converter, described } from "./convert";
import { withExamples } from "./examples";
import type { Properties, PropertySpec, ResourceSpec, TypeSpec } from "./spec";
import { resourceTexts } from "./texts";

/** What the schema reads of a resource. */
export interface DescribedResource {
  type: string;
  args: z.ZodObject;
  outputs: readonly string[];
  diff(context: Context, olds: object, news: RawInputs): Changes;
}

/** Inputs that are secret whatever the program says. */
const secretInputs = new Set(["privateKey"]);
/** Inputs that are no output: they are not needed again, and not kept. */
const forgottenInputs = new Set(["privateKey"]);

export function resourceSpec(resource: DescribedResource, converter: Converter): ResourceSpec {
  const { type } = resource;
  const texts = textsOf(type);
  const { properties: inputs, required: requiredInputs } = converter.object(shown(resource.args));
  const replacing = replacedBy(resource, Object.keys(inputs));
  const properties = Object.fromEntries(
    [...Object.keys(inputs).filter(name => !forgottenInputs.has(name)), ...resource.outputs].map(name => {
      const description = texts.outputs[name] ?? inputs[name]?.description;
      return [
        name,
        {
          ...(inputs[name] ?? { type: "string" as const }),
          description: described(`${type}.${name}`, description),
          ...(replacing.has(name) ? { replaceOnChanges: true as const } : {}),
        },
      ];
    }),
  );
  return {
    description: withExamples(type, texts.description),
    inputProperties: mapProperties(inputs, (name, property) => ({
      ...property,
      ...(secretInputs.has(name) ? { secret: true as const } : {}),
      ...(replacing.has(name) ? { willReplaceOnChanges: true as const } : {}),
    })),
    requiredInputs,
    properties,
    required: [...new Set([...requiredInputs, ...lastingOutputsOf(type)])].filter(name => name in properties),
    // A stack that used the dynamic classes keeps its resources.
    aliases: [{ type: `pulumi-nodejs:dynamic/zuplo:${type}` }],
  };
}

export function bindingSpec(converter: Converter): ResourceSpec {
  const texts = textsOf("MtlsBinding");
  const { properties, required }: ConvertedObject = converter.object(bindingArgs);
  return {
    description: withExamples("MtlsBinding", texts.description),
    isComponent: true,
    // The stages decide which resources there are, so they have to be known.
    inputProperties: mapProperties(properties, (name, property) => ({
      ...property,
      ...(secretInputs.has(name) ? { secret: true as const } : {}),
      ...(name === "stages" ? plain(property) : {}),
    })),
    requiredInputs: required,
    properties: mapProperties({ certificateName: { type: "string" } }, (name, property) => ({
      ...property,
      description: described(`MtlsBinding.${name}`, texts.outputs[name]),
    })),
    required: [...lastingOutputsOf("MtlsBinding")],
  };
}

/** Marks what names the members of a stage as plain. */
export function plainStage(properties: Properties): Properties {
  return mapProperties(properties, (name, property) =>
    name === "verify" ? property : { ...property, ...plain(property) },
  );
}

function plain({ items }: TypeSpec): TypeSpec {
  return { plain: true, ...(items === undefined ? {} : { items: { ...items, ...plain(items) } }) };
}

/** The arguments that a program can give. */
export function shown(args: z.ZodObject): z.ZodObject {
  return z.strictObject(Object.fromEntries(Object.entries(args.shape).filter(([key]) => !isHidden(key))));
}

/** Asks the resource itself which of its inputs make a replacement. */
function replacedBy(resource: DescribedResource, names: readonly string[]): Set<string> {
  const all = (value: string) => Object.fromEntries(names.map(name => [name, value]));
  const { config } = readConfig(
    () => undefined,
    () => undefined,
  );
  const session = new Session(config, { info: () => undefined, warn: () => undefined });
  const changes = resource.diff({ session }, all("old"), all("new"));
  return new Set(names.filter(name => changes[name] === "replace"));
}

function textsOf(type: string): (typeof resourceTexts)[string] & object {
  const texts = resourceTexts[type];
  if (texts === undefined) throw new Error(`${type} has no texts: give it some in texts.ts.`);
  return texts;
}

function mapProperties(
  properties: Properties,
  map: (name: string, property: PropertySpec) => PropertySpec,
): Properties {
  return Object.fromEntries(Object.entries(properties).map(([name, spec]) => [name, map(name, spec)]));
}
