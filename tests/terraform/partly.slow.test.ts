/** When it applies, Terraform asks a provider for nothing that does not change: what there is besides, nobody tells it. */
import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import type { Load } from "../../emulator/load";
import { createAuthority } from "../../emulator/pki";
import { assertFailed, assertSucceeded } from "../support/project";
import { assertSafe, calls, load, names } from "../support/rotation";
import { needsEngine, TerraformProject } from "../support/terraform";

const variable = "BACKEND_MTLS_CERT";

function certificate(block: string, more = ""): string {
  return `
resource "zuplo_mtls_certificate" "${block}" {
  certificate        = file("${block}.pem")
  private_key_source = { file = "${block}.key" }
  environments       = ["preview", "production"]
  ${more}
  lifecycle { create_before_destroy = true }
}
`;
}

/** A branch that names a certificate by its variable. */
function branch(block: string, name: string, of: string, more = ""): string {
  return `
resource "zuplo_environment_variable" "${block}" {
  branch = "${name}"
  name   = "${variable}"
  value  = zuplo_mtls_certificate.${of}.name
  ${more}
}
resource "zuplo_redeployment" "${block}" {
  branch       = "${name}"
  certificates = [zuplo_mtls_certificate.${of}.name]
  variables = [{
    branch = "${name}"
    name   = "${variable}"
    value  = zuplo_environment_variable.${block}.value
  }]
}
`;
}

