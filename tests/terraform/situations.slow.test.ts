import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority } from "../../emulator/pki";
import { settingsOf } from "../../emulator/settings";
import { assertFailed, assertSucceeded } from "../support/project";
import { assertSafe, calls, load, names } from "../support/rotation";
import { needsEngine, TerraformProject } from "../support/terraform";

interface Stage {
  branches?: string[];
  deployments?: string[];
}

/** A binding of the configuration. */
function binding(
  block: string,
  { prefix = block, variable = "BACKEND_MTLS_CERT", pem = "client", more = "" },
  stages: readonly Stage[],
): string {
  const verified = stages.map(stage => ({ ...stage, verify: { path: `/via/${variable}`, timeout: 2 } }));
  return `
resource "zuplo_mtls_binding" "${block}" {
  name_prefix        = "${prefix}"
  certificate        = file("${pem}.pem")
  private_key_source = { file = "${pem}.key" }
  variable           = "${variable}"
  stages             = ${JSON.stringify(verified)}
  timeout            = 20
  ${more}
}
`;
}

const [staging, main] = [{ branches: ["staging"] }, { branches: ["main"] }];
const canary = { branches: ["canary"] };

describe("the situations off the main path, with Terraform", () => {
  let emulator: Emulator;
  let project: TerraformProject;

  before(needsEngine);

  beforeEach(async () => {
    emulator = await startEmulator({
      deployMs: 50,
      projects: ["gateway", "other"],
      branches: ["main", "staging", "canary"].map(name => ({ name })),
    });
    project = await TerraformProject.create(emulator);
    await issue("client");
  });

  afterEach(async () => {
    await project?.remove();
    await emulator?.stop();
  });

  const issue = async (file: string) => project.pem(file, await emulator.authority.issue());
  const apply = (...blocks: string[]) => project.applied(...blocks);
  const assertUnchanged = () => project.assertUnchanged();

  it("a stage that is removed keeps its certificate, and a push of its branch works", async () => {
    await apply(binding("backend", {}, [staging, main]));
    // when
    await apply(binding("backend", {}, [main]));
    await emulator.push("staging");
    // then
    assertSafe(emulator);
    await assertUnchanged();
    // and the next rotation leaves it what it names
    await issue("client");
    await apply(binding("backend", {}, [main]));
    await emulator.push("staging");
    assertSafe(emulator);
  });

  it("a certificate that was disabled, or deleted, by hand is put right with one redeploy", async () => {
    await apply(binding("backend", {}, [main]));
    const [{ id = "" } = {}] = emulator.certificates();
    emulator.hands.enableCertificate(id, []);
    await emulator.push("main");
    emulator.clearTrace();
    // when
    assertSucceeded(await project.apply());
    // then
    assert.equal(calls(emulator.trace, "deployment.deploy").length, 1);
    assert.equal((await fetch(`${emulator.deployment("main").url}/health`)).status, 200);
    await assertUnchanged();
    // when it is gone altogether
    emulator.hands.enableCertificate(id, []);
    await emulator.push("main");
    assert.ok(emulator.hands.deleteCertificate(id));
    assertSucceeded(await project.apply());
    // then
    assert.equal((await fetch(`${emulator.deployment("main").url}/health`)).status, 200);
    await assertUnchanged();
  });

  it("a destroy in the wrong project goes to the right one", async () => {
    await apply(binding("backend", {}, [main]));
    const { text } = await project.plan("-destroy");
    assert.match(
      text,
      /Warning: Deleting zuplo_mtls_binding 'backend' takes its certificate '\w+' out of 'main'/,
    );
    assert.match(text.replace(/\s+/g, " "), /a `moved` block keeps it as it is/);
    const elsewhere = { ...settingsOf(emulator), ZUPLO_PROJECT: "other" };
    Object.assign(project.env, elsewhere);
    assertSucceeded(await project.destroy());
    assert.deepEqual(emulator.certificates("gateway"), []);
  });

  it("a key that sees nothing any more takes nothing out of the state", async () => {
    await apply(binding("backend", {}, [main]));
    emulator.loseAccess(404);
    assertFailed(await project.apply());
    assertFailed(await project.destroy());
    emulator.restoreAccess();
    assert.equal(names(emulator).length, 1);
    await assertUnchanged();
  });

  it("open pull requests do not make a rotation fail, and are named", async () => {
    await apply(binding("backend", {}, [staging, main]));
    await emulator.push("pr-1");
    await issue("client");
    // when
    const run = await project.apply();
    // then
    assertSucceeded(run);
    assert.match(
      run.text.replace(/\s+/g, " "),
      /Warning: zuplo_mtls_certificate '\w+' \(cert_\w+\) is replaced and left at Zuplo for now: it may be bound by 1 deployment: gateway-pr-1-\w+/,
    );
    await assertUnchanged();
    assertSafe(emulator);
  });

  it("of two bindings of one branch, one is removed, and the other one rotates on", async () => {
    const other = binding("other", { variable: "OTHER_MTLS_CERT", pem: "other" }, [main]);
    await issue("other");
    await apply(binding("backend", {}, [main]), other);
    await apply(other);
    assert.equal(names(emulator).length, 1);
    await issue("other");
    await apply(other);
    assert.equal(names(emulator).length, 1);
    await assertUnchanged();
  });

  it("two bindings of one name_prefix are refused in the plan", async () => {
    await project.write(
      binding("backend", {}, [main]) +
        binding("other", { prefix: "backend", variable: "OTHER_MTLS_CERT" }, [main]),
    );
    const run = await project.plan();
    assertFailed(run);
    assert.match(run.text, /name_prefix is also used by another/);
    assert.deepEqual(emulator.writes(), []);
  });

  it("two bindings that set one variable are refused in the plan", async () => {
    await project.write(binding("backend", {}, [main]) + binding("other", {}, [main]));
    const run = await project.plan();
    assertFailed(run);
    assert.match(run.text, /ZUPLO1101/);
    assert.deepEqual(emulator.writes(), []);
  });

  for (const isFirst of [true, false])
    it(`so are a binding of a branch and ${isFirst ? "an older one" : "a new one"} of its deployment`, async () => {
      const ofBranch = binding("backend", {}, [main]);
      const ofDeployment = binding("other", {}, [{ deployments: [emulator.deployment("main").name] }]);
      await apply(isFirst ? ofDeployment : ofBranch);
      emulator.clearTrace();
      // when
      await project.write(ofBranch + ofDeployment);
      const run = await project.plan();
      // then
      assertFailed(run);
      const text = run.text.replace(/[│\s]+/g, " ");
      assert.match(text, /'BACKEND_MTLS_CERT' of branch 'main', which '(backend|other)' sets too/);
      assert.match(text, /ZUPLO1101/);
      assert.deepEqual(emulator.writes(), []);
    });

  it("a block that was renamed without `moved` fails no request", async () => {
    await apply(binding("backend", {}, [staging, main]));
    const traffic = load(emulator, ["staging", "main"], 50);
    // when
    await apply(binding("renamed", { prefix: "backend" }, [staging, main]));
    // then
    assert.equal((await traffic.stop()).failed, 0);
    assertSafe(emulator);
    await assertUnchanged();
    assert.equal(names(emulator).length, 1);
  });

  it("a block that was renamed with another name_prefix fails no request", async () => {
    await apply(binding("backend", {}, [staging, main]));
    const traffic = load(emulator, ["staging", "main"], 50);
    // when
    await apply(binding("renamed", {}, [staging, main]));
    // then
    assert.equal((await traffic.stop()).failed, 0);
    assertSafe(emulator);
    await assertUnchanged();
    assert.equal(names(emulator).length, 1);
  });

  it("a block that was renamed fails no request although its upload is slow and nobody may read its variables", async () => {
    await apply(binding("backend", {}, [staging, main]));
    emulator.readVariablesAs(403);
    await issue("client");
    const traffic = load(emulator, ["staging", "main"], 20);
    const forget = emulator.onCall(({ kind }) =>
      kind === "certificate.create" ? { delayMs: 2500 } : undefined,
    );
    // when
    await apply(binding("renamed", {}, [staging, main]));
    // then
    forget();
    assert.equal((await traffic.stop()).failed, 0);
    assertSafe(emulator);
    await assertUnchanged();
    assert.match(names(emulator).join(), /^renamed_\w+$/);
  });

  for (const [how, delayMs] of [
    ["slow", 2500],
    ["fast", 0],
  ] as const) {
    /** A renamed block whose certificate is refused, after which each branch has that of the old one, and its name. */
    const refused = async () => {
      await apply(binding("backend", {}, [staging, main]));
      const [old = ""] = names(emulator);
      emulator.readVariablesAs(403);
      const forget = emulator.onCall(({ kind }) => (kind === "certificate.create" ? { delayMs } : undefined));
      const traffic = load(emulator, ["main"], 20);
      // when
      await project.pem("bad", await (await createAuthority({ commonName: "Another CA" })).issue());
      await project.write(binding("renamed", { pem: "bad" }, [staging, main]));
      const run = await project.apply();
      // then
      forget();
      assertFailed(run);
      assert.match(run.text, /ZUPLO1410/);
      assert.match(run.text, /ZUPLO1205/);
      assert.equal((await traffic.stop()).failed, 0);
      await assertServed(old);
      return old;
    };
    const assertServed = async (name: string) => {
      for (const branch of ["staging", "main"]) {
        await emulator.push(branch);
        assert.deepEqual(Object.values(emulator.served(branch).at(-1)?.certificates ?? {}), [name]);
      }
    };

    it(`such a block whose certificate is refused goes back to that of its old one, and the next apply removes that, be its upload ${how}`, async () => {
      const old = await refused();
      // and
      await issue("client");
      await apply(binding("renamed", {}, [staging, main]));
      await assertUnchanged();
      assert.ok(!names(emulator).includes(old));
    });

    it(`such a block that gets its old name back afterwards goes on as before, be its upload ${how}`, async () => {
      const old = await refused();
      const traffic = load(emulator, ["main"], 20);
      // when
      await apply(binding("backend", {}, [staging, main]));
      // then
      assert.equal((await traffic.stop()).failed, 0);
      await assertServed(old);
      for (const branch of ["staging", "main"])
        assert.equal(emulator.variables(branch).BACKEND_MTLS_CERT, old);
      await assertUnchanged();
    });
  }

  it("a certificate that was refused goes with the next good one, although nobody may read the variables", async () => {
    const stages = [staging, canary, main];
    emulator.readVariablesAs(403);
    await apply(binding("backend", {}, stages));
    await project.pem("bad", await (await createAuthority({ commonName: "Another CA" })).issue());
    await project.write(binding("backend", { pem: "bad" }, stages));
    assertFailed(await project.apply());
    // when
    await issue("client");
    await apply(binding("backend", {}, stages));
    // then
    assertSafe(emulator);
    assert.equal(names(emulator).length, 1);
    await assertUnchanged();
  });

  for (const [type, taken] of [
    ["the same type", canary],
    ["another type", main],
  ] as const) {
    it(`a binding that takes over the branch of one that is removed, of ${type}, fails no request`, async () => {
      await apply(binding("one", {}, [staging]), binding("two", {}, [taken]));
      const traffic = load(emulator, ["staging", ...taken.branches], 50);
      await issue("client");
      // when
      await apply(binding("one", {}, [staging, taken]));
      // then
      assert.equal((await traffic.stop()).failed, 0);
      assertSafe(emulator);
      await assertUnchanged();
      assert.deepEqual(
        names(emulator).map(name => name.split("_")[0]),
        ["one"],
      );
    });
  }

  it("a binding that is removed keeps its branch in service where the one that takes it over fails", async () => {
    // given two that were made one after the other, so that the first one's deployment has not bound the second one's
    await apply(binding("one", {}, [staging]));
    await apply(binding("one", {}, [staging]), binding("two", {}, [canary]));
    const traffic = load(emulator, ["canary"], 50);
    // when
    await project.pem("bad", await (await createAuthority({ commonName: "Another CA" })).issue());
    await project.write(binding("one", { pem: "bad" }, [staging, canary]));
    const run = await project.apply();
    // then
    assertFailed(run);
    assert.match(run.text, /ZUPLO1410/);
    const text = run.text.replace(/[\s│]+/g, " ");
    assert.match(text, /it is still in use: the variable 'canary\/BACKEND_MTLS_CERT' names it/);
    assert.match(
      text,
      /Correct what failed, or give the variable another value in the (program|configuration), and run `terraform apply` again/,
    );
    assert.equal((await traffic.stop()).failed, 0);
    await emulator.push("canary");
    assert.equal((await fetch(`${emulator.deployment("canary").url}/health`)).status, 200);
    // and the old PEM goes on with it
    await apply(binding("one", {}, [staging, canary]));
    assertSafe(emulator);
    await assertUnchanged();
    assert.equal(names(emulator).length, 1);
  });

  for (const [how, more, ...args] of [
    ["-replace", "", "-replace=zuplo_mtls_binding.backend"],
    ["taint", ""],
    [
      "-replace and create_before_destroy",
      "lifecycle { create_before_destroy = true }",
      "-replace=zuplo_mtls_binding.backend",
    ],
  ] as const) {
    it(`a binding that is to be made again fails no request: ${how}`, async () => {
      const settings = { more: `value_on_delete = ""\n${more}` };
      await apply(binding("backend", settings, [staging, main]));
      if (how === "taint") await project.succeed("taint", "zuplo_mtls_binding.backend");
      const traffic = load(emulator, ["staging", "main"], 50);
      // when
      const run = await project.apply(...args);
      // then
      assert.equal((await traffic.stop()).failed, 0, run.text);
      assertSucceeded(run);
      assertSafe(emulator);
      await assertUnchanged();
      assert.equal(names(emulator).length, 1);
      // and it can be destroyed
      assertSucceeded(await project.destroy());
      assert.deepEqual(names(emulator), []);
    });
  }

  it("a fixed name that is given up is none in the state either", async () => {
    const fixed = binding("backend", {}, [main]).replace("name_prefix        =", "name =");
    await apply(fixed);
    // when
    await issue("client");
    await apply(binding("backend", {}, [main]));
    // then: what takes it for another resource's argument would use a certificate that is gone
    const { name, certificate_name: own } = await project.resource("zuplo_mtls_binding.backend");
    assert.equal(name, null);
    assert.deepEqual(names(emulator), [own]);
    await assertUnchanged();
  });

  it("a private key that is no longer there is missed by no run that uploads nothing", async () => {
    await apply(binding("backend", {}, [main]));
    await rm(join(project.folder, "client.key"));
    await assertUnchanged();
    await apply(binding("backend", {}, [staging, main]));
    await assertUnchanged();
    assertSucceeded(await project.destroy());
    assert.deepEqual(names(emulator), []);
  });

  it("a binding that its state forgot is made again, and fails no request", async () => {
    await apply(binding("backend", {}, [staging, main]));
    await project.succeed("state", "rm", "zuplo_mtls_binding.backend");
    const traffic = load(emulator, ["staging", "main"], 50);
    // when
    assertSucceeded(await project.apply());
    // then
    assert.equal((await traffic.stop()).failed, 0);
    assertSafe(emulator);
    await assertUnchanged();
    assert.equal(names(emulator).length, 1);
  });

  it("a variable that was set by hand is put right, and redeployed", async () => {
    await apply(binding("backend", {}, [main]));
    const [name] = names(emulator);
    emulator.hands.setVariable("gateway", "main", "BACKEND_MTLS_CERT", "nobody");
    emulator.clearTrace();
    assertSucceeded(await project.apply());
    assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, name);
    assert.equal(calls(emulator.trace, "deployment.deploy").length, 1);
    await assertUnchanged();
  });

  it("apply, then destroy, leaves no certificate, whoever was killed in between", async () => {
    await apply(binding("backend", { more: 'value_on_delete = ""' }, [staging, main]));
    const isAsked = new Promise<void>(resolve => {
      const forget = emulator.onCall(({ kind }) => {
        if (kind !== "deployment.deploy") return undefined;
        forget();
        resolve();
        return undefined;
      });
    });
    const running = project.destroy();
    await isAsked;
    project.kill();
    assertFailed(await running);
    assertSucceeded(await project.destroy());
    assert.deepEqual(names(emulator), []);
  });
});
