import { dirname, join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";

const root = join(__dirname, "../..");

/** Everything that the executable runs, as one module. */
export interface Bundle {
  code: string;
  /** What is in it, with sizes in bytes. */
  inputs: Metafile["inputs"];
}

/** Packages that @pulumi/pulumi itself loads, of which ours has to be the same copy. */
const sharedWithPulumi = [
  "@grpc/grpc-js",
  "google-protobuf/google/protobuf/any_pb",
  "google-protobuf/google/protobuf/empty_pb",
  "google-protobuf/google/protobuf/struct_pb",
];

/** What of @pulumi/pulumi a component never runs: it serializes functions, or starts engines. It brings a compiler. */
const unused = /[\\/]@pulumi[\\/]pulumi[\\/](automation|runtime[\\/]closure)[\\/]/;

const pulumi: Plugin = {
  name: "pulumi",
  setup(context) {
    context.onLoad({ filter: unused }, () => ({ contents: "module.exports = {};" }));
    // In one module, nothing can be resolved at run time.
    context.onLoad({ filter: /[\\/]adapters[\\/]fromPulumi\.ts$/ }, () => ({
      contents: `const modules = { ${sharedWithPulumi.map(name => `"${name}": () => require("${name}")`).join()} };
        exports.fromPulumi = name => modules[name]();`,
      resolveDir: dirname(require.resolve("@pulumi/pulumi/package.json")),
    }));
  },
};

/** Bundles the plugin, the Terraform provider and the CLI. */
export async function bundle(): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, "scripts/executable/main.ts")],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    target: "node26",
    format: "cjs",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    plugins: [pulumi],
    // Of the npm package only.
    logOverride: { "require-resolve-not-external": "silent" },
  });
  return { code: outputFiles[0]?.text ?? "", inputs: metafile.inputs };
}
