import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cli } from "../cli/capture";
import { blocksOf, root } from "./blocks";
import { elsewhere, linesOf, localZuplo, nextCertificate } from "./commands";
import { shell } from "./shell";

const guide = "docs/guides/first-rotation.md";
/** The folder of the project, as the guide has it beside a clone. */
const beside = "../shop";

describe("the guide of the first rotation, without an account", () => {
  let folder: string;
  let zuplo: ChildProcess;
  /** What the local Zuplo says to export. */
  const exported: Record<string, string> = {};
  let env: NodeJS.ProcessEnv;

  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-guide-"));
    zuplo = await start(localZuplo.replace(beside, folder));
    env = {
      ...process.env,
      ...exported,
      HOME: folder,
      PULUMI_HOME: join(folder, ".pulumi"),
      // What `--local` chooses, in the test's own place.
      PULUMI_BACKEND_URL: `file://${await made(".state")}`,
      PULUMI_CONFIG_PASSPHRASE: "passphrase",
      // Nobody is there to answer, and the compiler looks at the program elsewhere.
      PULUMI_SKIP_CONFIRMATIONS: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    };
    for (const { language, text } of blocksOf(guide)) {
      if (language === "yaml") await writeFile(join(folder, "Pulumi.yaml"), text);
      if (language === "ts") await writeFile(join(folder, "index.ts"), text);
    }
  });

  after(async () => {
    if (zuplo?.pid !== undefined) {
      const ended = once(zuplo, "exit");
      process.kill(-zuplo.pid, "SIGTERM");
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  });

  async function made(name: string): Promise<string> {
    await mkdir(join(folder, name), { recursive: true });
    return join(folder, name);
  }

  /** Reads what it prints until the last of its `export` lines. */
  async function start(line: string): Promise<ChildProcess> {
    const child = spawn(line, {
      cwd: root,
      shell: true,
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const printed of createInterface({ input: child.stdout })) {
      const [, name = "", value = ""] = /^export (\w+)=(.*)$/.exec(printed) ?? [];
      if (name !== "") exported[name] = value;
      if (printed.startsWith("curl ")) break;
    }
    return child;
  }

  /** As the reader types it, with what the local Zuplo has printed in the place of what the guide asks for. */
  function typed(line: string): string {
    return line
      .replace("zuplo:account NAME", `zuplo:account ${exported.ZUPLO_ACCOUNT}`)
      .replace("zuplo:project NAME", `zuplo:project ${exported.ZUPLO_PROJECT}`);
  }

  const certificates = async (): Promise<string[]> => {
    const { stdout, stderr } = await cli(["status", "--json"], { env: exported });
    const { certificates = assert.fail(stderr) } = JSON.parse(stdout) as { certificates: { name: string }[] };
    return certificates.map(({ name }) => name);
  };

  it("leads to a rotated certificate, and away again", async function () {
    this.timeout(300_000);
    assert.deepEqual(Object.keys(exported).slice(0, 2), ["ZUPLO_DEVELOPER_API_ENDPOINT", "ZUPLO_API_KEY"]);
    let first: string[] = [];
    let rotated: string[] = [];
    for (const line of linesOf(guide)) {
      if (line === "npm install pulumi-zuplo @pulumi/pulumi") {
        // The packages of the checkout.
        await made("node_modules");
        await symlink(root, join(folder, "node_modules/pulumi-zuplo"), "dir");
        await symlink(join(root, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"), "dir");
        continue;
      }
      if (line === localZuplo || line === nextCertificate) continue;
      assert.ok(!(line in elsewhere), line);
      if (line === "pulumi preview --diff") {
        first = await certificates();
        await shell(nextCertificate.replace(beside, folder), { cwd: root, env: process.env });
      }
      if (line === "pulumi destroy") rotated = await certificates();
      const input = line.includes("--secret") ? `${exported.ZUPLO_API_KEY}\n` : undefined;
      await shell(typed(line), { cwd: folder, env, timeout: 120_000 }, input);
    }
    assert.deepEqual([first.length, rotated.length], [1, 1]);
    assert.notDeepEqual(first, rotated);
    assert.deepEqual(await certificates(), []);
  });
});
