import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { assertSafe, load, names } from "../support/rotation";
import { YamlProject } from "../support/yamlProject";
import { root } from "./blocks";
import { linesOf } from "./commands";
import { shell } from "./shell";

const branches = ["staging", "main"];

describe("the guides on going back, and on the record", () => {
  let emulator: Emulator;
  let yaml: YamlProject;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    emulator = await startEmulator({ deployMs: 100, branches: branches.map(name => ({ name })) });
    yaml = await YamlProject.create(emulator, {});
    env = { ...process.env, ...yaml.project.env };
    const bin = join(yaml.project.folder, "node_modules", ".bin");
    mkdirSync(bin);
    symlinkSync(join(root, "bin", "pulumi-zuplo"), join(bin, "pulumi-zuplo"));
    await yaml.write({
      resources: {
        backend: {
          type: "zuplo:MtlsBinding",
          properties: {
            certificate: { "fn::readFile": "./certs/client.pem" },
            privateKeySource: { file: "certs/client-key.pem" },
            variable: "BACKEND_MTLS_CERT",
            stages: branches.map(branch => ({ branches: [branch], verify: { path: "/" } })),
            settle: 0,
          },
        },
      },
    });
  });

  after(async () => {
    await yaml.project.remove();
    await emulator.stop();
  });

  function put(folder: string, { chain, privateKey }: Issued): void {
    const path = join(yaml.project.folder, folder);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "client.pem"), chain);
    writeFileSync(join(path, "client-key.pem"), privateKey, { mode: 0o600 });
  }

  const run = async (line: string) =>
    (await shell(line, { cwd: yaml.project.folder, env, timeout: 300_000 })).stdout;

  it("lead back to the old certificate without a failed request, and to a page and a text of all runs", async () => {
    const [keeping = "", page = "", text = ""] = linesOf("docs/guides/record-of-a-rotation.md");
    await run(keeping);
    // given a rotation that has succeeded
    const [old, next] = [await emulator.authority.issue(), await emulator.authority.issue()];
    put("certs", old);
    await run("pulumi up --yes");
    const [before] = names(emulator);
    put("certs/previous", old);
    put("certs", next);
    await run("pulumi up --yes");
    assert.notDeepEqual(names(emulator), [before]);
    // when the way back is gone
    const traffic = load(emulator, branches, 50);
    const commands = linesOf("docs/guides/going-back.md");
    assert.deepEqual(
      commands.filter(line => line.startsWith("pulumi")),
      ["pulumi preview --diff", "pulumi up --yes"],
    );
    for (const line of commands) await run(line);
    // then the old one is back under its name, and nobody has noticed
    assert.deepEqual(names(emulator), [before]);
    assert.equal((await traffic.stop()).failed, 0);
    assertSafe(emulator);
    assert.equal(readdirSync(join(yaml.project.folder, "records")).length, 3);
    await run(page);
    assert.match(
      readFileSync(join(yaml.project.folder, "rotation.html"), "utf8"),
      /Every deployment in the record has its new certificate/,
    );
    assert.match(await run(text), /^## Certificate rotation/);
  });
});
