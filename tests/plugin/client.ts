import type { ServiceError } from "@grpc/grpc-js";
import type { Emulator } from "../../emulator";
import { type Plugin, startPlugin } from "../../provider/adapters/plugin";
import { decode, encode } from "../../provider/adapters/plugin/values";
import {
  channelOptions,
  grpc,
  providerProto,
  ResourceProviderClient,
} from "../../provider/adapters/plugin/wire";
import type { Marked } from "../../provider/lifecycle";
import type { RawInputs, SecretPath } from "../../provider/resources/resource";
import { components } from "../../sdk/plugin/components";

type Client = InstanceType<typeof ResourceProviderClient>;

/** Properties in clear, or with the paths of those that are secret. */
export type Properties = RawInputs | Marked;

/** What an error of a call says. */
export interface Refusal {
  code: number;
  details: string;
  /** The state that a partial failure carries. */
  partial?: { id: string; state: Marked; reasons: string[] };
}

/** Speaks to a plugin as the engine does. */
export class PluginClient {
  private constructor(
    readonly grpc: Client,
    private readonly plugin: Plugin | undefined,
  ) {}

  /** Starts a plugin in this process. */
  static async start(engineAddress?: string): Promise<PluginClient> {
    const plugin = await startPlugin(engineAddress, components);
    return PluginClient.connect(plugin.port, plugin);
  }

  static connect(port: number, plugin?: Plugin): PluginClient {
    const client = new ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
      channelOptions,
    );
    return new PluginClient(client, plugin);
  }

  stop(): void {
    this.grpc.close();
    this.plugin?.stop();
  }

  configure(args: Properties) {
    const request = new providerProto.ConfigureRequest();
    request.setArgs(message(args));
    return this.call<InstanceType<typeof providerProto.ConfigureResponse>>("configure", request);
  }

  configureFor(target: Pick<Emulator, "apiKey" | "account" | "project" | "apiUrl">, more: RawInputs = {}) {
    const { apiKey, account, project, apiUrl: endpoint } = target;
    return this.configure({ apiKey, account, project, endpoint, ...more });
  }

  async checkConfig(news: Properties) {
    const request = new providerProto.CheckRequest();
    request.setNews(message(news));
    return checked(await this.call("checkConfig", request));
  }

  async check(type: string, news: Properties, olds: Properties = {}) {
    const request = new providerProto.CheckRequest();
    request.setUrn(urnOf(type));
    request.setOlds(message(olds));
    request.setNews(message(news));
    return checked(await this.call("check", request));
  }

  async diff(type: string, olds: Properties, news: Properties, oldInputs: Properties = olds) {
    const request = new providerProto.DiffRequest();
    request.setId("id");
    request.setUrn(urnOf(type));
    request.setOlds(message(olds));
    request.setNews(message(news));
    request.setOldInputs(message(oldInputs));
    const response = await this.call<InstanceType<typeof providerProto.DiffResponse>>("diff", request);
    const detailed: Record<string, string | undefined> = {};
    const kinds = Object.entries(providerProto.PropertyDiff.Kind);
    response.getDetaileddiffMap().forEach((diff, key) => {
      detailed[key] = kinds.find(([, kind]) => kind === diff.getKind())?.[0];
    });
    return {
      isChanged: response.getChanges() === providerProto.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: response.getReplacesList(),
      isDeletedFirst: response.getDeletebeforereplace(),
      detailed,
    };
  }

  async create(type: string, inputs: Properties, preview = false) {
    const request = new providerProto.CreateRequest();
    request.setUrn(urnOf(type));
    request.setProperties(message(inputs));
    request.setPreview(preview);
    const response = await this.call<InstanceType<typeof providerProto.CreateResponse>>("create", request);
    return { id: response.getId(), ...decode(response.getProperties()) };
  }

  async update(
    type: string,
    id: string,
    olds: Properties,
    news: Properties,
    options: { preview?: boolean; oldInputs?: Properties } = {},
  ) {
    const request = new providerProto.UpdateRequest();
    request.setId(id);
    request.setUrn(urnOf(type));
    request.setOlds(message(olds));
    request.setOldInputs(message(options.oldInputs ?? olds));
    request.setNews(message(news));
    request.setPreview(options.preview ?? false);
    const response = await this.call<InstanceType<typeof providerProto.UpdateResponse>>("update", request);
    return decode(response.getProperties());
  }

  async read(type: string, id: string, state?: Properties, inputs?: Properties) {
    const request = new providerProto.ReadRequest();
    request.setId(id);
    request.setUrn(urnOf(type));
    if (state !== undefined) request.setProperties(message(state));
    if (inputs !== undefined) request.setInputs(message(inputs));
    const response = await this.call<InstanceType<typeof providerProto.ReadResponse>>("read", request);
    return {
      id: response.getId(),
      state: decode(response.getProperties()),
      inputs: decode(response.getInputs()),
    };
  }

  delete(type: string, id: string, state: Properties, oldInputs: Properties = state) {
    const request = new providerProto.DeleteRequest();
    request.setId(id);
    request.setUrn(urnOf(type));
    request.setProperties(message(state));
    request.setOldInputs(message(oldInputs));
    return this.call("delete", request);
  }

  async invoke(token: string, args: Properties) {
    const request = new providerProto.InvokeRequest();
    request.setTok(token);
    request.setArgs(message(args));
    const response = await this.call<InstanceType<typeof providerProto.InvokeResponse>>("invoke", request);
    return {
      ...decode(response.getReturn()),
      failures: response.getFailuresList().map(failure => failure.getReason()),
    };
  }

  /** Calls any method; rejects with what the engine would be told. */
  call<Response>(method: string, request: unknown): Promise<Response> {
    return new Promise((resolve, reject) => {
      const calls = this.grpc as unknown as Record<string, (...args: unknown[]) => void>;
      calls[method]?.call(this.grpc, request, (error: ServiceError | null, response: Response) =>
        error === null ? resolve(response) : reject(error),
      );
    });
  }
}

