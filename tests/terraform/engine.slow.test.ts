import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import { sourceAddress } from "../../provider/adapters/terraformAddress";
import { assertFailed, assertSucceeded } from "../support/project";
import { assertSafe, calls, load, names } from "../support/rotation";
import { needsEngine, TerraformProject } from "../support/terraform";

const requestsPerSecond = 50;

/** A certificate that main uses, by its parts. */
const parts = `
resource "zuplo_mtls_certificate" "backend" {
  name_prefix        = "backend_prod"
  certificate        = file("client.pem")
  private_key_source = { file = "client.key" }
  environments       = ["production"]

  lifecycle { create_before_destroy = true }
}

resource "zuplo_environment_variable" "main" {
  branch = "main"
  name   = "BACKEND_MTLS_CERT"
  value  = zuplo_mtls_certificate.backend.name
}

resource "zuplo_redeployment" "main" {
  branch       = "main"
  certificates = [zuplo_mtls_certificate.backend.name]
  variables    = [zuplo_environment_variable.main]
  verify       = { path = "/health", timeout = 2 }
}
`.replace(
  "[zuplo_environment_variable.main]",
  "[for v in [zuplo_environment_variable.main] : { branch = v.branch, name = v.name, value = v.value }]",
);

describe("the Terraform provider, run by the engine", () => {
  let emulator: Emulator;
  let project: TerraformProject;

  before(needsEngine);

  beforeEach(async () => {
    emulator = await startEmulator();
    project = await TerraformProject.create(emulator);
  });

  afterEach(async () => {
    await project?.remove();
    await emulator?.stop();
  });

  const give = async ({ chain, privateKey }: Issued) => {
    await project.file("client.pem", chain);
    await project.file("client.key", privateKey);
  };

  const assertUnchanged = async () => {
    const run = await project.plan("-detailed-exitcode");
    assert.equal(run.code, 0, run.text);
    assert.match(run.text, /No changes/);
  };

  it("creates the parts, finds nothing to do, rotates under load, and destroys", async () => {
    // given
    await project.write(parts);
    await give(await emulator.authority.issue());
    assertSucceeded(await project.apply());
    await assertUnchanged();
    const [first = ""] = names(emulator);
    assert.match(first, /^backend_prod_[0-9a-f]{12}$/);
    // when another certificate takes its place
    await give(await emulator.authority.issue());
    emulator.clearTrace();
    const traffic = load(emulator, ["main"], requestsPerSecond);
    const run = await project.apply();
    const { failed } = await traffic.stop();
    // then
    assertSucceeded(run);
    assert.match(run.text, /1 added, 2 changed, 1 destroyed/);
    assert.match(run.text, /certificate += <<-EOT # forces replacement/);
    assert.doesNotMatch(run.text, /name += .* # forces replacement/);
    assert.equal(failed, 0);
    assert.equal(calls(emulator.trace, "deployment.deploy").length, 1);
    const [second = "", ...others] = names(emulator);
    assert.notEqual(second, first);
    assert.deepEqual(others, []);
    assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, second);
    await assertUnchanged();
    assertSafe(emulator);
    // The variable is left, and still names what is gone: that is what the warning says.
    const gone = await project.destroy();
    assertSucceeded(gone);
    assert.match(gone.text, /Warning: zuplo_mtls_certificate '.*ZUPLO1209/);
    assert.deepEqual(names(emulator), []);
  });

  it("reports a verification that fails in Terraform's words, and the next run tries again without an edit", async () => {
    // given
    await project.write(parts);
    await give(await emulator.authority.issue());
    assertSucceeded(await project.apply());
    const [first = ""] = names(emulator);
    // when the backend refuses the new certificate
    const stranger = await createAuthority();
    await give(await stranger.issue());
    const run = await project.apply();
    // then everything is as it was, and the state says so
    assertFailed(run);
    assert.match(run.text, /Error: verify deployment 'gateway-main-/);
    assert.match(run.text, /`?terraform apply`?/);
    assert.doesNotMatch(run.text.replaceAll(sourceAddress, ""), /pulumi|tainted/i);
    assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, first);
    assert.deepEqual((await project.resource("zuplo_redeployment.main")).certificates, [first]);
    const again = await project.plan("-detailed-exitcode");
    assert.equal(again.code, 2, again.text);
    // and a good one goes through
    await give(await emulator.authority.issue());
    assertSucceeded(await project.apply());
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
    await assertUnchanged();
  });

  it("leaves no state of a create that failed, so that nothing is tainted", async () => {
    await project.write(parts);
    await give(await emulator.authority.issue());
    emulator.failNextBuild("main", "src/routes.ts: syntax error");
    const run = await project.apply();
    assertFailed(run);
    assert.match(run.text, /syntax error/);
    await assert.rejects(project.resource("zuplo_redeployment.main"));
    const next = await project.apply();
    assertSucceeded(next);
    assert.match(next.text, /1 added, 0 changed, 0 destroyed/);
    assertSafe(emulator);
  });

  it("changes in place what can be, sees no difference in spelling, and puts drift right", async () => {
    // given
    await project.write(parts);
    const issued = await emulator.authority.issue();
    await give(issued);
    assertSucceeded(await project.apply());
    const [before] = emulator.certificates();
    // when the text of the PEM is another, as an editor writes it, and the type is written twice
    await project.file("client.pem", issued.chain.replaceAll("\n", "\r\n"));
    await assertUnchanged();
    await project.file("client.pem", `\uFEFF${issued.chain}`);
    await assertUnchanged();
    // when another type is added
    await project.write(parts.replace('["production"]', '["production", "preview"]'));
    const run = await project.apply();
    assertSucceeded(run);
    assert.match(run.text, /0 added, 1 changed, 0 destroyed/);
    assert.equal(emulator.certificates()[0]?.id, before?.id);
    await assertUnchanged();
    // when somebody changes the variable
    emulator.hands.setVariable(emulator.project, "main", "BACKEND_MTLS_CERT", "gone");
    const drifted = await project.apply();
    assertSucceeded(drifted);
    assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, before?.name);
    await assertUnchanged();
  });

  it("keeps secrets out of state, plan and TF_LOG=TRACE, and tells a new value by its version", async () => {
    const declared = (version: number) => `
      variable "key" {
        type      = string
        ephemeral = true
      }
      variable "token" {
        type      = string
        ephemeral = true
      }
      resource "zuplo_mtls_certificate" "backend" {
        name_prefix    = "backend_prod"
        certificate    = file("client.pem")
        private_key_wo = var.key
        environments   = ["production"]
      }
      resource "zuplo_environment_variable" "token" {
        branch           = "main"
        name             = "TOKEN"
        is_secret        = true
        value_wo         = var.token
        value_wo_version = ${version}
      }`;
    const issued = await emulator.authority.issue();
    await project.file("client.pem", issued.chain);
    project.env.TF_VAR_key = issued.privateKey;
    project.env.TF_VAR_token = "first-secret-value";
    project.env.TF_LOG = "TRACE";
    project.env.TF_LOG_PATH = join(project.folder, "trace.log");
    await project.write(declared(1));
    assertSucceeded(await project.plan("-out=first.tfplan"));
    assertSucceeded(await project.run("apply", "first.tfplan"));
    assert.equal(emulator.variables("main").TOKEN, "first-secret-value");
    project.env.TF_VAR_token = "second-secret-value";
    await assertUnchanged();
    await project.write(declared(2));
    assertSucceeded(await project.plan("-out=second.tfplan"));
    assertSucceeded(await project.apply());
    assert.equal(emulator.variables("main").TOKEN, "second-secret-value");
    await assertUnchanged();
    const trace = await readFile(project.env.TF_LOG_PATH, "utf8");
    assert.ok(trace.includes("terraform-provider-zuplo"), "the log has nothing of the provider");
    const written = [trace, await project.written()].join("\n");
    assert.match(written, /value_wo_version/);
    const body = issued.privateKey.split("\n")[1] ?? "";
    for (const secret of ["first-secret-value", "second-secret-value", body, emulator.apiKey])
      assert.ok(!written.includes(secret), secret);
  });

  it("imports what exists, and recognises the program's certificate", async () => {
    // given what another state has made
    await project.write(parts);
    await give(await emulator.authority.issue());
    assertSucceeded(await project.apply());
    const [certificate] = emulator.certificates();
    const deployment = emulator.deployment("main").name;
    await project.succeed("state", "rm", "zuplo_mtls_certificate.backend");
    await project.succeed("state", "rm", "zuplo_environment_variable.main", "zuplo_redeployment.main");
    emulator.clearTrace();
    // when
    await project.write(`${parts}
      import {
        to = zuplo_mtls_certificate.backend
        id = "${certificate?.name}"
      }
      import {
        to = zuplo_environment_variable.main
        id = "main/BACKEND_MTLS_CERT"
      }
      import {
        to = zuplo_redeployment.main
        id = "${deployment}"
      }`);
    const run = await project.apply();
    // then
    assertSucceeded(run);
    assert.match(run.text, /3 imported, 0 added, 3 changed, 0 destroyed/);
    assert.deepEqual(emulator.writes(), []);
    await assertUnchanged();
    const failed = await project.run("import", "zuplo_mtls_certificate.other", "cert_nothing");
    assertFailed(failed);
  });

  const binding = (more = "") => `
    resource "zuplo_mtls_binding" "backend" {
      name_prefix        = "backend_prod"
      certificate        = file("client.pem")
      private_key_source = { file = "client.key" }
      variable           = "BACKEND_MTLS_CERT"
      stages = [for branch in ["staging", "main"] : {
        branches = [branch]
        verify   = { path = "/health", timeout = 2 }
      }]
      ${more}
    }
    output "name" { value = zuplo_mtls_binding.backend.certificate_name }`;

  it("rotates a binding in place, goes on after a failure, and destroys it", async () => {
    // given
    await project.write(binding());
    await give(await emulator.authority.issue());
    assertSucceeded(await project.apply());
    await assertUnchanged();
    // when
    await give(await emulator.authority.issue());
    const traffic = load(emulator, ["staging", "main"], requestsPerSecond);
    const run = await project.apply();
    const { failed } = await traffic.stop();
    // then
    assertSucceeded(run);
    assert.match(run.text, /0 added, 1 changed, 0 destroyed/);
    assert.equal(failed, 0);
    assert.equal(names(emulator).length, 1);
    await assertUnchanged();
    // when a certificate is refused in the first stage
    const [current = ""] = names(emulator);
    await give(await (await createAuthority()).issue());
    const refused = await project.apply();
    // then production is untouched, and a good one goes through
    assertFailed(refused);
    assert.match(refused.text, /verify deployment 'gateway-staging-/);
    assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, current);
    await give(await emulator.authority.issue());
    assertSucceeded(await project.apply());
    assert.equal(names(emulator).length, 1);
    await assertUnchanged();
    assertSafe(emulator);
    // when the variables are told what they get, the destroy leaves nothing that breaks
    await project.write(binding('value_on_delete = ""'));
    assertSucceeded(await project.apply());
    assertSucceeded(await project.destroy());
    assert.deepEqual(names(emulator), []);
    assertSafe(emulator);
  });

  it("goes on where an engine was killed amid a rotation", async () => {
    await project.write(binding());
    await give(await emulator.authority.issue());
    assertSucceeded(await project.apply());
    await give(await emulator.authority.issue());
    const accepted = new Promise<void>(settle => {
      emulator.onCall(({ kind }) => void (kind === "deployment.deploy" && settle()));
    });
    const running = project.apply();
    await accepted;
    project.killEngine();
    assertFailed(await running);
    // The provider looks for its engine every second.
    await sleep(2000);
    assertSucceeded(await project.apply("-lock=false"));
    await assertUnchanged();
    const { certificate_name: name } = await project.resource("zuplo_mtls_binding.backend");
    assert.equal(names(emulator).length, 1);
    for (const branch of ["staging", "main"])
      assert.equal(emulator.variables(branch).BACKEND_MTLS_CERT, name);
    assertSafe(emulator);
  });

  it("answers questions, and knows what a certificate is called without asking", async () => {
    await give(await emulator.authority.issue());
    await project.write(`${parts}
      data "zuplo_mtls_certificate" "backend" { name = zuplo_mtls_certificate.backend.name }
      data "zuplo_deployments" "all" {}
      output "answers" {
        value = {
          id       = data.zuplo_mtls_certificate.backend.id == zuplo_mtls_certificate.backend.id
          name     = provider::zuplo::certificate_name("backend_prod", file("client.pem")) == zuplo_mtls_certificate.backend.name
          print    = provider::zuplo::fingerprint(file("client.pem")) == zuplo_mtls_certificate.backend.fingerprint
          valid_to = provider::zuplo::parse_certificate(file("client.pem")).valid_to == zuplo_mtls_certificate.backend.valid_to
          branches = data.zuplo_deployments.all.deployments[*].branch
        }
      }
      output "wrong" { value = try(provider::zuplo::fingerprint("nonsense"), "refused") }`);
    assertSucceeded(await project.apply());
    const { stdout } = await project.succeed("output", "-json");
    const { answers, wrong } = JSON.parse(stdout) as Record<string, { value: unknown }>;
    const branches = ["main", "staging"];
    assert.deepEqual(answers?.value, { id: true, name: true, print: true, valid_to: true, branches });
    assert.equal(wrong?.value, "refused");
  });

  it("says what is missing where a certificate is destroyed before its successor, and has changed nothing", async () => {
    await project.write(parts.replace(/\n +lifecycle .*\n/, "\n"));
    await give(await emulator.authority.issue());
    assertSucceeded(await project.apply());
    await give(await emulator.authority.issue());
    emulator.clearTrace();
    const run = await project.apply();
    assertFailed(run);
    assert.match(run.text, /ZUPLO1205/);
    assert.match(
      run.text.replace(/\s+/g, " "),
      /set `create_before_destroy = true` in its `lifecycle` block/,
    );
    assert.deepEqual(emulator.writes(), []);
    await project.write(parts);
    assertSucceeded(await project.apply());
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
  });

  it("says how a block is renamed that is deleted before what names it is updated, and has changed nothing", async () => {
    const inPlace = parts.replace(/\n +lifecycle .*\n/, "\n");
    const [former] = /resource "zuplo_mtls_certificate".*?\n}\n/s.exec(inPlace) ?? [];
    const renamed = inPlace
      .replace('"zuplo_mtls_certificate" "backend"', '"zuplo_mtls_certificate" "orders"')
      .replaceAll("zuplo_mtls_certificate.backend", "zuplo_mtls_certificate.orders")
      .replace("backend_prod", "orders");
    await project.write(inPlace);
    await give(await emulator.authority.issue());
    assertSucceeded(await project.apply());
    const before = names(emulator);
    await project.write(renamed);
    // when
    const run = await project.apply();
    // then
    assertFailed(run);
    assert.match(run.text, /ZUPLO1205/);
    const text = run.text.replace(/\s+/g, " ");
    assert.match(text, /put the block back, apply, and remove it after that/);
    assert.ok(before.every(name => names(emulator).includes(name)));
    assert.equal((await fetch(`${emulator.deployment("main").url}/health`)).status, 200);
    // and so it goes
    await project.write(`${renamed}\n${former}`);
    assertSucceeded(await project.apply());
    await project.write(renamed);
    assertSucceeded(await project.apply());
    assert.equal(names(emulator).length, 1);
    assert.match(names(emulator)[0] ?? "", /^orders_/);
    assertSafe(emulator);
  });

  it("ends its waits with Ctrl-C, and the next run goes on from there", async () => {
    await emulator.stop();
    emulator = await startEmulator({ deployMs: 4000 });
    await project.remove();
    project = await TerraformProject.create(emulator);
    await project.write(parts);
    await give(await emulator.authority.issue());
    const accepted = new Promise<void>(settle => {
      emulator.onCall(({ kind }) => void (kind === "deployment.deploy" && settle()));
    });
    const running = project.apply();
    await accepted;
    await sleep(300);
    const startedAt = Date.now();
    project.interrupt();
    const run = await running;
    console.log(`        ${Date.now() - startedAt} ms`);
    assertFailed(run);
    assertSucceeded(await project.apply());
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
  });
});
