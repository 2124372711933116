import { createRequire } from "node:module";

// The very copies that Pulumi's own code was made with: gRPC refuses the credentials of another copy, and protobuf its
// messages. Only these files are loaded, not the whole of @pulumi/pulumi, so that the plugin is ready soon.
const pulumiRequire = createRequire(require.resolve("@pulumi/pulumi"));

export const grpc = pulumiRequire("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
export const { Struct, Value } = pulumiRequire(
  "google-protobuf/google/protobuf/struct_pb",
) as typeof import("google-protobuf/google/protobuf/struct_pb");
export const { Empty } = pulumiRequire(
  "google-protobuf/google/protobuf/empty_pb",
) as typeof import("google-protobuf/google/protobuf/empty_pb");
export const { Any } = pulumiRequire(
  "google-protobuf/google/protobuf/any_pb",
) as typeof import("google-protobuf/google/protobuf/any_pb");

export const providerProto =
  require("@pulumi/pulumi/proto/provider_pb") as typeof import("@pulumi/pulumi/proto/provider_pb");
export const { ResourceProviderService, ResourceProviderClient } =
  require("@pulumi/pulumi/proto/provider_grpc_pb") as typeof import("@pulumi/pulumi/proto/provider_grpc_pb");
export const { PluginInfo } =
  require("@pulumi/pulumi/proto/plugin_pb") as typeof import("@pulumi/pulumi/proto/plugin_pb");
export const { Status } =
  require("@pulumi/pulumi/proto/status_pb") as typeof import("@pulumi/pulumi/proto/status_pb");

/** Longest message, in bytes: as long as Pulumi's own. */
export const channelOptions = { "grpc.max_receive_message_length": 400 * 1024 * 1024 };
