import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import type { RawInputs } from "../../provider/resources/resource";
import { calls, names } from "../support/rotation";
import { StandIn } from "./standIn";

/** The engine plans with what the state has of what is ignored, and tells an apply of the configuration as it is written. */
describe("what a configuration has Terraform ignore", () => {
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startEmulator({ deployMs: 20 });
  });
  afterEach(() => emulator.stop());

  const process = () => new StandIn(emulator);

  it("stays at Zuplo when another argument changes: the value of a variable", async () => {
    // given
    const config = (value: string, more: RawInputs = {}): RawInputs => ({
      branch: "main",
      name: "FLAG",
      value,
      ...more,
    });
    const type = "zuplo_environment_variable";
    const made = await process().run(type, config("off"));
    emulator.hands.setVariable("gateway", "main", "FLAG", "on");
    const kept = (await process().read(type, made)) ?? assert.fail();
    const more = { valueOnDelete: "" };
    const plan = await process().plan(type, config("on", more), kept);
    assert.equal(plan.action, "update");
    // when
    const applied = await process().apply(type, config("off", more), plan, kept);
    // then
    assert.deepEqual(emulator.variables("main"), { FLAG: "on" });
    assert.equal((await process().plan(type, config("on", more), applied)).action, "nothing");
  });

  it("stays in service when another argument changes: the certificate of a binding", async () => {
    // given
    const type = "zuplo_mtls_binding";
    const [first, next] = [await emulator.authority.issue(), await emulator.authority.issue()];
    const config = (issued: typeof first, warnBefore: string): RawInputs => ({
      namePrefix: "backend",
      certificate: issued.chain,
      privateKeyWo: issued.privateKey,
      variable: "BACKEND_MTLS_CERT",
      stages: [{ branches: ["main"] }],
      warnBefore,
    });
    const kept = await process().run(type, config(first, "20d"));
    const [name] = names(emulator);
    const plan = await process().plan(type, config(first, "10d"), kept);
    emulator.clearTrace();
    // when
    const applied = await process().apply(type, config(next, "10d"), plan, kept);
    // then
    assert.deepEqual(names(emulator), [name]);
    assert.deepEqual(calls(emulator.trace, "deployment.deploy"), []);
    assert.equal((await process().plan(type, config(first, "10d"), applied)).action, "nothing");
  });
});
