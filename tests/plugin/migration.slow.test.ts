import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { usePlugin } from "../support/plugin";
import { assertSucceeded, TestProject } from "../support/project";
import { assertSafe, names, pem } from "../support/rotation";

describe("a stack of the dynamic classes", () => {
  let emulator: Emulator;
  let project: TestProject;

  before(async () => {
    emulator = await startEmulator();
    project = await TestProject.create(emulator, "binding.js");
  });

  after(async () => {
    await project?.remove();
    await emulator?.stop();
  });

  it("moves over to the native ones without a change, and rotates there", async () => {
    const verify = { path: "/health" };
    const stages = [
      { branches: ["staging"], verify },
      { branches: ["main"], verify },
    ];
    const write = async () => {
      const args = { ...pem(await emulator.authority.issue()), variable: "BACKEND_MTLS_CERT", stages };
      await project.write({ args });
    };
    await write();
    assertSucceeded(await project.up());
    const [first] = names(emulator);
    // when nothing but the import changes
    await cp(join(__dirname, "../programs/bindingNative.js"), join(project.folder, "index.js"));
    await usePlugin(project);
    emulator.clearTrace();
    for (const run of [await project.preview(), await project.up()]) {
      assertSucceeded(run);
      assert.match(run.text, /7 unchanged/);
      assert.doesNotMatch(run.text, /to (create|update|replace|delete)|(creat|updat|replac|delet)ed/);
    }
    assert.deepEqual(emulator.trace, []);
    // then the next certificate is rotated by the plugin
    await write();
    assertSucceeded(await project.up());
    const [second, ...others] = names(emulator);
    assert.notEqual(second, first);
    assert.deepEqual(others, []);
    assert.equal(second?.slice(0, -8), first?.slice(0, -8));
    assertSafe(emulator);
  });
});
