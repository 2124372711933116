/** A configuration of N certificates in a temporary folder, with a state of its own, whose commands are timed. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Issued } from "../emulator/pki";
import { settingsOf } from "../emulator/settings";
import { sourceAddress } from "../provider/adapters/terraformAddress";
import { providerOfCheckout, providersIn, startedByEngine } from "../scripts/engine/terraform";
import { worldOf } from "../scripts/engine/world";
import { findGoProgram } from "../scripts/goProgram";
import type { Side } from "./certificateStack";
import type { Target } from "./emulator";
import { type Files, writeFiles } from "./stack";

const noopAddress = "pulumi-zuplo/noop";
const maxRunMs = 120_000;

const ours = join(__dirname, "..", "bin", "terraform-provider-zuplo");

/** The provider that does nothing, in Go. */
export function noopProvider(): Promise<string> {
  const sources = join(__dirname, "peers", "terraform-provider-noop");
  return findGoProgram("terraform-provider-noop", sources, worldOf(new AbortController().signal));
}

/** Milliseconds until a provider has told where it serves or, of Node, until it has printed anything. */
export async function startOf(side: Side | "node"): Promise<number> {
  const [program, args]: [string, string[]] =
    side === "node"
      ? [process.execPath, ["-e", "console.log()"]]
      : [side === "ours" ? ours : await noopProvider(), []];
  const startedAt = performance.now();
  const child = spawn(program, args, {
    env: { ...process.env, ...startedByEngine, PLUGIN_PROTOCOL_VERSIONS: "6" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(child.stdout, "data");
  const ms = performance.now() - startedAt;
  child.kill();
  return ms;
}

/** The files of certificates, by their numbers: `0.pem`, `0.key`. */
export function numbered(issued: readonly Issued[]): Files {
  const files = issued.flatMap(({ chain, privateKey }, index) => [
    [`${index}.pem`, chain],
    [`${index}.key`, privateKey],
  ]);
  return Object.fromEntries(files);
}

export class TerraformBench {
  private constructor(
    readonly folder: string,
    private readonly env: Record<string, string>,
  ) {}

  /** A configuration of N certificates, applied. */
  static async create(target: Target, side: Side, issued: readonly Issued[]): Promise<TerraformBench> {
    const resources = issued.map(
      (_, index) => `
resource "${side === "ours" ? "zuplo" : "noop"}_mtls_certificate" "certificate_${index}" {
  name_prefix  = "certificate_${index}"
  certificate  = file("${index}.pem")
  private_key  = file("${index}.key")
  environments = ["preview", "production"]
}
`,
    );
    return TerraformBench.of(target, side, resources.join(""), numbered(issued));
  }

  /** A configuration of these resources, which read these files; applied. */
  static async of(target: Target, side: Side, resources: string, files: Files): Promise<TerraformBench> {
    const folder = await mkdtemp(join(tmpdir(), "terraform-zuplo-bench-"));
    const provider =
      side === "ours"
        ? providerOfCheckout(folder)
        : providersIn(folder, { [noopAddress]: dirname(await noopProvider()) });
    const bench = new TerraformBench(folder, { ...provider, ...settingsOf(target) });
    const [name, source] = side === "ours" ? ["zuplo", sourceAddress] : ["noop", noopAddress];
    const required = `terraform {\n  required_providers {\n    ${name} = { source = "${source}" }\n  }\n}\n`;
    await bench.write({ ...files, "main.tf": required + resources });
    await bench.time("apply", "-auto-approve");
    return bench;
  }

  write(files: Files): Promise<void> {
    return writeFiles(this.folder, files);
  }

  /** @returns milliseconds by the clock. Throws with what the command printed where it fails. */
  async time(...args: string[]): Promise<number> {
    const startedAt = performance.now();
    await promisify(execFile)("terraform", [...args, "-no-color", "-input=false"], {
      cwd: this.folder,
      env: { ...process.env, ...this.env },
      timeout: maxRunMs,
    });
    return performance.now() - startedAt;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
