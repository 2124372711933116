import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { run } from "../run";

const root = join(__dirname, "../..");

/** The ways in which programs find their modules; node10 is what a Pulumi project has by default. */
export const resolutions = {
  node10: { module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 },
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};
export type Resolution = keyof typeof resolutions;

/** Uses every entry of the package. A type that is `any` makes an unused `@ts-expect-error`, which is an error. */
const program = `
import { MtlsBinding, type MtlsCertificateArgs, type EnvironmentType } from "pulumi-zuplo";
import * as native from "pulumi-zuplo/native";
import { dynamic } from "pulumi-zuplo/provider";

const type: EnvironmentType = "production";
const args: MtlsCertificateArgs = { certificate: "", privateKeySource: { env: "KEY" }, environments: [type] };
export const binding = new MtlsBinding("a", { ...args, variable: "A", stages: [{ branches: ["main"] }] });
export const other = new native.MtlsCertificate("b", args);
export const create: Function = dynamic.MtlsCertificate.create;
// @ts-expect-error
new MtlsBinding(1);
// @ts-expect-error
new native.MtlsCertificate(1);
// @ts-expect-error
dynamic.MtlsCertificates;
`;

/** A project with the packed package, and the packages that its types need from this checkout. */
export async function makeConsumer(folder: string, tarball: string): Promise<void> {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "pulumi-zuplo"), { recursive: true });
  const args = ["-xzf", tarball, "--strip-components=1", "-C", join(modules, "pulumi-zuplo")];
  await run("tar", args, folder);
  for (const scope of ["@pulumi", "@types"]) {
    symlinkSync(join(root, "node_modules", scope), join(modules, scope), "dir");
  }
  for (const extension of ["cts", "mts", "ts"]) writeFileSync(join(folder, `index.${extension}`), program);
}

/** What the compiler says of the consumer's program; nothing where all is well. */
export function problemsOf(folder: string, resolution: Resolution): string[] {
  const options: ts.CompilerOptions = {
    ...resolutions[resolution],
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    types: ["node"],
    typeRoots: [join(folder, "node_modules", "@types")],
    skipLibCheck: true,
  };
  const isNode = resolution === "node16" || resolution === "nodenext";
  const files = (isNode ? ["index.cts", "index.mts"] : ["index.ts"]).map(file => join(folder, file));
  const host = ts.createCompilerHost(options);
  const compiled = ts.createProgram(files, options, host);
  return ts.getPreEmitDiagnostics(compiled).map(diagnostic => {
    const { file, start, messageText } = diagnostic;
    const line =
      file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
    return `${file?.fileName ?? ""}:${line} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}
