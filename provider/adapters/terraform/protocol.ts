import type { ServiceDefinition } from "@grpc/grpc-js";
import { Root } from "protobufjs/light";

/**
 * The part of Terraform's plugin protocol 6 that is spoken here: each message by its fields, each field by its number
 * and its type. `[]` is a list, `{}` a map by text. What is left out is skipped when it is read.
 */
const messages = {
  Empty: {},
  DynamicValue: { msgpack: "1 bytes", json: "2 bytes" },
  Diagnostic: { severity: "1 int32", summary: "2 string", detail: "3 string", attribute: "4 AttributePath" },
  AttributePath: { steps: "1 AttributeStep[]" },
  AttributeStep: { attributeName: "1 string", elementKeyString: "2 string", elementKeyInt: "3 int32" },
  Answer: { diagnostics: "1 Diagnostic[]" },

  Schema: { version: "1 int32", block: "2 Block" },
  Block: { attributes: "2 Attribute[]", description: "4 string", descriptionKind: "5 int32" },
  Attribute: {
    name: "1 string",
    type: "2 bytes",
    description: "3 string",
    required: "4 bool",
    optional: "5 bool",
    computed: "6 bool",
    sensitive: "7 bool",
    descriptionKind: "8 int32",
    nestedType: "10 NestedType",
    writeOnly: "11 bool",
  },
  NestedType: { attributes: "1 Attribute[]", nesting: "3 int32" },
  Function: {
    parameters: "1 Parameter[]",
    return: "3 Return",
    summary: "4 string",
    description: "5 string",
    descriptionKind: "6 int32",
  },
  Parameter: { name: "1 string", type: "2 bytes", description: "5 string", descriptionKind: "6 int32" },
  Return: { type: "1 bytes" },
  FunctionError: { text: "1 string", argument: "2 int32" },
  ServerCapabilities: { planDestroy: "1 bool", getProviderSchemaOptional: "2 bool" },
  ClientCapabilities: { writeOnlyAttributesAllowed: "2 bool" },

  GetProviderSchemaResponse: {
    provider: "1 Schema",
    resourceSchemas: "2 Schema{}",
    dataSourceSchemas: "3 Schema{}",
    diagnostics: "4 Diagnostic[]",
    serverCapabilities: "6 ServerCapabilities",
    functions: "7 Function{}",
  },
  GetFunctionsResponse: { functions: "1 Function{}" },
  ValidateProviderConfigRequest: { config: "1 DynamicValue" },
  ValidateProviderConfigResponse: { diagnostics: "2 Diagnostic[]" },
  ConfigureProviderRequest: { config: "2 DynamicValue" },
  ValidateRequest: {
    typeName: "1 string",
    config: "2 DynamicValue",
    clientCapabilities: "3 ClientCapabilities",
  },
  UpgradeResourceStateRequest: { typeName: "1 string", rawState: "3 RawState" },
  RawState: { json: "1 bytes" },
  UpgradeResourceStateResponse: { upgradedState: "1 DynamicValue", diagnostics: "2 Diagnostic[]" },
  ReadResourceRequest: { typeName: "1 string", currentState: "2 DynamicValue", private: "3 bytes" },
  ReadResourceResponse: { newState: "1 DynamicValue", diagnostics: "2 Diagnostic[]", private: "3 bytes" },
  PlanResourceChangeRequest: {
    typeName: "1 string",
    priorState: "2 DynamicValue",
    proposedNewState: "3 DynamicValue",
    config: "4 DynamicValue",
    priorPrivate: "5 bytes",
  },
  PlanResourceChangeResponse: {
    plannedState: "1 DynamicValue",
    requiresReplace: "2 AttributePath[]",
    plannedPrivate: "3 bytes",
    diagnostics: "4 Diagnostic[]",
  },
  ApplyResourceChangeRequest: {
    typeName: "1 string",
    priorState: "2 DynamicValue",
    plannedState: "3 DynamicValue",
    config: "4 DynamicValue",
    plannedPrivate: "5 bytes",
  },
  ApplyResourceChangeResponse: {
    newState: "1 DynamicValue",
    private: "2 bytes",
    diagnostics: "3 Diagnostic[]",
  },
  ImportResourceStateRequest: { typeName: "1 string", id: "2 string" },
  ImportResourceStateResponse: { importedResources: "1 ImportedResource[]", diagnostics: "2 Diagnostic[]" },
  ImportedResource: { typeName: "1 string", state: "2 DynamicValue", private: "3 bytes" },
  ReadDataSourceRequest: { typeName: "1 string", config: "2 DynamicValue" },
  ReadDataSourceResponse: { state: "1 DynamicValue", diagnostics: "2 Diagnostic[]" },
  CallFunctionRequest: { name: "1 string", arguments: "2 DynamicValue[]" },
  CallFunctionResponse: { result: "1 DynamicValue", error: "2 FunctionError" },
  StopProviderResponse: { error: "1 string" },
} as const;

