import assert from "node:assert/strict";
import type { Fault } from "../../../emulator";
import { assertFailed, assertSucceeded } from "../../support/project";
import { names } from "../../support/rotation";
import { assertPushSafe, enabledFor, makeByHand } from "../expect";
import { variable } from "../programs";
import { binding, said, type World, withEngine } from "./world";

const branches = ["staging", "main"];
/** Longer than a refusal is looked at again where a deployment explains it. */
const refusedMs = 4500;

async function rotate(world: World, more = {}) {
  const program = [binding(await world.emulator.authority.issue(), branches, more)];
  return { program, run: await world.try(program) };
}

withEngine(
  "situations 9, 15: a rotation succeeds while pull requests are open, names those that hold the old certificate, and a later one sweeps it",
  [...branches, "pull-1", "pull-2"],
  async world => {
    const { emulator, project } = world;
    assertSucceeded((await rotate(world)).run);
    const [old = ""] = names(emulator);
    await emulator.push("pull-1");
    // when
    const { run } = await rotate(world);
    // then
    assertSucceeded(run);
    assert.deepEqual(enabledFor(emulator, old), []);
    const text = said(run);
    assert.ok(text.includes("ZUPLO1204") && text.includes("pull-1"), run.text);
    assert.ok(!text.includes("pull-2"), run.text);
    await assertPushSafe(emulator, ...branches);
    // and an up with nothing to do does nothing
    emulator.clearTrace();
    assertSucceeded(await project.up());
    assert.deepEqual(emulator.writes(), []);
    // when nobody holds it any more
    await emulator.push("pull-1");
    assertSucceeded((await rotate(world)).run);
    assert.equal(enabledFor(emulator, old), undefined);
    await assertPushSafe(emulator, ...branches);
  },
);

withEngine(
  "situation 9: the old certificate stays enabled where a pull request's variable names it",
  [...branches, "pull-1"],
  async world => {
    const { emulator } = world;
    assertSucceeded((await rotate(world)).run);
    const [old = ""] = names(emulator);
    await makeByHand(emulator, "pull-1", variable, old);
    await emulator.push("pull-1");
    // when
    const { run } = await rotate(world);
    // then
    assertSucceeded(run);
    assert.ok(said(run).includes("ZUPLO1201"), run.text);
    assert.deepEqual(enabledFor(emulator, old), ["preview"]);
    await assertPushSafe(emulator, "pull-1", ...branches);
  },
);

withEngine(
  'situation 9: with others "fail" a rotation fails while pull requests are open, and with "redeploy" they let it go',
  [...branches, "pull-1"],
  async world => {
    const { emulator, project } = world;
    assertSucceeded((await rotate(world)).run);
    const [old = ""] = names(emulator);
    await emulator.push("pull-1");
    // when
    project.env.ZUPLO_OTHERS = "fail";
    const { run } = await rotate(world);
    // then
    assertFailed(run);
    assert.ok(said(run).includes("ZUPLO1206"), run.text);
    assert.deepEqual(enabledFor(emulator, old), []);
    await assertPushSafe(emulator, ...branches);
    // when
    project.env.ZUPLO_OTHERS = "redeploy";
    assertSucceeded(await project.up());
    assert.equal(enabledFor(emulator, old), undefined);
    assert.equal(names(emulator).length, 1);
  },
);

withEngine(
  "situations 15, 21: a later run that only deletes waits for Zuplo, and names no deployment that let the certificate go",
  branches,
  async world => {
    const { emulator, project } = world;
    assertSucceeded((await rotate(world)).run);
    // given a rotation over two types whose deletion did not happen
    let since: number | undefined;
    let refusal: Fault = { status: 401 };
    emulator.onCall(({ kind }) => {
      if (kind !== "certificate.delete") return undefined;
      since ??= Date.now();
      return Date.now() - since < refusedMs ? refusal : undefined;
    });
    assertFailed((await rotate(world)).run);
    // and Zuplo, which has not noticed yet that nobody holds it
    since = undefined;
    refusal = { status: 409, body: { title: "Conflict", detail: "The certificate is in use." } };
    // when
    const run = await project.up();
    // then
    assertSucceeded(run);
    for (const branch of branches) assert.ok(!said(run).includes(emulator.deployment(branch).name), run.text);
    assert.equal(names(emulator).length, 1);
    await assertPushSafe(emulator, ...branches);
  },
);
