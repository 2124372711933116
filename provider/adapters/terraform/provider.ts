import type { Engine } from "../../session";
import { coded } from "../../text/codes";
import { type DataSource, dataSources } from "./dataSource";
import { failureDiagnostics } from "./diagnostics";
import { callFunction, functionMessages } from "./functions";
import { CallLog } from "./log";
import { resourceName } from "./names";
import type { Message, ProviderMethods } from "./protocol";
import { ResourceHandler } from "./resourceHandler";
import { Run } from "./run";
import { schemaMessage } from "./schema";
import { served } from "./served";
import { settingAttributes, settingFailures, settingsDescription } from "./settings";
import { decodeObject, keptJson } from "./values";

const handlers: ReadonlyMap<string, ResourceHandler> = new Map(
  served.map(lifecycle => [resourceName(lifecycle.contract.type), new ResourceHandler(lifecycle)]),
);

/** Terraform's plugin protocol over the core. */
export function provider(engine: Engine): ProviderMethods {
  const log = new CallLog();
  const run = new Run(log.logger, engine);
  const about = <T>(name: string | undefined, work: (handler: ResourceHandler) => T): T =>
    work(known(handlers, name, "resource"));
  const asking = <T>(name: string | undefined, work: (source: DataSource) => T): T =>
    work(known(dataSources, name, "data source"));
  return {
    GetProviderSchema: () => log.answer(async () => schema()),
    GetFunctions: async () => ({ functions: functionMessages() }),
    ValidateProviderConfig: ({ config }) =>
      log.answer(async () => {
        const failures = settingFailures(decodeObject(config, settingAttributes) ?? {});
        return { diagnostics: failureDiagnostics(failures, settingAttributes) };
      }),
    ConfigureProvider: ({ config }) =>
      log.answer(async () => {
        run.configure(decodeObject(config, settingAttributes) ?? {});
        return {};
      }),
    ValidateResourceConfig: request =>
      log.answer(async () =>
        about(request.typeName, handler => ({ diagnostics: handler.validate(request) })),
      ),
    ValidateDataResourceConfig: request =>
      log.answer(async () => asking(request.typeName, source => ({ diagnostics: source.validate(request) }))),
    UpgradeResourceState: ({ typeName, rawState }) =>
      log.answer<Message<"UpgradeResourceStateResponse">>(async () =>
        about(typeName, ({ attributes }) => ({ upgradedState: keptJson(rawState?.json, attributes) })),
      ),
    ReadResource: request =>
      log.answer(async () =>
        run.reading(() => about(request.typeName, handler => handler.read(run, request))),
      ),
    PlanResourceChange: request =>
      log.answer(async () => about(request.typeName, handler => handler.plan(run, request))),
    ApplyResourceChange: request =>
      log.answer(async () => about(request.typeName, handler => handler.apply(run, request))),
    ImportResourceState: request =>
      log.answer(async () => about(request.typeName, handler => handler.import(run, request))),
    ReadDataSource: request =>
      log.answer(async () =>
        run.reading(() => asking(request.typeName, source => source.read(run, request))),
      ),
    CallFunction: async request => callFunction(request),
    StopProvider: async () => {
      run.cancel();
      return {};
    },
  };
}

function schema(): Message<"GetProviderSchemaResponse"> {
  const described = (blocks: ReadonlyMap<string, ResourceHandler | DataSource>) =>
    Object.fromEntries(
      [...blocks].map(([name, { attributes, description }]) => [
        name,
        schemaMessage(attributes, description),
      ]),
    );
  return {
    provider: schemaMessage(settingAttributes, settingsDescription),
    resourceSchemas: described(handlers),
    dataSourceSchemas: described(dataSources),
    functions: functionMessages(),
    serverCapabilities: { planDestroy: true, getProviderSchemaOptional: true },
  };
}

function known<T>(all: ReadonlyMap<string, T>, name: string | undefined, what: string): T {
  const found = all.get(name ?? "");
  if (found === undefined)
    throw new Error(coded("ZUPLO1902", `The Zuplo provider has no ${what} '${name}'.`));
  return found;
}
