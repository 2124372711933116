/** Certificates that each engine rotates over the same stages, one binding for each. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Issued } from "../emulator/pki";
import type { Target } from "./emulator";
import { BenchStack, type Files } from "./stack";
import { numbered, TerraformBench } from "./terraform";

export const engines = ["native", "dynamic", "terraform"] as const;
export type Engine = (typeof engines)[number];

/** Bindings that are in use. */
export interface Staged {
  /** Once more, with nothing to do. @returns milliseconds. */
  apply(): Promise<number>;
  /** @returns milliseconds. */
  rotate(issued: readonly Issued[]): Promise<number>;
  remove(): Promise<void>;
}

const root = join(__dirname, "..");
/** How Pulumi's engine is run. */
export interface Running {
  /** Whether it writes its state with every step, as it does by default, or once at the end. */
  checkpoints: boolean;
  /** How many resources it works on at a time. */
  slots: number;
}

/** A slot for each redeployment of the largest stage. */
export const usual: Running = { checkpoints: true, slots: 64 };

const variableOf = (index: number) => `BACKEND_${index}_MTLS_CERT`;

export async function openStages(
  engine: Engine,
  target: Target,
  stages: readonly (readonly string[])[],
  issued: readonly Issued[],
  { checkpoints, slots }: Running = usual,
): Promise<Staged> {
  const bindings = issued.map((_, index) => bindingOf(index, stages));
  if (engine === "terraform") {
    const resources = bindings.map(terraformBlock).join("");
    const bench = await TerraformBench.of(target, "ours", resources, numbered(issued));
    return staged(bench, () => bench.time("apply", "-auto-approve"));
  }
  const program = engine === "native" ? yamlProgram(bindings) : nodeProgram(bindings);
  const stack = await BenchStack.create(target, { ...program, ...numbered(issued) }, { checkpoints });
  const apply = async () => (await stack.up("--parallel", String(slots))).wall;
  await apply();
  return staged(stack, apply);
}

function staged(project: BenchStack | TerraformBench, apply: () => Promise<number>): Staged {
  return {
    apply,
    async rotate(next) {
      await project.write(numbered(next));
      return apply();
    },
    remove: () => project.remove(),
  };
}

type Binding = ReturnType<typeof bindingOf>;

function bindingOf(index: number, stages: readonly (readonly string[])[]) {
  const variable = variableOf(index);
  return {
    name: `backend-${index}`,
    files: { certificate: `${index}.pem`, key: `${index}.key` },
    variable,
    stages: stages.map((branches, stage) => ({
      branches,
      environmentType: stage === stages.length - 1 ? "production" : "preview",
      verify: { path: `/via/${variable}` },
    })),
  };
}

function yamlProgram(bindings: readonly Binding[]): Files {
  const resources = bindings.map(({ name, files, variable, stages }) => [
    name,
    {
      type: "zuplo:MtlsBinding",
      properties: {
        certificate: { "fn::readFile": `./${files.certificate}` },
        privateKeySource: { file: files.key },
        variable,
        stages,
      },
    },
  ]);
  const program = {
    name: "bench",
    runtime: "yaml",
    plugins: { providers: [{ name: "zuplo", path: join(root, "bin") }] },
    resources: Object.fromEntries(resources),
  };
  return { "Pulumi.yaml": JSON.stringify(program, null, 1) };
}

function nodeProgram(bindings: readonly Binding[]): Files {
  return {
    "Pulumi.yaml": "name: bench\nruntime: nodejs\n",
    "package.json": JSON.stringify({ name: "bench", main: "index.js" }),
    "index.js": readFileSync(join(__dirname, "programs", "bindings.js"), "utf8"),
    "inputs.json": JSON.stringify(bindings),
  };
}

function terraformBlock({ name, files, variable, stages }: Binding): string {
  const inWords = stages.map(({ branches, environmentType, verify }) => ({
    branches,
    environment_type: environmentType,
    verify,
  }));
  return `
resource "zuplo_mtls_binding" "${name}" {
  name_prefix        = "${name.replaceAll("-", "_")}"
  certificate        = file("${files.certificate}")
  private_key_source = { file = "${files.key}" }
  variable           = "${variable}"
  stages             = ${JSON.stringify(inWords)}
}
`;
}
