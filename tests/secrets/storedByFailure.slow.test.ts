import assert from "node:assert/strict";
import { startEmulator } from "../../emulator";
import { assertFailed, assertSucceeded } from "../support/project";
import { dynamicAdapter, nativeAdapter } from "./adapters";

const value = "a-value-that-nobody-may-see";

for (const adapter of [dynamicAdapter, nativeAdapter]) {
  describe(`what a failed roll stores of the program before it, through ${adapter.name}`, () => {
    it("stays secret where it was, although the program of now has no secret", async () => {
      const emulator = await startEmulator();
      const project = await adapter.create(emulator, {});
      const write = (variables: unknown[], triggers: unknown) =>
        project.write({
          resources: [
            {
              type: "Redeployment",
              name: "main",
              args: { branch: "main", certificates: [], variables, triggers },
            },
          ],
        });
      try {
        // given a redeployment with secrets
        const secret = { secret: value };
        await write([{ branch: "main", name: "TOKEN", value: secret }], { token: secret });
        assertSucceeded(await project.up());
        assert.ok(!(await project.state()).includes(value));
        // when the next one has none, and its build fails
        await write([], "public");
        emulator.failNextBuild("main");
        assertFailed(await project.up());
        // then the old values are stored, and encrypted
        assert.ok((await project.state("--show-secrets")).includes(value));
        assert.ok(!(await project.state()).includes(value), "a secret is in clear in the state");
      } finally {
        await project.remove();
        await emulator.stop();
      }
    });
  });
}
