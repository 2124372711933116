import assert from "node:assert/strict";
import { startEmulator } from "../../emulator";
import { ask, deleteByHand, enableByHand } from "../situations/expect";
import { names } from "../support/rotation";
import { StandIn } from "./standIn";

const type = "zuplo_mtls_binding";

describe("a zuplo_mtls_binding with a fixed name, whose certificate somebody has deleted", () => {
  it("is planned as an update, and serves again once it is applied", async () => {
    const emulator = await startEmulator({ deployMs: 20 });
    try {
      // given
      const { chain, privateKey } = await emulator.authority.issue();
      const config = {
        name: "backend_2026",
        certificate: chain,
        privateKeyWo: privateKey,
        variable: "BACKEND_MTLS_CERT",
        stages: [{ branches: ["main"], verify: { path: "/" } }],
      };
      const stored = await new StandIn(emulator).run(type, config);
      await enableByHand(emulator, "backend_2026", ["preview"]);
      await emulator.push("main");
      await deleteByHand(emulator, "backend_2026");
      assert.notEqual(await ask(emulator, "main", "/"), 200);
      // when
      const refreshed = await new StandIn(emulator).read(type, stored);
      const applying = new StandIn(emulator);
      const plan = await applying.plan(type, config, refreshed);
      assert.equal(plan.action, "update");
      await applying.apply(type, config, plan, refreshed);
      // then
      assert.deepEqual(names(emulator), ["backend_2026"]);
      assert.equal(await ask(emulator, "main", "/"), 200);
    } finally {
      await emulator.stop();
    }
  });
});
