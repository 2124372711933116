import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import { sourceAddress } from "../../provider/adapters/terraformAddress";
import { cli } from "../cli/capture";
import { inAccount, upload } from "../support/byHand";
import { assertSucceeded } from "../support/project";
import { assertSafe, load, names } from "../support/rotation";
import { needsEngine, TerraformProject } from "../support/terraform";
import { allBlocks, blocksOf, read, root } from "./blocks";
import { linesOf } from "./commands";

const requirements = `terraform {
  required_providers {
    zuplo = { source = "${sourceAddress}" }
  }
}
`;

/** The examples that the pages show. */
const examples = readdirSync(join(root, "docs/examples/terraform"), { recursive: true, encoding: "utf8" })
  .filter(file => file.endsWith(".tf"))
  .map(file => `docs/examples/terraform/${file.replaceAll("\\", "/")}`)
  .sort();

/** What the pages on resources say of an import. */
const importBlocks = () =>
  allBlocks().filter(
    ({ file, text }) => file.startsWith("docs/terraform/resources/") && text.startsWith("import {"),
  );

/** Sets the variable that the binding sets, too. */
const stands = (file: string) => file.includes("/zuplo_redeployment/");

describe("the Terraform of README and docs/", () => {
  let emulator: Emulator;
  let project: TerraformProject;
  let issued: Issued;

  before(needsEngine);

  beforeEach(async () => {
    emulator = await startEmulator({ deployMs: 20 });
    project = await TerraformProject.create(emulator, { TF_VAR_partner_token: "token" });
    issued = await emulator.authority.issue();
    await project.file("client.pem", issued.chain);
    await project.file("client-key.pem", issued.privateKey);
    await chmod(join(project.folder, "client-key.pem"), 0o600);
    await project.file("partners-ca.pem", (await createAuthority()).certificate);
  });

  afterEach(async () => {
    await project?.remove();
    await emulator?.stop();
  });

  const writeExamples = async (files: string[]) => {
    for (const [index, file] of files.entries()) await project.file(`example_${index}.tf`, read(file));
  };

  /** Takes what has these ids on its page out of the state, and imports it again. */
  const comeBack = async (ids: Record<string, string>) => {
    const imports = importBlocks().flatMap(({ text }) => {
      const id = ids[/id = "(.*)"/.exec(text)?.[1] ?? ""];
      return id === undefined ? [] : [text.replace(/"(.*)"/, `"${id}"`)];
    });
    assert.equal(imports.length, Object.keys(ids).length);
    for (const text of imports) await project.succeed("state", "rm", /to = (\S+)/.exec(text)?.[1] ?? "");
    await project.file("imports.tf", imports.join("\n"));
    emulator.clearTrace();
    const run = await project.apply();
    assertSucceeded(run);
    assert.match(run.text, new RegExp(`${imports.length} imported, 0 added`));
    assert.deepEqual(emulator.writes(), []);
  };

  it("of the examples can be applied, imported and destroyed", async () => {
    // given what the data sources ask for
    await upload(emulator, "legacy_backend", await emulator.authority.issue());
    const authority = { name: "legacy_partners", certificate: (await createAuthority()).certificate };
    await inAccount(emulator, "POST", "/client-mtls-ca-certificates", authority);
    await writeExamples(examples.filter(file => !stands(file)));
    // when
    const run = await project.apply();
    // then
    assertSucceeded(run);
    assert.match(run.text, /5 added/);
    const { stdout } = await project.succeed("output", "-json");
    const outputs = JSON.parse(stdout) as Record<string, { value: unknown }>;
    assert.equal(outputs.client_fingerprint?.value, issued.fingerprint);
    assert.match(String(outputs.client_name?.value), /^orders_[0-9a-f]{12}$/);
    assert.deepEqual(Object.keys(Object(outputs.backend_rotation?.value)), ["0", "1"]);
    // An output may be of what the same apply has made; nothing else differs.
    emulator.clearTrace();
    assertSucceeded(await project.apply());
    assert.deepEqual(emulator.writes(), []);
    // when what can be imported leaves the state, and comes back by the blocks of the pages
    await comeBack({
      cert_1234: String((await project.resource("zuplo_mtls_certificate.orders")).id),
      "main/BACKEND_URL": "main/BACKEND_URL",
      partners: "partners",
    });
    assertSucceeded(await project.destroy());
    assert.deepEqual(names(emulator), ["legacy_backend"]);
  });

  it("of a redeployment, which stands by itself, can be applied, imported and destroyed", async () => {
    await writeExamples(examples.filter(file => stands(file) || file.includes("/provider/")));
    assertSucceeded(await project.apply());
    assert.equal((await project.plan("-detailed-exitcode")).code, 0);
    await comeBack({ "shop-main-1a2b3c4": emulator.deployment("main").name });
    assertSucceeded(await project.destroy());
    assert.deepEqual(names(emulator), []);
  });

  it("has an import for each of the pages that tell one", () => assert.equal(importBlocks().length, 4));

  it("is what the engine takes, and in its own form", async () => {
    const found = allBlocks().filter(
      ({ language, text }) => language === "terraform" && !text.startsWith("import {"),
    );
    const distinct = new Map(found.map(block => [block.text, block]));
    assert.ok(distinct.size > examples.length);
    for (const { file, line, text } of distinct.values()) {
      await project.file("main.tf", text.includes("required_providers") ? text : requirements + text);
      await project.succeed("fmt", "-check", "main.tf");
      const { code, text: told } = await project.run("validate");
      assert.equal(code, 0, `${file}:${line}: ${told}`);
    }
  });

  it("of the guide on installing is what the command prints", async () => {
    const [block] = blocksOf("docs/terraform/guides/installing.md").filter(
      ({ language }) => language === "hcl",
    );
    const mirror = join(project.folder, "mirror");
    const { stdout } = await cli(["terraform-mirror", mirror]);
    assert.equal(stdout.replace(mirror, "/home/me/.zuplo-mirror"), block?.text);
  });

  const moving = "docs/terraform/guides/moving-from-pulumi.md";
  const nameOfStack = "backend_prod_8d804666e4d5";

  /** What a stack has left that is no longer managed. */
  const leaveBehind = async () => {
    await upload(emulator, nameOfStack, issued);
    for (const branch of ["staging", "main"]) {
      emulator.hands.setVariable(emulator.project, branch, "BACKEND_MTLS_CERT", nameOfStack);
      await emulator.hands.push(emulator.project, branch);
    }
    emulator.clearTrace();
  };

  it("that moves parts from Pulumi imports them without a write, and rotates them then", async () => {
    // given the example of the parts, with the certificate and the import of the guide
    await leaveBehind();
    const [block = ""] = blocksOf(moving).flatMap(({ language, text }) =>
      language === "terraform" ? [text] : [],
    );
    const [certificate = "", importing = ""] = block.split(/(?=^import)/m);
    const parts = read("examples/terraform/parts/main.tf").replace(
      /^resource "zuplo_mtls_certificate" [\s\S]*?^}\n/m,
      certificate,
    );
    assert.ok(parts.includes(nameOfStack) && importing.includes(nameOfStack));
    const stages = { staging: "staging", production: "main" };
    const imports = Object.entries(stages).flatMap(([name, branch]) => [
      `import {\n  to = zuplo_environment_variable.${name}\n  id = "${branch}/BACKEND_MTLS_CERT"\n}\n`,
      `import {\n  to = zuplo_redeployment.${name}\n  id = "${emulator.deployment(branch).name}"\n}\n`,
    ]);
    await project.file("main.tf", parts);
    await project.file("imports.tf", importing + imports.join(""));
    // when
    const imported = await project.apply();
    // then
    assertSucceeded(imported);
    assert.match(imported.text, /5 imported, 0 added/);
    assert.deepEqual(emulator.writes(), []);
    assert.equal((await project.plan("-detailed-exitcode")).code, 0);
    // when the next PEM comes, with a prefix in place of the name
    const next = await emulator.authority.issue();
    await project.file("client.pem", next.chain);
    await project.file("client-key.pem", next.privateKey);
    await project.file("main.tf", parts.replace(/ name {2}.*/, ' name_prefix        = "backend_prod"'));
    const traffic = load(emulator, ["staging", "main"], 50);
    const run = await project.apply();
    const { failed } = await traffic.stop();
    // then
    assertSucceeded(run);
    assert.equal(failed, 0);
    assertSafe(emulator);
    assert.equal(names(emulator).length, 1);
    assert.notEqual(names(emulator)[0], nameOfStack);
    assert.equal((await project.plan("-detailed-exitcode")).code, 0);
  });

  it("that moves a binding from Pulumi uploads the certificate once more, and fails no request", async () => {
    await leaveBehind();
    // when a binding takes over
    await project.write(read("docs/examples/terraform/resources/zuplo_mtls_binding/resource.tf"));
    Object.assign(project.env, { TF_LOG_PROVIDER: "debug", TF_LOG_PATH: "terraform.log" });
    const traffic = load(emulator, ["staging", "main"], 50);
    const run = await project.apply();
    const { failed } = await traffic.stop();
    // then
    assertSucceeded(run);
    assert.equal(failed, 0);
    assertSafe(emulator);
    assert.equal(names(emulator).length, 2);
    // The log has what no engine shows: whose variable it was.
    const log = await readFile(join(project.folder, "terraform.log"), "utf8");
    assert.match(log, /already existed and is taken over.*\[ZUPLO1302\]/);
    assert.ok(!log.includes(emulator.apiKey));
    const env = project.env;
    const next = String((await project.resource("zuplo_mtls_binding.backend")).certificate_name);
    const texts = linesOf(moving)
      .filter(line => line.startsWith("npx pulumi-zuplo "))
      .map(line => line.replace("OLD", nameOfStack).replace("NEW", next));
    const told: string[] = [];
    for (const text of texts) {
      const { code, stdout, stderr } = await cli(text.split(" ").slice(2), { env });
      assert.equal(code, 0, stderr);
      told.push(stdout);
    }
    // then the certificate of before is out of use, and is deleted once it is old enough
    assert.match(told[0] ?? "", /is released/);
    assert.match(told[1] ?? "", /left .* it was changed within the last hour\n$/);
    for (const branch of ["staging", "main"])
      assert.deepEqual(Object.values(emulator.served(branch).at(-1)?.certificates ?? {}), [next]);
    assertSafe(emulator);
  });
});
