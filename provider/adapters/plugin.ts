import type { UntypedHandleCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Components } from "./plugin/construct";
import { PreConfigureMethods } from "./plugin/preConfigureMethods";
import { channelOptions, grpc, ResourceProviderService } from "./plugin/wire";

/** A plugin that listens for the engine. */
export interface Plugin {
  port: number;
  stop(): void;
}

/**
 * Listens for the engine on this machine. The engine waits for the port, so the provider itself is loaded with the
 * first call that needs it.
 */
export async function startPlugin(
  engineAddress: string | undefined,
  components: Components,
): Promise<Plugin> {
  const preConfigure = new PreConfigureMethods(engineAddress);
  let loaded: UntypedServiceImplementation | undefined;
  const load = () => {
    if (loaded === undefined) {
      const { ProviderService } = require("./plugin/service") as typeof import("./plugin/service");
      loaded = new ProviderService(preConfigure, components).implementation;
    }
    return loaded;
  };
  const methods = Object.keys(ResourceProviderService).map(name => [name, later(() => load()[name])]);
  const server = new grpc.Server(channelOptions);
  server.addService(ResourceProviderService, {
    ...Object.fromEntries(methods),
    ...preConfigure.implementation,
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, stop: () => server.forceShutdown() };
}

/** Takes a call for a method that may not be loaded yet. */
function later(method: () => UntypedHandleCall | undefined): UntypedHandleCall {
  return (...call: unknown[]) => (method() as (...call: unknown[]) => void)(...call);
}
