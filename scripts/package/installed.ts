/** What the package must do wherever it is installed. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { issueInto } from "../certificates/issue";
import { runToEnd } from "../run";

const maxRunMs = 60_000;
const entries = ["pulumi-zuplo", "pulumi-zuplo/native", "pulumi-zuplo/provider"];
const programs: Record<string, string> = {
  import: `${entries.map((entry, index) => `import * as e${index} from "${entry}";`).join("")}
    if (!e0.MtlsBinding || !e1.getMtlsCertificates || !e2.dynamic.Redeployment) throw new Error("something is missing");`,
  require: `const [a, b, c] = ${JSON.stringify(entries)}.map(entry => require(entry));
    if (!a.MtlsBinding || !b.getMtlsCertificates || !c.dynamic.Redeployment) throw new Error("something is missing");`,
};

/** Undefined where all is well, else the first thing that is not. */
export async function problemOf(folder: string, node: string): Promise<string | undefined> {
  // The shebangs of the package's programs find Node on PATH.
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
  const run = (command: string, ...args: string[]) =>
    runToEnd(command, args, { cwd: folder, env, timeout: maxRunMs });
  const bin = (program: string) => join(folder, "node_modules", ".bin", program);
  for (const [kind, program] of Object.entries(programs)) {
    const type = kind === "import" ? ["--input-type=module"] : [];
    const { code, stderr } = await run(node, ...type, "-e", program);
    if (code !== 0) return `${kind}: ${stderr}`;
  }
  const { paths } = await issueInto(join(folder, "certs"));
  const checked = await run(bin("pulumi-zuplo"), "check", paths.certificate, paths.privateKey);
  if (!checked.stdout.endsWith("\nGood.\n")) return `check: ${checked.stdout}${checked.stderr}`;
  const port = await firstLine(bin("pulumi-resource-zuplo"), env);
  if (!/^\d+$/.test(port)) return `plugin: ${port}`;
  const asked = await run("pulumi", "package", "get-schema", bin("pulumi-resource-zuplo"));
  if (asked.code !== 0) return `get-schema: ${asked.stderr}`;
  const schema = JSON.parse(readFileSync(join(folder, "node_modules/pulumi-zuplo/schema.json"), "utf8"));
  const { resources } = JSON.parse(asked.stdout) as { resources: unknown };
  return isDeepStrictEqual(resources, schema.resources) ? undefined : "get-schema: another schema";
}

/** The first line that a program prints; it is ended then. */
async function firstLine(program: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(program, [], { env, stdio: ["ignore", "pipe", "pipe"], timeout: maxRunMs });
  try {
    return await new Promise<string>(settle => {
      child.once("error", error => settle(error.message));
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").once("data", (text: string) => settle(text.trim()));
      }
      child.once("close", code => settle(`ended with ${code}`));
    });
  } finally {
    child.kill();
  }
}
