/**
 * A language host for Python that generates SDKs, and does nothing else: the real one that generates is no Go module
 * that could be built here. The engine starts it as `pulumi-language-python`; the work is done by the generator of Pulumi
 * that it would have, whose path is the first argument.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerUnaryCall, ServerWritableStream, sendUnaryData } from "@grpc/grpc-js";
import type * as language from "@pulumi/pulumi/proto/language_pb";
import { channelOptions, grpc, PluginInfo } from "../../provider/adapters/plugin/wire";

const { LanguageRuntimeService } =
  require("@pulumi/pulumi/proto/language_grpc_pb") as typeof import("@pulumi/pulumi/proto/language_grpc_pb");
const messages =
  require("@pulumi/pulumi/proto/language_pb") as typeof import("@pulumi/pulumi/proto/language_pb");

const [generator = ""] = process.argv.slice(2);

type Work = (request: never) => unknown;
const methods: Record<string, Work> = {
  handshake: () => new messages.LanguageHandshakeResponse(),
  getPluginInfo: () => new PluginInfo().setVersion("1.0.0"),

  generatePackage(request: language.GeneratePackageRequest) {
    const folder = request.getDirectory();
    mkdirSync(folder, { recursive: true });
    const schema = join(folder, "schema.json");
    writeFileSync(schema, request.getSchema());
    execFileSync(generator, ["python", schema, folder]);
    return new messages.GeneratePackageResponse();
  },

  link(request: language.LinkRequest) {
    const linked = request
      .getPackagesList()
      .map(each => `${each.getPackage()?.getName()} at ${each.getPath()}`);
    return new messages.LinkResponse().setImportInstructions(`Linked ${linked.join(", ")}`);
  },
};

const served = Object.entries(methods).map(([name, work]) => [
  name,
  (call: ServerUnaryCall<unknown, unknown>, answer: sendUnaryData<unknown>) =>
    answer(null, work(call.request as never)),
]);
const server = new grpc.Server(channelOptions);
server.addService(LanguageRuntimeService as never, {
  ...Object.fromEntries(served),
  // What the SDK depends on is installed by the tests that run it.
  installDependencies: (call: ServerWritableStream<unknown, unknown>) => call.end(),
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});
