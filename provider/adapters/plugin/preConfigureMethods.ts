import type * as proto from "@pulumi/pulumi/proto/provider_pb";
import { readPackageFile } from "../../packageFile";
import { coded } from "../../text/codes";
import { invalidArgument, unary } from "./errors";
import { Empty, PluginInfo, providerProto } from "./wire";

/**
 * What the engine asks before it configures a provider. A language host that only wants the schema asks nothing else,
 * so nothing of the provider itself is loaded for it.
 */
export class PreConfigureMethods {
  /** Gets the address of an engine that attaches later. */
  onAttach: ((address: string) => void) | undefined;

  /** @param engineAddress where the engine listens, as far as it has told. */
  constructor(public engineAddress: string | undefined) {}

  readonly implementation = {
    handshake: unary((request: proto.ProviderHandshakeRequest) => {
      const address = request.getEngineAddress();
      if (address !== "") this.attachTo(address);
      const response = new providerProto.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(true);
      response.setAcceptOutputs(true);
      return response;
    }),

    attach: unary((request: { getAddress(): string }) => {
      this.attachTo(request.getAddress());
      return new Empty();
    }),

    getPluginInfo: unary(async () => {
      const { version } = require("../../version") as typeof import("../../version");
      const response = new PluginInfo();
      response.setVersion(version);
      return response;
    }),

    getSchema: unary((request: proto.GetSchemaRequest) => {
      if (request.getVersion() !== 0)
        throw invalidArgument(coded("ZUPLO1902", "This schema version is not known: ask for 0."));
      const response = new providerProto.GetSchemaResponse();
      response.setSchema(readPackageFile("schema.json"));
      return response;
    }),
  };

  private attachTo(address: string): void {
    this.engineAddress = address;
    this.onAttach?.(address);
  }
}
