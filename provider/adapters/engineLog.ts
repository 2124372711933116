import type { Logger } from "../session";
import { oneLine } from "../text/redact";
import { fromPulumi } from "./fromPulumi";
import { inPulumiWords } from "./pulumiWords";

/** One message to the engine. */
export interface Message {
  severity: "INFO" | "WARNING";
  message: string;
  /** The resource of which it speaks. */
  urn?: string | undefined;
  /** Shown in the run's info column while the resource is worked at, and not kept. */
  ephemeral?: boolean;
}

/** Settles when the engine has the message; never rejects. */
export type Send = (message: Message) => Promise<void>;

/** Where the engine listens, which is an argument of the processes that it starts. */
export function engineAddressOf(args: readonly string[]): string | undefined {
  return args.find(argument => /^(127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(argument));
}

/** Logs through the engine. Each message is said once in a run: the engine checks a resource several times. */
export function engineLogger(address: string | undefined): Logger {
  return onceLogger(address === undefined ? toStandardError : toEngine(address));
}

/** A logger that says each message once; `urnOf` tells of which resource it speaks. */
export function onceLogger(send: Send, urnOf: () => string | undefined = () => undefined): Logger {
  const said = new Set<string>();
  const once = (severity: Message["severity"]) => (text: string) => {
    // Whoever writes a message need not remember what others' names may hold.
    const message = oneLine(inPulumiWords(text));
    if (said.has(message)) return;
    said.add(message);
    void send({ severity, message, urn: urnOf() });
  };
  return { info: once("INFO"), warn: once("WARNING") };
}

export const toStandardError: Send = async ({ severity, message }) => {
  process.stderr.write(`${severity.toLowerCase()}: ${message}\n`);
};

export function toEngine(address: string): Send {
  const { EngineClient } =
    require("@pulumi/pulumi/proto/engine_grpc_pb") as typeof import("@pulumi/pulumi/proto/engine_grpc_pb");
  const { LogRequest, LogSeverity } =
    require("@pulumi/pulumi/proto/engine_pb") as typeof import("@pulumi/pulumi/proto/engine_pb");
  const { credentials } = fromPulumi("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
  const engine = new EngineClient(address, credentials.createInsecure());
  return ({ severity, message, urn = "", ephemeral = false }) => {
    const request = new LogRequest();
    request.setSeverity(LogSeverity[severity]);
    request.setMessage(message);
    request.setUrn(urn);
    request.setEphemeral(ephemeral);
    return new Promise(settle => {
      engine.log(request, error => {
        settle(error === null || ephemeral ? undefined : toStandardError({ severity, message }));
      });
    });
  };
}
