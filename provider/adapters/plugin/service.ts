import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type * as proto from "@pulumi/pulumi/proto/provider_pb";
import { lifecycles, type Marked, type Outcome } from "../../lifecycle";
import type { Context } from "../../resources/resource";
import { withoutSecrets } from "../../resources/secrecy";
import { secretSettings } from "../../settings";
import { coded } from "../../text/codes";
import { quote } from "../../text/redact";
import { watchEngine } from "../engineWatch";
import type { Components } from "./construct";
import { diffMessage } from "./detailedDiff";
import {
  failureMessages,
  invalidArgument,
  partialFailure,
  toServiceError,
  unary,
  unimplemented,
} from "./errors";
import { PluginLog } from "./log";
import type { PreConfigureMethods } from "./preConfigureMethods";
import { ResourceHandler } from "./resourceHandler";
import { Run } from "./run";
import { changedSettings, settingFailures } from "./settings";
import { parseUrn } from "./urn";
import { decode, encode } from "./values";
import { Empty, providerProto } from "./wire";

const handlers: Record<string, ResourceHandler> = Object.fromEntries(
  Object.entries(lifecycles).map(([type, lifecycle]) => [
    `zuplo:index:${type}`,
    new ResourceHandler(lifecycle),
  ]),
);

/** Pulumi's ResourceProvider protocol over the core: https://www.pulumi.com/docs/iac/extending-pulumi/ */
export class ProviderService {
  private readonly log = new PluginLog();
  private readonly run: Run;

  constructor(
    private readonly preConfigure: PreConfigureMethods,
    private readonly components: Components,
  ) {
    // Another engine may attach later.
    const engine = { isAlive: () => watchEngine(preConfigure.engineAddress).isAlive() };
    this.run = new Run(this.log, engine);
    const { engineAddress } = preConfigure;
    if (engineAddress !== undefined) this.log.connect(engineAddress);
    preConfigure.onAttach = address => {
      this.log.connect(address);
      this.run.begin();
    };
  }

