import assert from "node:assert/strict";
import { Lifecycle } from "../../provider/lifecycle";
import { BadArguments } from "../../provider/resources/badArguments";
import { mtlsBinding } from "../../provider/resources/mtlsBinding/lifecycle";
import { contextOf, withEmulator } from "../support/core";
import { pem } from "../support/rotation";

const lifecycle = new Lifecycle(mtlsBinding);

describe("a binding that names a branch, and the branch's own deployment", () => {
  it("is refused before anything is written", () =>
    withEmulator({}, async emulator => {
      const { name } = emulator.deployment("main");
      const identity = { project: "shop", stack: "prod", parents: "", resource: "backend" };
      const context = { ...contextOf(emulator), identity };
      const source = {
        ...pem(await emulator.authority.issue()),
        namePrefix: "backend",
        variable: "BACKEND_MTLS_CERT",
        stages: [{ branches: ["main"] }, { deployments: [name] }],
      };
      const { values, failures } = lifecycle.check(context, {}, { values: source, secrets: [] });
      assert.deepEqual(failures, []);
      // when only Zuplo tells of which branch the deployment is
      await assert.rejects(lifecycle.create(context, { values, secrets: [] }), (error: Error) => {
        assert.ok(error instanceof BadArguments);
        assert.match(error.message, /variable would set 'BACKEND_MTLS_CERT' of branch 'main' twice/);
        assert.match(error.message, /ZUPLO1101/);
        return true;
      });
      // then
      assert.deepEqual(emulator.writes(), []);
    }));
});
