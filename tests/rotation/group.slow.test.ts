import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import type { Run } from "../../scripts/engine/commands";
import { usePlugin } from "../support/plugin";
import { assertFailed, assertSucceeded, TestProject } from "../support/project";
import { assertSafe, load, names, pem, redeployedAmong } from "../support/rotation";
import { missingEngine, TerraformProject } from "../support/terraform";

const branches = ["staging", "main"];
const oneByOne = branches.map(branch => [branch]);
const bindings = [1, 2, 3, 4, 5].map(number => ({
  name: `backend${number}`,
  variable: `BACKEND_${number}_CERT`,
}));

/** A program with the five bindings, as an engine runs it. */
interface Stack {
  /** @param stages branches; default: each in a stage of its own */
  write(issued: readonly Issued[], stages?: readonly string[][]): Promise<void>;
  up(...args: string[]): Promise<Run>;
  remove(): Promise<void>;
}

function verifyOf(variable: string) {
  return { path: `/via/${variable}/`, timeout: 2 };
}

async function pulumi(emulator: Emulator, program: string): Promise<Stack> {
  const project = await TestProject.create(emulator, program);
  if (program === "anyNative.js") await usePlugin(project);
  return {
    write: (issued, stages = oneByOne) =>
      project.write({
        resources: bindings.map(({ name, variable }, index) => ({
          type: "MtlsBinding",
          name,
          args: {
            ...pem(issued[index] as Issued),
            variable,
            stages: stages.map(branches => ({ branches, verify: verifyOf(variable) })),
            settle: 0,
            timeout: 60,
          },
        })),
      }),
    up: (...args) => project.up("--continue-on-error", ...args),
    remove: () => project.remove(),
  };
}

async function terraform(emulator: Emulator): Promise<Stack> {
  const project = await TerraformProject.create(emulator);
  return {
    async write(issued) {
      const blocks = bindings.map(async ({ name, variable }, index) => {
        const { chain, privateKey } = issued[index] as Issued;
        await writeFile(join(project.folder, `${name}.pem`), chain);
        await writeFile(join(project.folder, `${name}.key`), privateKey);
        const stages = oneByOne.map(branches => ({ branches, verify: verifyOf(variable) }));
        return `
resource "zuplo_mtls_binding" "${name}" {
  name_prefix        = "${name}"
  certificate        = file("${name}.pem")
  private_key_source = { file = "${name}.key" }
  variable           = "${variable}"
  stages             = ${JSON.stringify(stages)}
  settle             = 0
  timeout            = 60
}`;
      });
      await project.write((await Promise.all(blocks)).join("\n"));
    },
    up: () => project.apply(),
    remove: () => project.remove(),
  };
}

const engines = {
  dynamic: (emulator: Emulator) => pulumi(emulator, "any.js"),
  native: (emulator: Emulator) => pulumi(emulator, "anyNative.js"),
  Terraform: terraform,
};

for (const [engine, create] of Object.entries(engines)) {
  describe(`five bindings over the same two branches (${engine})`, () => {
    let emulator: Emulator;
    let stack: Stack;

    before(function () {
      if (engine === "Terraform" && missingEngine() !== undefined && !process.env.CI) this.skip();
    });

    beforeEach(async () => {
      emulator = await startEmulator({
        branches: branches.map(name => ({ name })),
        deployMs: 500,
        defaultVariable: "BACKEND_1_CERT",
      });
      stack = await create(emulator);
    });

    afterEach(async () => {
      await stack?.remove();
      await emulator?.stop();
    });

    const issue = () => Promise.all(bindings.map(() => emulator.authority.issue()));

    /** The branches that were redeployed since the last call, in order. */
    function redeploys(): (string | undefined)[] {
      const found = redeployedAmong(emulator, branches);
      emulator.clearTrace();
      return found;
    }

    it("share a redeploy, though the engine has fewer places than they have redeployments", async function () {
      if (engine === "Terraform") this.skip();
      // given ten redeployments that could be made at once
      const fewPlaces = ["--parallel", "3"];
      const sideBySide = [branches];
      await stack.write(await issue(), sideBySide);
      assertSucceeded(await stack.up(...fewPlaces));
      assert.deepEqual(redeploys().toSorted(), branches.toSorted());
      // when all of them rotate under load
      const before = names(emulator);
      const traffic = load(emulator, branches, 50);
      await stack.write(await issue(), sideBySide);
      const run = await stack.up(...fewPlaces);
      const result = await traffic.stop();
      // then
      assertSucceeded(run);
      assert.doesNotMatch(run.text, /ZUPLO1417/);
      assert.deepEqual(redeploys().toSorted(), branches.toSorted());
      assert.equal(result.failed, 0);
      assertSafe(emulator);
      assert.deepEqual(
        names(emulator).filter(name => before.includes(name)),
        [],
      );
      // when the backend refuses one of five new ones
      const variables = { ...emulator.variables("staging") };
      const issued = await issue();
      issued[2] = await (await createAuthority()).issue();
      await stack.write(issued, sideBySide);
      const failed = await stack.up(...fewPlaces);
      // then that one alone goes back
      assertFailed(failed);
      const now = emulator.variables("staging");
      for (const { name, variable } of bindings)
        assert.equal(now[variable] === variables[variable], name === "backend3", variable);
      const again = redeploys();
      for (const branch of branches) assert.ok(again.filter(one => one === branch).length <= 3, again.join());
      // and the next run ends as an undisturbed one would
      issued[2] = await emulator.authority.issue();
      await stack.write(issued, sideBySide);
      assertSucceeded(await stack.up(...fewPlaces));
      assert.equal(names(emulator).length, 5);
      assertSafe(emulator);
    });

    it("are made, and rotate, with one redeploy for each deployment; one that is refused goes back alone", async () => {
      await stack.write(await issue());
      assertSucceeded(await stack.up());
      assert.deepEqual(redeploys(), branches);
      // when all of them rotate under load
      const before = names(emulator);
      const traffic = load(emulator, branches, 50);
      await stack.write(await issue());
      assertSucceeded(await stack.up());
      // then
      assert.deepEqual(redeploys(), branches);
      const after = names(emulator);
      assert.equal(after.length, 5);
      assert.deepEqual(
        after.filter(name => before.includes(name)),
        [],
      );
      // when the backend refuses one of five new ones
      const variables = { ...emulator.variables("staging") };
      const issued = await issue();
      issued[2] = await (await createAuthority()).issue();
      await stack.write(issued);
      const failed = await stack.up();
      // then that one alone goes back, and goes no further
      assertFailed(failed);
      assert.match(failed.text.replace(/\s+/g, " "), /Rolled back in [\d.]+ s/);
      assert.deepEqual(redeploys(), ["staging", "staging", "main"]);
      const now = emulator.variables("staging");
      for (const { name, variable } of bindings)
        assert.equal(now[variable] === variables[variable], name === "backend3", variable);
      // and the next run ends as an undisturbed one would
      issued[2] = await emulator.authority.issue();
      await stack.write(issued);
      assertSucceeded(await stack.up());
      assert.deepEqual(redeploys(), branches);
      assert.equal(names(emulator).length, 5);
      assertSafe(emulator);
      assert.equal((await traffic.stop()).failed, 0);
    });
  });
}