  readonly implementation: UntypedServiceImplementation = {
    checkConfig: unary((request: proto.CheckRequest) => {
      const news = decode(request.getNews());
      const secrets = [...news.secrets, ...secretSettings.map(name => [name])];
      const response = new providerProto.CheckResponse();
      response.setInputs(encode(news.values, secrets));
      const failures = withoutSecrets(settingFailures(news.values), news.values, secrets);
      response.setFailuresList(failureMessages(failures, news.values, secrets));
      return response;
    }),

    diffConfig: unary((request: proto.DiffRequest) => {
      const oldInputs = decode(request.getOldInputs() ?? request.getOlds()).values;
      const news = decode(request.getNews()).values;
      const changes = Object.fromEntries(
        changedSettings(oldInputs, news).map(key => [key, "update" as const]),
      );
      return diffMessage(changes, { olds: oldInputs, oldInputs, news });
    }),

    configure: unary((request: proto.ConfigureRequest) => {
      this.run.configure(decode(request.getArgs()).values);
      const response = new providerProto.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setAcceptresources(true);
      response.setAcceptoutputs(true);
      response.setSupportspreview(true);
      return response;
    }),

    check: unary((request: proto.CheckRequest) =>
      this.about(request, "checking", async (handler, context) => {
        const checked = handler.check(
          context,
          handler.decode(request.getOlds()),
          handler.decode(request.getNews()),
        );
        const response = new providerProto.CheckResponse();
        response.setInputs(encode(checked.values, checked.secrets));
        response.setFailuresList(failureMessages(checked.failures, checked.values, checked.secrets));
        return response;
      }),
    ),

    diff: unary((request: proto.DiffRequest) =>
      this.about(request, "comparing", async (handler, context) => {
        const { changes, isDeletedFirst, compared } = handler.diff(
          context,
          handler.decode(request.getOlds()),
          handler.decode(request.getOldInputs()),
          handler.decode(request.getNews()),
        );
        const message = diffMessage(changes, compared);
        message.setDeletebeforereplace(isDeletedFirst);
        return message;
      }),
    ),

    create: unary((request: proto.CreateRequest) =>
      this.about(request, "creating", async (handler, context) => {
        const inputs = handler.decode(request.getProperties());
        const response = new providerProto.CreateResponse();
        if (request.getPreview()) return withProperties(response, handler.previewCreate(context, inputs));
        const created = await handler.create(context, inputs);
        response.setId(created.id);
        return withOutcome(response, created);
      }),
    ),

    update: unary((request: proto.UpdateRequest) =>
      this.about(request, "updating", async (handler, context) => {
        const olds = handler.decode(request.getOlds());
        const oldInputs = handler.decode(request.getOldInputs());
        const news = handler.decode(request.getNews());
        const response = new providerProto.UpdateResponse();
        if (request.getPreview())
          return withProperties(response, handler.previewUpdate(context, olds, oldInputs, news));
        const updated = await handler.update(context, request.getId(), olds, oldInputs, news);
        return withOutcome(response, updated);
      }),
    ),

    read: unary((request: proto.ReadRequest) =>
      this.about(request, "reading", async (handler, context) => {
        const state = handler.decode(request.getProperties());
        const found = await handler.read(
          context,
          request.getId(),
          state,
          handler.decode(request.getInputs()),
        );
        const response = new providerProto.ReadResponse();
        // Without an id and properties the object is gone.
        if (found === undefined) return response;
        response.setId(found.id);
        response.setInputs(encode(found.inputs, found.secrets));
        return withProperties(response, found);
      }),
    ),

    delete: unary((request: proto.DeleteRequest) =>
      this.about(request, "deleting", async (handler, context) => {
        const state = handler.decode(request.getProperties());
        await handler.delete(context, request.getId(), state, handler.decode(request.getOldInputs()));
        return new Empty();
      }),
    ),

    invoke: unary(async (request: proto.InvokeRequest) => {
      const { invoke } = require("../../lookups/lookup") as typeof import("../../lookups/lookup");
      const args = decode(request.getArgs());
      const name = request.getTok().replace(/^zuplo:(index:)?/, "");
      const { values, failures: found } = await invoke(this.run.session, name, args.values);
      const failures = withoutSecrets(found, args.values, args.secrets);
      const response = new providerProto.InvokeResponse();
      response.setReturn(encode(values, []));
      response.setFailuresList(failureMessages(failures, args.values, args.secrets));
      return response;
    }),

    construct: unary(async (request: proto.ConstructRequest) => {
      const { construct } = require("./construct") as typeof import("./construct");
      return construct(request, this.preConfigure.engineAddress, this.components);
    }),

    cancel: unary(() => {
      this.run.cancel();
      return new Empty();
    }),

    getMapping: unary(() => new providerProto.GetMappingResponse()),
    getMappings: unary(() => new providerProto.GetMappingsResponse()),
    call: unary(() => Promise.reject(unimplemented("Call"))),
    parameterize: unary(() => Promise.reject(unimplemented("Parameterize"))),
    list: (call: { emit(event: "error", error: unknown): void }) => {
      call.emit("error", toServiceError(unimplemented("List")));
    },
  };

  private about<T>(
    request: { getUrn(): string; getTimeout?(): number },
    doing: string,
    work: (handler: ResourceHandler, context: Context) => Promise<T>,
  ): Promise<T> {
    const text = request.getUrn();
    const urn = parseUrn(text);
    const handler = urn !== undefined && Object.hasOwn(handlers, urn.type) ? handlers[urn.type] : undefined;
    if (urn === undefined || handler === undefined) {
      const problem = `The Zuplo provider has no resource type '${quote(urn?.type ?? text)}'.`;
      throw invalidArgument(coded("ZUPLO1902", problem));
    }
    const limit = request.getTimeout?.() ?? 0;
    const context: Context = {
      session: this.run.session,
      identity: urn.identity,
      limitMs: limit > 0 ? limit * 1000 : undefined,
    };
    return this.log.about(text, doing, () => {
      handler.warnOfLimit(context);
      return work(handler, context);
    });
  }
}

function withProperties<T extends { setProperties(value: ReturnType<typeof encode>): unknown }>(
  response: T,
  { values, secrets }: Marked,
): T {
  response.setProperties(encode(values, secrets));
  return response;
}

function withOutcome<T extends { setProperties(value: ReturnType<typeof encode>): unknown }>(
  response: T,
  { id, values, secrets, failure }: Outcome,
): T {
  if (failure !== undefined) throw partialFailure(id, values, secrets, failure);
  return withProperties(response, { values, secrets });
}