export function urnOf(type: string, name = "backend"): string {
  return `urn:pulumi:prod::shop::zuplo:index:${type}::${name}`;
}

/** Properties of which some are secret. */
export function withSecrets(values: RawInputs, ...paths: SecretPath[]): Marked {
  return { values, secrets: paths };
}

/** The names of the top-level properties that are secret. */
export function secretKeys({ secrets }: Marked): string[] {
  return [...new Set(secrets.map(([first]) => String(first)))].sort();
}

function message(properties: Properties) {
  const isDecoded = Array.isArray(properties.secrets) && typeof properties.values === "object";
  if (!isDecoded) return encode(properties);
  const { values, secrets } = properties as Marked;
  return encode(values, secrets);
}

function checked(response: InstanceType<typeof providerProto.CheckResponse>) {
  return {
    ...decode(response.getInputs()),
    failures: response
      .getFailuresList()
      .map(failure => ({ property: failure.getProperty(), reason: failure.getReason() })),
  };
}

/** What a call was refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    const { code, details, metadata } = error as ServiceError;
    const [packed] = metadata.get("grpc-status-details-bin");
    return { code, details, ...(packed === undefined ? {} : { partial: unpack(packed as Buffer) }) };
  }
  throw new Error("The call should have been refused.");
}

function unpack(packed: Buffer) {
  const { Status } =
    require("@pulumi/pulumi/proto/status_pb") as typeof import("@pulumi/pulumi/proto/status_pb");
  const [detail] = Status.deserializeBinary(packed).getDetailsList();
  const failed = providerProto.ErrorResourceInitFailed.deserializeBinary(
    detail?.getValue_asU8() ?? new Uint8Array(),
  );
  return { id: failed.getId(), state: decode(failed.getProperties()), reasons: failed.getReasonsList() };
}