type Messages = typeof messages;
type MessageName = keyof Messages;
interface Scalars {
  bytes: Uint8Array;
  string: string;
  bool: boolean;
  int32: number;
}
type TypeOf<Name> = Name extends keyof Scalars
  ? Scalars[Name]
  : Name extends MessageName
    ? Message<Name>
    : never;
type FieldOf<Text> = Text extends `${number} ${infer Name}[]`
  ? TypeOf<Name>[]
  : Text extends `${number} ${infer Name}{}`
    ? Record<string, TypeOf<Name>>
    : Text extends `${number} ${infer Name}`
      ? TypeOf<Name>
      : never;
/** A message by its name; a field that has its zero value may be missing. */
export type Message<Name extends MessageName> = {
  [Field in keyof Messages[Name]]?: FieldOf<Messages[Name][Field]>;
};

/** What is asked of a provider, and what it answers. */
const calls = {
  GetProviderSchema: ["Empty", "GetProviderSchemaResponse"],
  GetFunctions: ["Empty", "GetFunctionsResponse"],
  ValidateProviderConfig: ["ValidateProviderConfigRequest", "ValidateProviderConfigResponse"],
  ConfigureProvider: ["ConfigureProviderRequest", "Answer"],
  ValidateResourceConfig: ["ValidateRequest", "Answer"],
  ValidateDataResourceConfig: ["ValidateRequest", "Answer"],
  UpgradeResourceState: ["UpgradeResourceStateRequest", "UpgradeResourceStateResponse"],
  ReadResource: ["ReadResourceRequest", "ReadResourceResponse"],
  PlanResourceChange: ["PlanResourceChangeRequest", "PlanResourceChangeResponse"],
  ApplyResourceChange: ["ApplyResourceChangeRequest", "ApplyResourceChangeResponse"],
  ImportResourceState: ["ImportResourceStateRequest", "ImportResourceStateResponse"],
  ReadDataSource: ["ReadDataSourceRequest", "ReadDataSourceResponse"],
  CallFunction: ["CallFunctionRequest", "CallFunctionResponse"],
  StopProvider: ["Empty", "StopProviderResponse"],
} as const;
type Calls = typeof calls;

/** Everything that a provider answers. */
export type ProviderMethods = {
  [Name in keyof Calls]: (request: Message<Calls[Name][0]>) => Promise<Message<Calls[Name][1]>>;
};
export const providerMethods = Object.keys(calls) as (keyof ProviderMethods)[];

const root = Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(messages).map(([name, fields]) => [
      name,
      {
        fields: Object.fromEntries(
          Object.entries(fields).map(([field, text]) => [field, fieldOf(text as string)]),
        ),
      },
    ]),
  ),
});

function fieldOf(text: string) {
  const [number = "", name = ""] = text.split(" ");
  const type = name.replace(/\W+$/, "");
  if (name.endsWith("{}")) return { keyType: "string", type, id: Number(number) };
  return { type, id: Number(number), ...(name.endsWith("[]") ? { rule: "repeated" } : {}) };
}

export function encodeMessage<Name extends MessageName>(name: Name, message: Message<Name>): Buffer {
  return Buffer.from(root.lookupType(name).encode(message).finish());
}

export function decodeMessage<Name extends MessageName>(name: Name, bytes: Uint8Array): Message<Name> {
  const type = root.lookupType(name);
  return type.toObject(type.decode(bytes)) as Message<Name>;
}

function service(path: string, methods: Record<string, readonly [MessageName, MessageName]>) {
  const definition: Record<string, ServiceDefinition[string]> = {};
  for (const [name, [request, response]] of Object.entries(methods)) {
    definition[name] = {
      path: `/${path}/${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: (message: Message<MessageName>) => encodeMessage(request, message),
      requestDeserialize: (bytes: Buffer) => decodeMessage(request, bytes),
      responseSerialize: (message: Message<MessageName>) => encodeMessage(response, message),
      responseDeserialize: (bytes: Buffer) => decodeMessage(response, bytes),
    };
  }
  return definition;
}

export const providerService = service("tfplugin6.Provider", calls);
/** By which the engine ends the process. */
export const controllerService = service("plugin.GRPCController", { Shutdown: ["Empty", "Empty"] });
