/** The part of Pulumi's package schema that is used here: https://www.pulumi.com/docs/iac/packages/schema/ */
export interface PackageSpec {
  name: string;
  displayName: string;
  version: string;
  description: string;
  keywords: string[];
  license: string;
  /** These are known when somebody publishes the package. */
  homepage: string | undefined;
  repository: string | undefined;
  publisher: string | undefined;
  logoUrl: string | undefined;
  pluginDownloadURL: string | undefined;
  meta: { moduleFormat: string };
  config: { variables: Properties };
  types: Record<string, ObjectSpec | EnumSpec>;
  provider: ResourceSpec;
  resources: Record<string, ResourceSpec>;
  functions: Record<string, FunctionSpec>;
  language: Record<string, Record<string, unknown>>;
}

/** What the type of a property can be. */
export interface TypeSpec {
  type?: "string" | "number" | "integer" | "boolean" | "array" | "object";
  /** A type of this package, or one that Pulumi has built in. */
  $ref?: string;
  items?: TypeSpec;
  additionalProperties?: TypeSpec;
  oneOf?: TypeSpec[];
  /** True where a value cannot be an output of another resource. */
  plain?: true;
}

export interface PropertySpec extends TypeSpec {
  description?: string;
  /** The description without the default, and the default: for the reference pages, and not in schema.json. */
  words?: { doc: string; default: string };
  secret?: true;
  /** Another value makes the provider replace the resource. */
  willReplaceOnChanges?: true;
  /** The same on an output: the engine replaces the resource. */
  replaceOnChanges?: true;
  defaultInfo?: { environment: string[] };
}

export type Properties = Record<string, PropertySpec>;

export interface ObjectSpec {
  type: "object";
  description?: string;
  properties: Properties;
  required?: string[];
  /** Members of which exactly one is given: for the types of TypeScript, and not in schema.json. */
  exactlyOne?: string[];
}

export interface EnumSpec {
  type: "string";
  description: string;
  enum: { name: string; value: string; description: string }[];
}

export interface ResourceSpec {
  description: string;
  isComponent?: true;
  inputProperties: Properties;
  requiredInputs?: string[];
  properties?: Properties;
  required?: string[];
  aliases?: { type: string }[];
}

export interface FunctionSpec {
  description: string;
  inputs: ObjectSpec;
  outputs: ObjectSpec;
}
