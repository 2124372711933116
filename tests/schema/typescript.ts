import { join } from "node:path";
import ts from "typescript";

/** What the compiler says of sources that import this package as its users do; nothing is written. */
export function diagnosticsOf(
  root: string,
  sources: Record<string, string>,
  native = join(root, "sdk/native/index.ts"),
): string[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, "tsconfig.json"),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  );
  const options: ts.CompilerOptions = {
    ...config?.options,
    noUnusedLocals: false,
    paths: {
      "pulumi-zuplo": [join(root, "sdk/index.ts")],
      "pulumi-zuplo/native": [native],
    },
  };
  const files = new Map(
    Object.entries(sources).map(([name, text]) => [join(root, "tests/schema", `${name}.example.ts`), text]),
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = path => files.has(path) || fileExists.call(host, path);
  host.readFile = path => files.get(path) ?? readFile.call(host, path);
  host.getSourceFile = (path, version, ...rest) => {
    const text = files.get(path);
    return text === undefined
      ? getSourceFile.call(host, path, version, ...rest)
      : ts.createSourceFile(path, text, version);
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram([...files.keys()], options, host))
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
}
