import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type * as proto from "@pulumi/pulumi/proto/provider_pb";
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

    getSchema: unary(async (request: proto.GetSchemaRequest) => {
      if (request.getVersion() !== 0)
        throw invalidArgument(coded("ZUPLO1902", "This schema version is not known: ask for 0."));
      const response = new providerProto.GetSchemaResponse();
      response.setSchema(await readSchema());
      return response;
    }),
  };

  private attachTo(address: string): void {
    this.engineAddress = address;
    this.onAttach?.(address);
  }
}

/** The package's schema.json, read when it is asked for. */
function readSchema(): Promise<string> {
  // By the package's own name, since the distance differs between the sources and what is published.
  return readFile(join(dirname(require.resolve("pulumi-zuplo/package.json")), "schema.json"), "utf8");
}