describe("what Terraform shows a provider only in part", () => {
  let emulator: Emulator;
  let project: TerraformProject;

  before(needsEngine);

  beforeEach(async () => {
    emulator = await startEmulator({
      deployMs: 50,
      branches: ["main", "staging", "qa"].map(name => ({ name })),
    });
    project = await TerraformProject.create(emulator);
  });

  afterEach(async () => {
    await project?.remove();
    await emulator?.stop();
  });

  const issue = async (file: string) => project.pem(file, await emulator.authority.issue());
  const apply = (...blocks: string[]) => project.applied(...blocks);
  const assertUnchanged = () => project.assertUnchanged();

  it("a rotation of parts that was interrupted, and pushed beside, leaves one certificate when it is applied again", async () => {
    await issue("client");
    const blocks = [
      certificate("client", 'name_prefix = "backend"'),
      branch("staging", "staging", "client"),
      branch("main", "main", "client", "depends_on = [zuplo_redeployment.staging]"),
    ];
    await apply(...blocks);
    // what somebody builds has another date than what the state knows
    await emulator.push("main");
    await issue("client");
    // when it is interrupted once the old certificate is disabled for the first type
    const forget = emulator.onCall(({ kind }) => {
      if (kind === "deployment.deploy") project.interrupt();
      return undefined;
    });
    assertFailed(await project.apply());
    forget();
    assert.deepEqual(
      emulator
        .certificates()
        .map(({ environments }) => environments.length)
        .sort(),
      [1, 2],
    );
    // then the next one disables it for the second type before that is built
    await apply(...blocks);
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
    await assertUnchanged();
  });

  it("parts that a binding takes over from, interrupted at the end, are taken out when it is applied again", async () => {
    for (const file of ["client", "next"]) await issue(file);
    const left = 'value_on_delete = ""';
    await apply(
      certificate("client", 'name_prefix = "backend"'),
      branch("staging", "staging", "client", left),
      branch("main", "main", "client", `${left}\ndepends_on = [zuplo_redeployment.staging]`),
    );
    await project.write(`
resource "zuplo_mtls_binding" "next" {
  name_prefix        = "next"
  certificate        = file("next.pem")
  private_key_source = { file = "next.key" }
  variable           = "${variable}"
  stages             = [{ branches = ["staging"] }, { branches = ["main"] }]
}
`);
    // when it is interrupted once the certificate of the parts is disabled, and the deployments have it still
    const forget = emulator.onCall(({ kind }) => {
      if (kind === "certificate.update") project.interrupt();
      return undefined;
    });
    assertFailed(await project.apply());
    forget();
    assert.equal(names(emulator).length, 2);
    // then the next one takes it out of what is the binding's
    assertSucceeded(await project.apply());
    assert.match(names(emulator).join(), /^next_\w+$/);
    assertSafe(emulator);
    await assertUnchanged();
  });

  for (const how of ["nobody may read them", "they are secret"]) {
    const isSecret = how === "they are secret";

    /** All of them have another block name, and a verification where it is asked for. */
    const renamed = (block: string, pem: string, more = "") => {
      const parts = [
        certificate("client", `name_prefix = "${block}"`).replaceAll(/client\.(pem|key)/g, `${pem}.$1`),
        branch("staging", "staging", "client").replace(/(?=certificates = )/, more),
        branch("main", "main", "client", "depends_on = [zuplo_redeployment.staging]"),
      ].join("\n");
      const named = parts
        .replaceAll(/(resource "\w+" ")(\w+)"/g, `$1${block}_$2"`)
        .replaceAll(/(zuplo_\w+\.)(\w+)/g, `$1${block}_$2`);
      if (!isSecret) return named;
      const name = `zuplo_mtls_certificate.${block}_client.name`;
      return named
        .replaceAll(
          `  value  = ${name}`,
          `  is_secret = true\n  value_wo = ${name}\n  value_wo_version = "1"`,
        )
        .replaceAll(
          /value {2}= (zuplo_environment_variable\.\w+)\.value/g,
          `value = $1.id == "" ? "" : ${name}`,
        );
    };
    const slowUpload = () =>
      emulator.onCall(({ kind }) => (kind === "certificate.create" ? { delayMs: 2500 } : undefined));

    it(`parts that are all renamed fail no request although the upload is slow and of the variables ${how}`, async () => {
      await issue("client");
      await apply(renamed("one", "client"));
      if (!isSecret) emulator.readVariablesAs(403);
      await issue("client");
      const forget = slowUpload();
      const traffic = load(emulator, ["staging", "main"], 20);
      // when
      await apply(renamed("two", "client"));
      // then
      forget();
      assert.equal((await traffic.stop()).failed, 0);
      assertSafe(emulator);
      await assertUnchanged();
      assert.match(names(emulator).join(), /^two_\w+$/);
    });

    for (const [upload, begin] of [
      ["slow", slowUpload],
      ["fast", () => () => undefined],
    ] as const) {
      const verified = `verify = { path = "/via/${variable}", timeout = 2 }\n  `;
      const refuse = async (rewrite: (text: string) => string = text => text) => {
        await issue("client");
        await apply(rewrite(renamed("one", "client")));
        const [old = ""] = names(emulator);
        if (!isSecret) emulator.readVariablesAs(403);
        const forget = begin();
        await project.pem("bad", await (await createAuthority({ commonName: "Another CA" })).issue());
        await project.write(rewrite(renamed("two", "bad", verified)));
        const run = await project.apply();
        forget();
        assertFailed(run);
        assert.match(run.text, /ZUPLO1205/);
        assert.ok(names(emulator).includes(old));
        return old;
      };

      it(`such parts whose first certificate is refused need one more apply with a good one, where of the variables ${how}, and the upload is ${upload}`, async () => {
        let traffic: Load | undefined;
        const forget = emulator.onCall(({ kind }) => {
          if (kind === "certificate.create" && names(emulator).length === 1)
            traffic ??= load(emulator, ["main"], 20);
          return undefined;
        });
        const old = await refuse();
        await emulator.push("main");
        // when
        await issue("client");
        await apply(renamed("two", "client", verified));
        forget();
        // then
        assert.equal((await traffic?.stop())?.failed, 0);
        await assertUnchanged();
        assert.ok(!names(emulator).includes(old));
      });

      for (const [listing, rewrite, version] of [
        // the Redeployment sets what it lists, whether the engine sees that a write-only value is another one or not
        ["list their variables", (text: string) => text, "1"],
        [
          "list no variables",
          (text: string) =>
            text.replaceAll(
              /variables = \[\{[^}]*(zuplo_environment_variable\.\w+)[^}]*\}\]/g,
              "variables = []\n  depends_on = [$1]",
            ),
          "2",
        ],
      ] as const)
        it(`such parts that ${listing} keep their certificate in every apply until there is a good one, where of the variables ${how}, and the upload is ${upload}`, async () => {
          const old = await refuse(rewrite);
          // when
          for (const _ of ["again", "and again"]) assertFailed(await project.apply());
          // then
          assert.ok(names(emulator).includes(old));
          // and
          await issue("client");
          const good = rewrite(renamed("two", "client", verified));
          await apply(good.replaceAll('value_wo_version = "1"', `value_wo_version = "${version}"`));
          for (const name of ["staging", "main"]) {
            await emulator.push(name);
            assert.equal((await fetch(`${emulator.deployment(name).url}/via/${variable}`)).status, 200, name);
          }
          await assertUnchanged();
        });
    }
  }

  it("a certificate that a branch goes over from stays enabled for another one, whose code names it", async () => {
    for (const file of ["one", "two"]) await issue(file);
    const blocks = (of: string) => [
      certificate("one", 'name = "one"'),
      certificate("two", 'name = "two"'),
      branch("staging", "staging", of),
      'resource "zuplo_redeployment" "qa" {\n  branch = "qa"\n  certificates = [zuplo_mtls_certificate.one.name]\n  variables = []\n}',
    ];
    await apply(...blocks("one"));
    await emulator.hands.pushCode(emulator.project, "qa", "one");
    // when
    await apply(...blocks("two"));
    // then
    await emulator.push("qa");
    assert.equal((await fetch(`${emulator.deployment("qa").url}/health`)).status, 200);
    await assertUnchanged();
    assertSafe(emulator);
  });

  it("a variable whose old block goes in a later apply keeps the value that its new block has set", async () => {
    await issue("backend");
    const blocks = (block: string) => [
      certificate("backend", 'name_prefix = "backend"'),
      branch(block, "main", "backend", 'value_on_delete = ""'),
    ];
    await apply(...blocks("one"));
    // given a block that was renamed, of which only the new one was applied
    await project.write(blocks("two").join("\n"));
    assertSucceeded(await project.apply("-target=zuplo_redeployment.two"));
    // when Zuplo is slow to tell of the certificate, and the engine plans the new block after that
    emulator.onCall(({ method }) => (method === "GET" ? { delayMs: 500 } : undefined));
    assertSucceeded(await project.apply());
    // then
    assert.deepEqual(Object.values(emulator.variables("main")), names(emulator));
    await emulator.push("main");
    assert.equal((await fetch(`${emulator.deployment("main").url}/health`)).status, 200);
    await assertUnchanged();
  });

  it("a deposed variable leaves the one that has replaced it as it is, in a later apply", async () => {
    await issue("backend");
    // given a tainted variable, whose replacement comes first, and a build that fails
    const blocks = (commit: string) => [
      certificate("backend", 'name_prefix = "backend"'),
      branch("main", "main", "backend", 'value_on_delete = ""').replace(
        /}\n$/,
        `  triggers = { commit = "${commit}" }\n  lifecycle { create_before_destroy = true }\n}\n`,
      ),
    ];
    await apply(...blocks("a"));
    await project.succeed("taint", "zuplo_environment_variable.main");
    await project.write(blocks("b").join("\n"));
    emulator.failNextBuild("main");
    assertFailed(await project.apply());
    // when
    assertSucceeded(await project.apply());
    // then
    assert.deepEqual(Object.values(emulator.variables("main")), names(emulator));
    await emulator.push("main");
    assert.equal((await fetch(`${emulator.deployment("main").url}/health`)).status, 200);
    await assertUnchanged();
  });

  it("a variable that somebody changes after the plan keeps the redeploy back, and the next apply sets it", async () => {
    await issue("backend");
    const parts = (commit: string) => [
      certificate("backend", 'name_prefix = "backend"'),
      branch("main", "main", "backend").replace(/}\n$/, `  triggers = { commit = "${commit}" }\n}\n`),
    ];
    await apply(...parts("a"));
    await project.write(parts("b").join("\n"));
    assertSucceeded(await project.plan("-out=saved.tfplan"));
    emulator.hands.setVariable(emulator.project, "main", variable, "nobody");
    // when
    const run = await project.run("apply", "saved.tfplan");
    // then
    assertFailed(run);
    assert.match(run.text, /\[ZUPLO1317\]/);
    assert.equal((await fetch(`${emulator.deployment("main").url}/health`)).status, 200);
    assertSucceeded(await project.apply());
    assert.deepEqual(Object.values(emulator.variables("main")), names(emulator));
    await assertUnchanged();
  });

  it("a binding whose certificate is known in the apply only rotates as any other", async () => {
    const binding = `
resource "terraform_data" "pem" {
  input            = file("client.pem")
  triggers_replace = filesha256("client.pem")
}
resource "zuplo_mtls_binding" "backend" {
  name_prefix        = "backend"
  certificate        = terraform_data.pem.output
  private_key_source = { file = "client.key" }
  variable           = "${variable}"
  stages             = [{ branches = ["main"], verify = { path = "/health" } }]
}
`;
    await issue("client");
    await apply(binding);
    const before = names(emulator);
    await issue("client");
    // when
    await apply(binding);
    // then
    assert.equal(names(emulator).length, 1);
    assert.notDeepEqual(names(emulator), before);
    await assertUnchanged();
    assertSafe(emulator);
  });

  it("a trigger that is null redeploys nothing by itself", async () => {
    const binding = `
resource "zuplo_mtls_binding" "backend" {
  name_prefix        = "backend"
  certificate        = file("client.pem")
  private_key_source = { file = "client.key" }
  variable           = "${variable}"
  stages             = [{ branches = ["main"] }]
  triggers           = { commit = null }
}
`;
    await issue("client");
    await apply(binding);
    emulator.clearTrace();
    // when
    await apply(binding);
    // then
    assert.deepEqual(calls(emulator.trace, "deployment.deploy"), []);
    await assertUnchanged();
  });
});
