// Node for the platform is fetched, and the executables are put together.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { version } from "../../provider/version";
import { makePackages } from "../../scripts/executable/makePackages";
import { targets } from "../../scripts/executable/targets";
import { entriesOf } from "../../scripts/release/archive";
import { linesOf, withoutNode } from "../docs/commands";
import { shell } from "../docs/shell";
import { pythonWithSdk } from "../support/python";
import { assertSafe, load, names } from "../support/rotation";
import { sdkHost } from "../support/sdkHost";
import { needsEngine, TerraformProject } from "../support/terraform";
import { installPlugin, pluginArchive, rotateAndDestroy } from "./installed";
import { pathWith, runBare } from "./machine";

const repository = resolve(__dirname, "../..");
const variable = "BACKEND_MTLS_CERT";
const branches = ["staging", "main"];
const stages = branches.map(branch => ({ branches: [branch], verify: { path: "/health" } }));
const settle = 0;
const provider = `terraform-provider-zuplo_${version}_linux_amd64.zip`;

describe("the executable, on a machine without Node", function () {
  this.timeout(600_000);
  let folder: string;
  let packages: string;
  let emulator: Emulator;

  before(async function () {
    if (`${process.platform}-${process.arch}` !== "linux-x64") this.skip();
    folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-executable-"));
    packages = join(folder, "packages");
    await makePackages(packages, targets.slice(0, 1));
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    emulator = await startEmulator({ branches: branches.map(name => ({ name })), deployMs: 100 });
  });
  afterEach(() => emulator?.stop());

  const unpack = (archive: string, name: string): string => {
    const into = mkdtempSync(join(folder, "unpacked-"));
    execFileSync("tar", ["-xzf", join(packages, archive), "-C", into]);
    return join(into, name);
  };

  const yaml = {
    name: "shop",
    runtime: "yaml",
    resources: {
      backend: {
        type: "zuplo:MtlsBinding",
        properties: {
          certificate: { "fn::readFile": "./client.pem" },
          privateKeySource: { file: "client-key.pem" },
          variable,
          stages,
          settle,
        },
      },
    },
  };

  it("is the CLI, with nothing in its environment", async () => {
    const cli = unpack(`pulumi-zuplo-v${version}-linux-amd64.tar.gz`, "pulumi-zuplo");
    const { chain, privateKey } = await emulator.authority.issue();
    const [certificate, key] = [join(folder, "cli.pem"), join(folder, "cli-key.pem")];
    writeFileSync(certificate, chain);
    writeFileSync(key, privateKey, { mode: 0o600 });
    assert.equal(runBare(cli, ["--version"]).trim(), version);
    assert.match(runBare(cli, ["check", certificate, key]), /\nGood\.\n$/);
    // and writes a project from what it has inside, which needs no npm
    const told = runBare(cli, ["init", join(folder, "started"), "--language", "yaml"]);
    assert.deepEqual(readdirSync(join(folder, "started")).sort(), [".gitignore", "Pulumi.yaml"]);
    assert.ok(told.includes(`--file ${pluginArchive} `), told);
    assert.ok(told.includes(`\n  ${cli} check certs/client.pem`), told);
    assert.doesNotMatch(told, /np[mx] /);
  });

  it("says what it is where a person starts the provider", async () => {
    const [program] = await entriesOf(provider, readFileSync(join(packages, provider)));
    assert.ok(program);
    const file = join(folder, program.path);
    writeFileSync(file, program.content, { mode: program.mode });
    assert.throws(
      () => execFileSync(file, { env: {}, stdio: "pipe" }),
      ({ stderr }: { stderr: Buffer }) => /the Zuplo provider for Terraform/.test(String(stderr)),
    );
  });

  it("is installed by Pulumi from its file, and rotates with a program in YAML", async () => {
    const PATH = pathWith(join(folder, "yaml"), "pulumi", "pulumi-language-yaml");
    const project = await installPlugin(emulator, packages, PATH);
    await rotateAndDestroy(emulator, branches, project, () =>
      writeFileSync(join(project.folder, "Pulumi.yaml"), JSON.stringify(yaml)),
    );
    await project.remove();
  });

  it("serves a program in Python", async () => {
    const python = await pythonWithSdk(mkdtempSync(join(folder, "python-")));
    const [venv = ""] = (python.PATH ?? "").split(":");
    const engine = pathWith(
      join(folder, "python"),
      "pulumi",
      "pulumi-language-python",
      "pulumi-language-python-exec",
    );
    const project = await installPlugin(emulator, packages, `${engine}:${venv}`);
    Object.assign(project.env, { PYTHONPATH: python.PYTHONPATH });
    const program = `import pulumi_zuplo as zuplo

zuplo.MtlsBinding(
    "backend",
    certificate=open("client.pem").read(),
    private_key_source=zuplo.PrivateKeySourceArgs(file="client-key.pem"),
    variable="${variable}",
    settle=${settle},
    stages=[
        zuplo.MtlsBindingStageArgs(branches=[branch], verify=zuplo.VerifyArgs(path="/health"))
        for branch in ${JSON.stringify(branches)}
    ],
)
`;
    await rotateAndDestroy(emulator, branches, project, () => {
      writeFileSync(join(project.folder, "Pulumi.yaml"), "name: shop\nruntime: python\n");
      writeFileSync(join(project.folder, "__main__.py"), program);
    });
    await project.remove();
  });

  describe("with Terraform", () => {
    before(needsEngine);

    it("is installed from a mirror of the archives, and rotates", async () => {
      // given
      const mirror = join(folder, "mirror");
      for (const host of ["registry.terraform.io", "registry.opentofu.org"]) {
        const into = join(mirror, host, "pulumi-zuplo/zuplo");
        mkdirSync(into, { recursive: true });
        writeFileSync(join(into, provider), readFileSync(join(packages, provider)));
      }
      const configuration = join(folder, "mirror.tfrc");
      writeFileSync(
        configuration,
        `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`,
      );
      const project = await TerraformProject.create(emulator, {
        TF_CLI_CONFIG_FILE: configuration,
        PATH: pathWith(join(folder, "terraform"), "terraform"),
      });
      const issue = async () => {
        const { chain, privateKey } = await emulator.authority.issue();
        await project.file("client.pem", chain);
        await project.file("client-key.pem", privateKey);
      };
      await project.write(`
resource "zuplo_mtls_binding" "backend" {
  name_prefix        = "backend_prod"
  certificate        = file("client.pem")
  private_key_source = { file = "client-key.pem" }
  variable           = "${variable}"
  settle             = ${settle}
  stages = [${branches.map(branch => `{ branches = ["${branch}"], verify = { path = "/health" } }`).join()}]
}
`);
      await issue();
      // when
      const init = await project.succeed("init");
      assert.match(init.text, /Installed pulumi-zuplo\/zuplo v\S+ \(unauthenticated\)/);
      await project.succeed("apply", "-auto-approve");
      await issue();
      const traffic = load(emulator, branches, 50);
      await project.succeed("apply", "-auto-approve");
      // then
      assert.equal((await traffic.stop()).failed, 0);
      assert.equal(names(emulator).length, 1);
      assertSafe(emulator);
      await project.succeed("destroy", "-auto-approve");
      assert.deepEqual(names(emulator), []);
      await project.remove();
    });
  });

  it("names what is in it: licences, and a bill of materials", () => {
    const listed = execFileSync("tar", ["-tzf", join(packages, pluginArchive)], { encoding: "utf8" });
    assert.deepEqual(listed.trim().split("\n"), ["pulumi-resource-zuplo", "LICENSE", "THIRD_PARTY_LICENSES"]);
    const licenses = readFileSync(unpack(pluginArchive, "THIRD_PARTY_LICENSES"), "utf8");
    const sbom = JSON.parse(readFileSync(join(packages, "sbom.spdx.json"), "utf8")) as {
      packages: { name: string; versionInfo: string }[];
    };
    const { dependencies } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    for (const name of [...Object.keys(dependencies), "@pulumi/pulumi", "google-protobuf"]) {
      const found = sbom.packages.find(each => each.name === name);
      assert.ok(found, name);
      assert.ok(licenses.includes(`\n${name} ${found.versionInfo} (`), name);
    }
    assert.match(licenses, /^=+\nNode\.js 26\./);
    assert.ok(!licenses.includes("typescript "), "the compiler is not needed");
  });

  describe("by the commands of the guide", () => {
    const lines = linesOf(withoutNode);
    const [make = "", check = "", fromFile = "", fromServer = "", add = "", ...mirror] = lines;
    let home: string;
    let env: NodeJS.ProcessEnv;

    before(() => assert.equal(lines.length, 7));
    beforeEach(() => {
      home = mkdtempSync(join(folder, "home-"));
      writeFileSync(join(home, "Pulumi.yaml"), "name: shop\nruntime: python\n");
      env = {
        PATH: `${pathWith(home, "pulumi")}:/usr/bin:/bin`,
        HOME: home,
        PULUMI_HOME: join(home, ".pulumi"),
        PULUMI_BACKEND_URL: `file://${home}`,
        PULUMI_SKIP_UPDATE_CHECK: "true",
      };
    });

    const inHome = (line: string) => shell(line.replaceAll("VERSION", version), { cwd: home, env });
    const installed = () => readdirSync(join(home, ".pulumi/plugins"));

    it("is made, and is the same byte for byte as the one that was made before", async () => {
      const again = join(folder, "again");
      const only = ` -- --target linux-x64 --out ${again}`;
      await shell(make + only, { cwd: repository, env: process.env });
      assert.deepEqual(readdirSync(again).sort(), readdirSync(packages).sort());
      const hashOf = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
      for (const name of readdirSync(packages))
        assert.equal(hashOf(join(again, name)), hashOf(join(packages, name)), name);
      // and its checksums tell a byte that is another one
      await shell(check, { cwd: again, env });
      const archive = readFileSync(join(again, pluginArchive));
      archive[archive.length >> 1] = (archive[archive.length >> 1] ?? 0) ^ 1;
      writeFileSync(join(again, pluginArchive), archive);
      await assert.rejects(shell(check, { cwd: again, env }));
    });

    it("is installed from its file", async () => {
      copyFileSync(join(packages, pluginArchive), join(home, pluginArchive));
      await inHome(fromFile);
      assert.ok(installed().includes(`resource-zuplo-v${version}`));
    });

    it("is installed from a server", async () => {
      const asked: string[] = [];
      const server = createServer(({ url = "" }, response) => {
        const name = basename(url);
        asked.push(name);
        if (!readdirSync(packages).includes(name)) return void response.writeHead(404).end();
        const file = join(packages, name);
        // The engine compares the length.
        response.setHeader("content-length", statSync(file).size);
        createReadStream(file).pipe(response);
      });
      await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
      try {
        const { port } = server.address() as AddressInfo;
        await inHome(fromServer.replace("https://files.example.com", `http://127.0.0.1:${port}`));
        assert.deepEqual(asked, [pluginArchive]);
        assert.ok(installed().includes(`resource-zuplo-v${version}`));
      } finally {
        server.close();
      }
    });

    it("gives the SDK of another language", async () => {
      copyFileSync(unpack(pluginArchive, "pulumi-resource-zuplo"), join(home, "pulumi-resource-zuplo"));
      env.PATH = `${await sdkHost(home)}:${env.PATH}`;
      await inHome(add);
      const made = () => readdirSync(join(home, "sdks/zuplo/pulumi_zuplo"));
      assert.ok(made().includes("mtls_binding.py"));
      // and the installed plugin does, as `init` says
      rmSync(join(home, "sdks"), { recursive: true });
      copyFileSync(join(packages, pluginArchive), join(home, pluginArchive));
      await inHome(fromFile);
      await inHome("pulumi package add zuplo");
      assert.ok(made().includes("mtls_binding.py"));
    });

    it("lays out a mirror for Terraform, which is itself", async () => {
      const cli = unpack(`pulumi-zuplo-v${version}-linux-amd64.tar.gz`, "pulumi-zuplo");
      copyFileSync(cli, join(home, "pulumi-zuplo"));
      const told = join(home, "told");
      await inHome([...mirror, `cat "$TF_CLI_CONFIG_FILE" > ${told}`].join("\n"));
      assert.match(readFileSync(told, "utf8"), /filesystem_mirror/);
      const provider = join(
        home,
        `.zuplo-mirror/registry.terraform.io/pulumi-zuplo/zuplo/${version}/linux_amd64`,
        `terraform-provider-zuplo_v${version}`,
      );
      assert.ok(readFileSync(provider).equals(readFileSync(cli)));
    });
  });
});
