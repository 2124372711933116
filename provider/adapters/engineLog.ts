import { createRequire } from "node:module";
import type { Logger } from "../session";

/**
 * Logs through the engine, whose address the host gets as its argument. Each message is said once in a run: the
 * engine checks a resource several times.
 */
export function engineLogger(): Logger {
  const address = process.argv.find(argument => /^(127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(argument));
  const said = new Set<string>();
  const send = address === undefined ? toStandardError : toEngine(address);
  const once = (severity: Severity) => (message: string) => {
    if (said.has(message)) return;
    said.add(message);
    send(severity, message);
  };
  return { info: once("INFO"), warn: once("WARNING") };
}

type Severity = "INFO" | "WARNING";

function toStandardError(severity: Severity, message: string): void {
  process.stderr.write(`${severity.toLowerCase()}: ${message}\n`);
}

function toEngine(address: string): (severity: Severity, message: string) => void {
  const { EngineClient } =
    require("@pulumi/pulumi/proto/engine_grpc_pb") as typeof import("@pulumi/pulumi/proto/engine_grpc_pb");
  const { LogRequest, LogSeverity } =
    require("@pulumi/pulumi/proto/engine_pb") as typeof import("@pulumi/pulumi/proto/engine_pb");
  // The very copy that Pulumi's client was made with: it refuses the credentials of another.
  const { credentials } = createRequire(require.resolve("@pulumi/pulumi"))(
    "@grpc/grpc-js",
  ) as typeof import("@grpc/grpc-js");
  const engine = new EngineClient(address, credentials.createInsecure());
  return (severity, message) => {
    const request = new LogRequest();
    request.setSeverity(LogSeverity[severity]);
    request.setMessage(message);
    engine.log(request, error => {
      if (error !== null) toStandardError(severity, message);
    });
  };
}
