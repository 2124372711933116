import assert from "node:assert/strict";
import { type BranchOption, type Emulator, startEmulator } from "../../emulator";
import { environmentTypeOf } from "../../provider/api/branches";
import { Stack } from "../support/run";
import { type InState, StandIn } from "../terraform/standIn";
import { assertPushSafe, assertServedBy, failureOf } from "./expect";
import { binding, variable, verify } from "./programs";

describe("The environment type of a branch", () => {
  let emulator: Emulator;

  const start = async (...branches: BranchOption[]) => {
    emulator = await startEmulator({ branches, deployMs: 20 });
  };

  const bound = "zuplo_mtls_binding";
  const configuration = async (stages: object[]) => {
    const { chain, privateKey } = await emulator.authority.issue();
    return { namePrefix: "backend", certificate: chain, privateKeyWo: privateKey, variable, stages };
  };

  afterEach(() => emulator.stop());

  it("is preview where the branch is called development, as at Zuplo", async () => {
    await start({ name: "development" }, { name: "main" });
    assert.equal(emulator.deployment("development").environmentType, "preview");
    const stack = new Stack(emulator);
    const program = binding(await emulator.authority.issue(), [
      { branches: ["development"], verify },
      { branches: ["main"], verify },
    ]);
    // when
    await stack.up(program);
    // then
    assert.deepEqual(program[0] && stack.outputs(program[0]).environments, ["preview", "production"]);
    await assertPushSafe(emulator, "development", "main");
  });

  it("is preview for Terraform's binding, too", async () => {
    await start({ name: "development" }, { name: "main" });
    // when
    await new StandIn(emulator).run(
      bound,
      await configuration([{ branches: ["development"] }, { branches: ["main"] }]),
    );
    // then
    await assertPushSafe(emulator, "development", "main");
  });

  it("is the deployment's own, where the name of the branch says another: the message says what to set", async () => {
    await start({ name: "live", environmentType: "production" });
    assert.equal(environmentTypeOf("live"), "preview");
    const config = await configuration([{ branches: ["live"] }]);
    const refused = await new StandIn(emulator).run(bound, config).then(
      () => assert.fail("the certificate is for previews only"),
      (error: Error) => error.message,
    );
    assert.match(refused, /ZUPLO1303/);
    assert.match(
      refused,
      /with zuplo_mtls_binding set `environment_type` of the branch's stage to "production"/,
    );
    // when
    const advised = { ...config, stages: [{ branches: ["live"], environmentType: "production" }] };
    const state: InState = await new StandIn(emulator).run(bound, advised);
    // then
    assert.ok(state);
    await assertPushSafe(emulator, "live");
  });

  it("is asked for before a redeploy: what to set is said there, too", async () => {
    await start({ name: "live", environmentType: "production" });
    const stack = new Stack(emulator);
    const issued = await emulator.authority.issue();
    const program = (environmentType: string) =>
      binding(issued, [{ branches: ["live"] }], {
        certificate: { environments: ["preview", "production"] },
        redeployment: { environmentType },
      });
    const failure = await failureOf(stack.up(program("preview")));
    assert.match(failure.message, /its environment type is production, not preview/);
    assert.match(failure.message, /Set `environmentType` to "production"/);
    // when
    const advised = program("production");
    await stack.up(advised);
    // then
    assertServedBy(emulator, "live", stack.outputs(advised[0]).name);
  });
});
