// With the real engine: only it knows what of `ignore_changes` a provider is told.
import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { calls, names } from "../support/rotation";
import { needsEngine, TerraformProject } from "../support/terraform";

describe("what a configuration ignores, with Terraform", () => {
  let emulator: Emulator;
  let project: TerraformProject;

  before(needsEngine);

  beforeEach(async () => {
    emulator = await startEmulator({ deployMs: 50 });
    project = await TerraformProject.create(emulator);
    await issue("client");
  });

  afterEach(async () => {
    await project?.remove();
    await emulator?.stop();
  });

  const issue = async (file: string) => project.pem(file, await emulator.authority.issue());

  it("the value of a variable that somebody sets stays when another argument changes", async () => {
    // given
    const variable = (more = "") => `
resource "zuplo_environment_variable" "flag" {
  branch = "main"
  name   = "FLAG"
  value  = "off"
  ${more}
  lifecycle { ignore_changes = [value] }
}
`;
    await project.applied(variable());
    emulator.hands.setVariable("gateway", "main", "FLAG", "on");
    await project.applied(variable());
    // when
    await project.applied(variable('value_on_delete = ""'));
    // then
    assert.deepEqual(emulator.variables("main"), { FLAG: "on" });
    await project.assertUnchanged();
  });

  it("the certificate of a binding stays when another argument changes", async () => {
    // given
    const binding = (warnBefore: string) => `
resource "zuplo_mtls_binding" "backend" {
  name_prefix        = "backend"
  certificate        = file("client.pem")
  private_key_source = { file = "client.key" }
  variable           = "BACKEND_MTLS_CERT"
  stages             = [{ branches = ["main"] }]
  warn_before        = "${warnBefore}"
  lifecycle { ignore_changes = [certificate] }
}
`;
    await project.applied(binding("20d"));
    const before = names(emulator);
    await issue("client");
    emulator.clearTrace();
    // when
    await project.applied(binding("10d"));
    // then
    assert.deepEqual(names(emulator), before);
    assert.deepEqual(calls(emulator.trace, "deployment.deploy"), []);
    await project.assertUnchanged();
  });

  it("the triggers of a redeployment, and the types of a certificate, stay when another argument changes", async () => {
    // given
    const resources = (round: number) => `
resource "zuplo_mtls_certificate" "backend" {
  name_prefix        = "backend"
  certificate        = file("client.pem")
  private_key_source = { file = "client.key" }
  environments       = ${round === 1 ? '["preview", "production"]' : '["production"]'}
  warn_before        = "${20 + round}d"
  lifecycle {
    create_before_destroy = true
    ignore_changes        = [environments]
  }
}

resource "zuplo_redeployment" "main" {
  branch       = "main"
  certificates = [zuplo_mtls_certificate.backend.name]
  variables    = []
  triggers     = { round = ${round} }
  timeout      = ${20 + round}
  lifecycle { ignore_changes = [triggers] }
}
`;
    await project.applied(resources(1));
    emulator.clearTrace();
    // when
    await project.applied(resources(2));
    // then
    assert.deepEqual(calls(emulator.trace, "deployment.deploy"), []);
    assert.deepEqual(emulator.certificates()[0]?.environments, ["preview", "production"]);
    await project.assertUnchanged();
  });
});
