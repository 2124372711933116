import { createHash } from "node:crypto";

/** The engine that is fetched when there is none: the last whose SDK runs on Node 20. */
export const ENGINE_VERSION = "3.248.0";

/** The oldest engine that is taken from PATH: dynamic providers read their configuration since then. */
export const MINIMUM_VERSION = "3.139.0";

/** What pkg/v3 of ENGINE_VERSION asks for in its go.mod. */
export const MINIMUM_GO = "1.25.11";

/** One program to build from the Go module proxy. */
export interface Binary {
  readonly name: string;
  readonly package: string;
  /** What `go get` pins, the module of `package` first. */
  readonly modules: readonly string[];
  /** A file of the first module which has to lie beside the program. */
  readonly script?: { readonly module: string; readonly path: string };
}

const SDK = "github.com/pulumi/pulumi/sdk/v3";

// The Node and Python hosts were split off into modules of their own that the proxy does not serve: the
// versions here are the last ones which still lie in the sdk module. They work with the newer engine.
export const BINARIES: readonly Binary[] = [
  {
    name: "pulumi",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    modules: [
      `github.com/pulumi/pulumi/pkg/v3/cmd/pulumi@v${ENGINE_VERSION}`,
      // pkg/v3 names its sdk by a relative `replace`, which does not hold in a module that requires it.
      `${SDK}@v${ENGINE_VERSION}`,
    ],
  },
  {
    name: "pulumi-language-nodejs",
    package: `${SDK}/nodejs/cmd/pulumi-language-nodejs`,
    modules: [`${SDK}/nodejs/cmd/pulumi-language-nodejs@v3.62.0`],
    // The host of dynamic resources; it runs what the program's own SDK brings.
    script: { module: SDK, path: "nodejs/dist/pulumi-resource-pulumi-nodejs" },
  },
  {
    name: "pulumi-language-yaml",
    package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    modules: ["github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml@v1.25.0"],
  },
  {
    name: "pulumi-language-python",
    package: `${SDK}/python/cmd/pulumi-language-python`,
    modules: [`${SDK}/python/cmd/pulumi-language-python@v3.78.1`],
    script: { module: SDK, path: "python/cmd/pulumi-language-python-exec" },
  },
];

export const BUILD_FLAGS: readonly string[] = [
  "-trimpath",
  "-ldflags",
  `-s -w -X ${SDK}/go/common/version.Version=v${ENGINE_VERSION}`,
];

/**
 * The name of the engine's folder in the cache. Everything that decides what is in it is in the hash, so a
 * changed version or flag is another folder, and no folder ever has to be checked for being out of date.
 */
export function engineKey(
  platform: NodeJS.Platform,
  arch: string,
  binaries: readonly Binary[] = BINARIES,
  flags: readonly string[] = BUILD_FLAGS,
): string {
  const recipe = JSON.stringify([ENGINE_VERSION, binaries, flags]);
  const hash = createHash("sha256").update(recipe).digest("hex").slice(0, 8);
  const os = platform === "win32" ? "windows" : platform;
  return `engine-${ENGINE_VERSION}-${hash}-${os}-${arch === "x64" ? "amd64" : arch}`;
}
