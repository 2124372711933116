import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { inProject, upload } from "../support/byHand";
import { names } from "../support/rotation";
import { CheckFailed, Stack } from "../support/run";
import { Refused, StandIn } from "../terraform/standIn";
import { assertLogged, assertPushSafe, assertServedBy, branchesOf } from "./expect";
import { certificate, parts, variable } from "./programs";

const branches = ["staging", "main"];
const legacy = "legacy_backend";
const environments = ["preview", "production"];

describe("a certificate that is imported under its name, and whose PEM in the program is a renewed one", () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf(...branches));
    await upload(emulator, legacy, await emulator.authority.issue());
    for (const branch of branches) {
      const body = { name: variable, value: legacy, isSecret: false };
      await inProject(emulator, "POST", `/branches/${branch}/variables`, body);
      await emulator.push(branch);
    }
    emulator.clearTrace();
  });
  afterEach(() => emulator.stop());

  for (const how of ["option", "command"] as const)
    it(`by the ${how}: is refused in the preview, and rotates once the name is left out`, async () => {
      const stack = new Stack(emulator);
      const renewed = await emulator.authority.issue();
      const named = certificate("legacy", renewed, { name: legacy });
      const preview = async () => {
        await stack.adopt(named, legacy, how);
        await stack.preview([named]);
      };
      await assert.rejects(preview(), (error: Error) => {
        assert.ok(error instanceof CheckFailed);
        assert.match(error.message, /'legacy_backend' is the name of the certificate in use, another one/);
        assert.match(error.message, /Either remove `name`, .*ZUPLO1221/);
        return true;
      });
      assert.deepEqual(emulator.writes(), []);
      // when
      const own = certificate("legacy", renewed);
      await stack.adopt(own, legacy, "command");
      const program = parts(own, branches);
      const log = await stack.up(program);
      // then
      for (const branch of branches) assertServedBy(emulator, branch, stack.outputs(own).name);
      // The first build of a new Redeployment still has it bound.
      assert.ok(assertLogged(log, "ZUPLO1204").includes(legacy));
      await assertPushSafe(emulator, ...branches);
    });

  it("with Terraform: is refused in the plan, and is replaced once the name is left out", async () => {
    const type = "zuplo_mtls_certificate";
    const { chain, privateKey } = await emulator.authority.issue();
    const config = { certificate: chain, privateKeyWo: privateKey, environments };
    const imported = await new StandIn(emulator).import(type, legacy);
    await assert.rejects(new StandIn(emulator).plan(type, { ...config, name: legacy }, imported), error => {
      assert.ok(error instanceof Refused);
      assert.match(error.message, /Either remove `name`, .*ZUPLO1221/s);
      return true;
    });
    assert.deepEqual(emulator.writes(), []);
    // when
    const next = { ...config, namePrefix: "backend" };
    const plan = await new StandIn(emulator).plan(type, next, imported);
    assert.equal(plan.action, "replace");
    await new StandIn(emulator).apply(type, next, plan, imported);
    // then
    assert.match(names(emulator).join(), /legacy_backend,backend_[0-9a-f]{12}/);
  });

  it("is the one in use: nothing is to be done, with or without its name", async () => {
    const issued = await emulator.authority.issue();
    await upload(emulator, "other_backend", issued);
    emulator.clearTrace();
    for (const more of [{ name: "other_backend" }, {}]) {
      const stack = new Stack(emulator);
      const own = certificate("other", issued, more);
      await stack.adopt(own, "other_backend");
      await stack.up([own]);
    }
    assert.deepEqual(emulator.writes(), []);
  });
});
