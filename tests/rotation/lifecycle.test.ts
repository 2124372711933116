import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertSucceeded, TestProject } from "../support/project";
import { names, pem } from "../support/rotation";

describe("a stack", () => {
  let emulator: Emulator;
  let project: TestProject;

  const start = async (program: string) => {
    emulator = await startEmulator();
    project = await TestProject.create(emulator, program);
  };

  afterEach(async () => {
    await project.remove();
    await emulator.stop();
  });

  it("is previewed while inputs are unknown: the checks are weaker, not wrong", async () => {
    await start("unknown.js");
    const run = await project.preview();
    assertSucceeded(run);
    assert.doesNotMatch(run.text, /04da6b54|warning|error/);
    assert.deepEqual(emulator.trace, []);
  });

  it("tells the rotation in preview: names, fingerprints, dates, the order, and writes nothing", async () => {
    await start("binding.js");
    const stages = [{ branches: ["staging"] }, { branches: ["main"] }];
    const one = await emulator.authority.issue();
    const two = await emulator.authority.issue({ notAfter: new Date("2037-01-01") });
    await project.write({ args: { ...pem(one), variable: "BACKEND_MTLS_CERT", stages } });
    assertSucceeded(await project.up());
    const [oldName = ""] = names(emulator);
    const newName = oldName.slice(0, -8) + two.fingerprint.slice(0, 8);
    await project.write({ args: { ...pem(two), variable: "BACKEND_MTLS_CERT", stages } });
    emulator.clearTrace();
    const { text } = await project.preview();
    assert.match(text, new RegExp(`~ name +: "${oldName}" => "${newName}"`));
    assert.match(text, new RegExp(`~ fingerprint +: "${one.fingerprint}" => "${two.fingerprint}"`));
    assert.match(text, /~ validTo +: "\d{4}-\d\d-\d\dT[^"]+" => "\d{4}-\d\d-\d\dT/);
    assert.match(text, new RegExp(`~ value +: "${oldName}" => "${newName}"`));
    assert.match(text, /\+-1 to replace/);
    assert.match(text, /~ 4 to update/);
    assert.deepEqual(emulator.trace, []);
    // and `up` does what was shown
    assertSucceeded(await project.up());
    assert.deepEqual(names(emulator), [newName]);
  });
});
