import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type ApiRequest, type InProcess, openInProcess } from "../../../emulator/inProcess";
import { emptyState } from "../../../emulator/state/model";
import { machineTime } from "../../../emulator/timing";
import { account } from "../world";

/**
 * The model's emulator behind a port, by the machine's clock: processes of their own call it. Its gateway has no TLS,
 * but it knows whatever a world of the model may hold.
 */
export async function openOnLoopback(): Promise<InProcess> {
  let emulator: InProcess | undefined;
  const server = createServer((request, response) => {
    answer(emulator as InProcess, request)
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
      .catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const gatewayUrl = `${apiUrl}${gatewayPath}`;
  emulator = await openInProcess({ timing: machineTime, apiUrl, gatewayUrl }, { state: emptyState(account) });
  const { stop } = emulator;
  emulator.stop = async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    await stop();
  };
  return emulator;
}

const gatewayPath = "/gateway";

async function answer(emulator: InProcess, request: IncomingMessage) {
  const path = request.url ?? "/";
  if (path.startsWith(`${gatewayPath}/`)) {
    const { status, body } = emulator.answer(`${emulator.apiUrl}${path}`);
    return { status, headers: { "content-type": "application/json" }, body };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const method = request.method as ApiRequest["method"];
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return emulator.call({ method, path, headers, ...(body === "" ? {} : { body }) });
}
