import assert from "node:assert/strict";
import { assertFailed, assertSucceeded } from "../../support/project";
import { names } from "../../support/rotation";
import { assertPushSafe, assertServedBy, redeploysOf } from "../expect";
import { verify } from "../programs";
import { binding, said, withEngine } from "./world";

const branches = ["staging", "main"];

withEngine("the program of the README works in a project with two working copies", branches, async world => {
  const { emulator, project } = world;
  const copies = ["jane", "joe"].map(
    owner => emulator.hands.openWorkingCopy(emulator.project, "main", owner).name,
  );
  const program = async (more = {}) => [binding(await emulator.authority.issue(), branches, more)];
  // when a stage names a working copy
  const wrong = await program({ stages: [{ branches: ["staging"] }, { deployments: [copies[0]] }] });
  const refused = await world.try(wrong);
  // then nothing is written
  assertFailed(refused);
  assert.ok(said(refused).includes("ZUPLO1304"), refused.text);
  assert.deepEqual(emulator.writes(), []);
  // and so where a branch was never deployed
  const missing = await world.try(
    await program({ stages: [...branches, "gone"].map(branch => ({ branches: [branch], verify })) }),
  );
  assertFailed(missing);
  assert.ok(said(missing).includes("ZUPLO1305"), missing.text);
  assert.deepEqual(emulator.writes(), []);
  // when
  await world.up(await program());
  emulator.clearTrace();
  await world.up(await program());
  // then
  const [name = "", ...others] = names(emulator);
  assert.deepEqual(others, []);
  for (const branch of branches) {
    assertServedBy(emulator, branch, name);
    assert.equal(redeploysOf(emulator, branch), 1, branch);
  }
  await assertPushSafe(emulator, ...branches);
  emulator.clearTrace();
  assertSucceeded(await project.up());
  assert.deepEqual(
    emulator.trace.filter(({ type }) => type === "call"),
    [],
  );
  assertSucceeded(await project.destroy());
  assert.deepEqual(names(emulator), []);
  const deploys = emulator.writes().filter(({ kind }) => kind === "deployment.deploy");
  assert.ok(deploys.every(({ subject }) => !copies.includes(subject)));
});
