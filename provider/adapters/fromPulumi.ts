import { createRequire } from "node:module";

/**
 * Loads a package as @pulumi/pulumi itself does. It has to be the very copy with which Pulumi's own code was made: gRPC
 * refuses the credentials of another copy, and protobuf its messages.
 */
export const fromPulumi = createRequire(require.resolve("@pulumi/pulumi"));
