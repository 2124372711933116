import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { Referenced } from "../../provider/api/errors";
import { names } from "../support/rotation";
import { Stack } from "../support/run";
import {
  assertLogged,
  assertPushSafe,
  branchesOf,
  codeOf,
  enabledFor,
  failureOf,
  linesOf,
  makeByHand,
  redeploysOf,
} from "./expect";
import { binding, variable, verify } from "./programs";

const branches = ["staging", "main"];
const stages = branches.map(branch => ({ branches: [branch], verify }));

describe("a rotation while pull requests are open", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf(...branches, "pull-1", "pull-2"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  /** A stack in service, of which these pull requests have bound the certificate. */
  const start = async (...pulls: string[]) => startWith(undefined, ...pulls);
  /** The same, where the program says what to do about others. */
  const startWith = async (others: string | undefined, ...pulls: string[]) => {
    const program = binding(await emulator.authority.issue(), stages, { certificate: { others } });
    await stack.up(program);
    for (const branch of pulls) await emulator.push(branch);
    return String(stack.outputs(program[0]).name);
  };
  const rotate = async (options = {}) => {
    const program = binding(await emulator.authority.issue(), stages);
    const log = await stack.up(program, options);
    return { log, program, name: String(stack.outputs(program[0]).name) };
  };
  const isTold = (lines: string, branch: string) =>
    lines.includes(emulator.deployment(branch).name) || lines.includes(`'${branch}'`);

  it("situations 9, 15: succeeds, leaves the old certificate to those that hold it, and names none but them", async () => {
    const old = await start("pull-1");
    // when
    const { log, program, name } = await rotate();
    // then
    const said = assertLogged(log, "ZUPLO1204");
    assert.ok(isTold(said, "pull-1"), said);
    for (const branch of [...branches, "pull-2"]) assert.ok(!isTold(said, branch), said);
    assert.deepEqual(enabledFor(emulator, old), []);
    assert.deepEqual(enabledFor(emulator, name), ["preview", "production"]);
    await assertPushSafe(emulator, ...branches);
    // and an up with nothing to do does nothing
    emulator.clearTrace();
    await stack.up(program);
    assert.deepEqual(emulator.trace, []);
  });

  it("is done, although a pull request that is to be redeployed does not build, and that is said", async () => {
    const old = await start("pull-1");
    emulator.failNextBuild("pull-1");
    // when
    const { log } = await rotate({ env: { ZUPLO_OTHERS: "redeploy" } });
    // then
    assert.match(
      assertLogged(log, "ZUPLO1409"),
      new RegExp(`'${emulator.deployment("pull-1").name}' was to let go`),
    );
    assert.ok(assertLogged(log, "ZUPLO1204").includes(old));
    await assertPushSafe(emulator, ...branches);
  });

  it("situation 9: the old certificate goes with a later rotation, once nobody holds it", async () => {
    const old = await start("pull-1");
    await rotate();
    await emulator.push("pull-1");
    // when
    const { log, name } = await rotate();
    // then
    assert.ok(assertLogged(log, "ZUPLO1210").includes(old));
    assert.equal(enabledFor(emulator, old), undefined);
    assert.ok(names(emulator).includes(name));
    await assertPushSafe(emulator, ...branches);
  });

  it("situation 9: the old certificate stays enabled where a pull request's variable names it", async () => {
    const old = await start("pull-1");
    await makeByHand(emulator, "pull-2", variable, old);
    await emulator.push("pull-2");
    // when
    const { log } = await rotate();
    // then
    const said = assertLogged(log, "ZUPLO1201");
    assert.ok(said.includes("pull-2") && said.includes(variable), said);
    assert.deepEqual(enabledFor(emulator, old), ["preview"]);
    await assertPushSafe(emulator, "pull-2", ...branches);
  });

  it('situation 9: with others "fail" the run fails, with everything in service', async () => {
    const old = await start("pull-1");
    const failure = await failureOf(rotate({ env: { ZUPLO_OTHERS: "fail" } }));
    assert.equal(codeOf(failure), "ZUPLO1206");
    assert.ok(failure instanceof Referenced);
    assert.ok(isTold(failure.message, "pull-1"), failure.message);
    assert.ok(names(emulator).includes(old));
    await assertPushSafe(emulator, ...branches);
  });

  for (const written of ["leave", "fail", undefined])
    it(`are redeployed by a destroy that is told so, whatever the program has written: ${written}`, async () => {
      await startWith(written, "pull-1");
      const refused = await failureOf(stack.destroy());
      assert.equal(codeOf(refused), "ZUPLO1205");
      assert.match(refused.message, /Set ZUPLO_OTHERS=redeploy, or \{\{setting others\}\} where that is set/);
      // when
      await stack.destroy({ env: { ZUPLO_OTHERS: "redeploy" } });
      // then
      assert.deepEqual(names(emulator), []);
      assert.equal(redeploysOf(emulator, "pull-1"), 1);
    });

  it("are left by a destroy that is told so, although the program had written that they are to be redeployed", async () => {
    const old = await startWith("redeploy", "pull-1");
    const refused = await failureOf(stack.destroy({ env: { ZUPLO_OTHERS: "leave" } }));
    assert.equal(codeOf(refused), "ZUPLO1205");
    assert.deepEqual(enabledFor(emulator, old), ["preview", "production"]);
    assert.equal(redeploysOf(emulator, "pull-1"), 0);
  });

  it('are no failure once the program no longer says so, as of the very edit that takes "fail" out', async () => {
    const old = await startWith("fail", "pull-1");
    // when
    const { log, program } = await rotate();
    // then
    assert.ok(assertLogged(log, "ZUPLO1204").includes(old));
    await stack.up(program);
    await assertPushSafe(emulator, ...branches);
  });

  it('are an error where the program says "fail" now, whatever the setting; to write "leave" helps', async () => {
    await start("pull-1");
    const issued = await emulator.authority.issue();
    const program = (others: string) => binding(issued, stages, { certificate: { others } });
    const env = { ZUPLO_OTHERS: "leave" };
    const failure = await failureOf(stack.up(program("fail"), { env }));
    assert.equal(codeOf(failure), "ZUPLO1206");
    assert.match(failure.message, /set others to "leave"/);
    // when
    await stack.up(program("leave"), { env });
    // then
    await assertPushSafe(emulator, ...branches);
  });

  it("are an error for what an earlier run has left to delete, as its program had said; the setting helps", async () => {
    const old = await startWith("fail", "pull-1");
    await rotate({ withoutDeletes: true });
    // What a run is not told of: another program, or an engine that names only what changes.
    const failure = await failureOf(stack.up([], { isTargeted: () => false }));
    assert.equal(codeOf(failure), "ZUPLO1206");
    assert.match(failure.message, /set ZUPLO_OTHERS=leave, or \{\{setting others\}\} where that is set/);
    // when
    const log = await stack.up([], { isTargeted: () => false, env: { ZUPLO_OTHERS: "leave" } });
    // then
    assert.ok(assertLogged(log, "ZUPLO1204").includes(old));
    await assertPushSafe(emulator, ...branches);
  });

  it('situation 9: with others "redeploy" those that only hold it are redeployed once, and it is deleted', async () => {
    const old = await start("pull-1");
    emulator.clearTrace();
    const { name } = await rotate({ env: { ZUPLO_OTHERS: "redeploy" } });
    assert.equal(redeploysOf(emulator, "pull-1"), 1);
    assert.equal(redeploysOf(emulator, "pull-2"), 0);
    assert.equal(enabledFor(emulator, old), undefined);
    assert.deepEqual(names(emulator), [name]);
    await assertPushSafe(emulator, ...branches);
  });

  it('situation 9: with others "redeploy" a branch whose variable names it is left alone', async () => {
    const old = await start();
    await makeByHand(emulator, "pull-2", variable, old);
    await emulator.push("pull-2");
    emulator.clearTrace();
    await rotate({ env: { ZUPLO_OTHERS: "redeploy" } });
    assert.equal(redeploysOf(emulator, "pull-2"), 0);
    assert.deepEqual(enabledFor(emulator, old), ["preview"]);
    await assertPushSafe(emulator, "pull-2", ...branches);
  });

  it("situations 15, 21: a later run that only deletes names those that hold it, and no deployment that let it go", async () => {
    const old = await start("pull-1");
    const { program } = await rotate({ withoutDeletes: true });
    // when
    const log = await stack.up(program);
    // then
    const said = assertLogged(log, "ZUPLO1204");
    assert.ok(isTold(said, "pull-1"), said);
    for (const branch of branches) assert.ok(!isTold(said, branch), said);
    assert.deepEqual(enabledFor(emulator, old), []);
    await assertPushSafe(emulator, ...branches);
  });

  it("situation 21: a later run waits while Zuplo has not noticed that the last deployment let it go", async () => {
    await start();
    // Longer than a refusal is looked at again where a deployment explains it.
    emulator.breakReferencesFor(5000);
    const { program, name } = await rotate({ withoutDeletes: true });
    // when
    const log = await stack.up(program);
    // then
    assert.deepEqual(linesOf(log, "ZUPLO1204"), []);
    assert.deepEqual(names(emulator), [name]);
    await assertPushSafe(emulator, ...branches);
  });
});
