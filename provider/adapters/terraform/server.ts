import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  type UntypedHandleCall,
} from "@grpc/grpc-js";
import { selfSigned } from "./certificate";
import { type Handshake, handshakeLine } from "./handshake";
import { controllerService, type ProviderMethods, providerMethods, providerService } from "./protocol";

/** Longest message, in bytes: as long as the engines' own. */
const maxMessageBytes = 256 * 1024 * 1024;
/** How long a call may go on after the engine has asked for the end, in milliseconds: it kills after two seconds. */
const shutdownLimitMs = 500;

/** A plugin that listens for the engine. */
export interface Listening {
  /** What the engine waits for on the standard output. */
  line: string;
  stop(): void;
}

/**
 * Listens for the engine that has started this process, and for nobody else. The provider itself is loaded with the
 * first call, since the engine waits for the line.
 */
export async function listen(
  { clientCertificate }: Handshake,
  load: () => ProviderMethods,
  onShutdown: () => void,
): Promise<Listening> {
  const own = clientCertificate === undefined ? undefined : selfSigned();
  const server = new Server({ "grpc.max_receive_message_length": maxMessageBytes });
  let methods: ProviderMethods | undefined;
  const loaded = () => {
    methods ??= load();
    return methods;
  };
  server.addService(
    providerService,
    Object.fromEntries(providerMethods.map(name => [name, unary(request => call(loaded(), name, request))])),
  );
  server.addService(controllerService, {
    Shutdown: unary(async () => {
      // Once the answer has gone out; a call that is still under way is not waited for.
      server.tryShutdown(onShutdown);
      setTimeout(onShutdown, shutdownLimitMs);
      return {};
    }),
  });
  const credentials =
    own === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          Buffer.from(clientCertificate ?? ""),
          [{ private_key: Buffer.from(own.privateKey), cert_chain: Buffer.from(own.certificate) }],
          true,
        );
  const { address, remove } = newAddress();
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const at = address.startsWith("unix:") ? address : `127.0.0.1:${port}`;
  return {
    line: handshakeLine(at, own?.der),
    stop: () => {
      server.forceShutdown();
      remove();
    },
  };
}

/** A socket in a folder that only this user can enter; Go knows none of Windows' kind. */
function newAddress(): { address: string; remove: () => void } {
  if (process.platform === "win32") return { address: "127.0.0.1:0", remove: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), "zuplo-"));
  return {
    address: `unix:${join(folder, "provider")}`,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function call<Name extends keyof ProviderMethods>(methods: ProviderMethods, name: Name, request: unknown) {
  return methods[name](request as never);
}

function unary(answer: (request: unknown) => Promise<unknown>): UntypedHandleCall {
  return (incoming: ServerUnaryCall<unknown, unknown>, reply: sendUnaryData<unknown>) => {
    Promise.resolve()
      .then(() => answer(incoming.request))
      .then(
        response => reply(null, response),
        (error: unknown) => reply(error instanceof Error ? error : new Error(String(error))),
      );
  };
}
