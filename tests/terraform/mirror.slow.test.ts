import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { defaultHosts, sourceAddress } from "../../provider/adapters/terraformAddress";
import { version } from "../../provider/version";
import { cli } from "../cli/capture";
import { assertFailed, assertSucceeded } from "../support/project";
import { assertSafe, names } from "../support/rotation";
import { engine, needsEngine, TerraformProject } from "../support/terraform";

const example = resolve(__dirname, "../../examples/terraform/first-rotation/main.tf");

describe("a mirror that `pulumi-zuplo terraform-mirror` has laid out", () => {
  let emulator: Emulator;
  let folder: string;
  let project: TerraformProject;

  before(needsEngine);

  beforeEach(async () => {
    emulator = await startEmulator({ deployMs: 50 });
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-mirror-"));
    project = await open(join(folder, "mirror"));
  });

  afterEach(async () => {
    await project?.remove();
    await rm(folder, { recursive: true });
    await emulator?.stop();
  });

  /** A folder with nothing in it but the example, whose engine reads what the command has printed. */
  async function open(mirror: string): Promise<TerraformProject> {
    const { code, stdout } = await cli(["terraform-mirror", mirror]);
    assert.equal(code, 0);
    const configuration = `${mirror}.tfrc`;
    await writeFile(configuration, stdout);
    const opened = await TerraformProject.create(emulator, { TF_CLI_CONFIG_FILE: configuration });
    await opened.file("main.tf", await readFile(example, "utf8"));
    return opened;
  }

  const lockOf = (opened: TerraformProject) => readFile(join(opened.folder, ".terraform.lock.hcl"), "utf8");

  it("is where `init` finds the provider, which then plans, applies and destroys", async () => {
    // given
    const { chain, privateKey } = await emulator.authority.issue();
    await project.file("client.pem", chain);
    await project.file("client-key.pem", privateKey);
    project.env.TF_VAR_certs = ".";
    // when
    const init = await project.run("init");
    // then
    assertSucceeded(init);
    assert.match(init.text, /Installed pulumi-zuplo\/zuplo v/);
    assertSucceeded(await project.plan("-out=first.tfplan"));
    assertSucceeded(await project.run("apply", "first.tfplan"));
    assert.equal(names(emulator).length, 1);
    assertSucceeded(await project.destroy());
    assert.deepEqual(names(emulator), []);
    assertSafe(emulator);
  });

  it("has the same lock file wherever it lies, so that a team can share one", async () => {
    await project.succeed("init");
    const other = await open(join(folder, "elsewhere"));
    try {
      await writeFile(
        join(
          folder,
          "elsewhere",
          defaultHosts[engine === "tofu" ? 1 : 0],
          sourceAddress,
          version,
          "installed-at",
        ),
        "/another/place\n",
      );
      await other.file(".terraform.lock.hcl", await lockOf(project));
      assertSucceeded(await other.run("init"));
      assert.equal(await lockOf(other), await lockOf(project));
      // and where the package is not installed, the engine shows what to do
      const run = await other.run("validate");
      assertFailed(run);
      assert.match(
        run.text.replace(/[│\s]+/g, " "),
        /pulumi-zuplo is not at \/another\/place .*: install it, and run `npx pulumi-zuplo terraform-mirror` again\./,
      );
    } finally {
      await other.remove();
    }
  });
});
