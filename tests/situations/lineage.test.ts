import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority } from "../../emulator/pki";
import { names } from "../support/rotation";
import { Stack } from "../support/run";
import { decimalResource, issueDecimal } from "./decimals";
import { assertPushSafe, assertServedBy, branchesOf, failureOf, linesOf, makeByHand } from "./expect";
import { binding, certificate, parts, verify } from "./programs";

describe("certificates of one lineage", () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("staging", "canary", "main"));
  });
  afterEach(() => emulator.stop());

  it("situation 1: two resources of one name, under different parents, leave each other alone", async () => {
    // given a binding in service
    const stack = new Stack(emulator);
    const stages = [{ branches: ["staging"], verify }];
    const [bound, ...rest] = binding(await emulator.authority.issue(), stages);
    await stack.up([bound, ...rest]);
    const { name } = stack.outputs(bound);
    // when a certificate of the same name comes in beside it
    const own = certificate("backend", await emulator.authority.issue());
    await stack.up([bound, ...rest, ...parts(own, ["canary"])]);
    // then both are in service, also after a push
    assertServedBy(emulator, "staging", name);
    assertServedBy(emulator, "canary", stack.outputs(own).name);
    await assertPushSafe(emulator, "staging", "canary");
    // when it is rotated
    const next = certificate("backend", await emulator.authority.issue());
    await stack.up([bound, ...rest, ...parts(next, ["canary"])]);
    // then the binding's is where it was
    assertServedBy(emulator, "staging", name);
    assertServedBy(emulator, "canary", stack.outputs(next).name);
    await assertPushSafe(emulator, "staging", "canary");
  });

  it("situation 1: two backends with the same project, stack and resource leave each other alone", async () => {
    // given two teams whose names are the same, and who do not know of each other
    const [ours, theirs] = [new Stack(emulator), new Stack(emulator)];
    const first = binding(await emulator.authority.issue(), [{ branches: ["staging"], verify }]);
    await ours.up(first);
    const { name } = ours.outputs(first[0]);
    // when the second one is brought up, and rotated
    for (const _ of ["first", "second"]) {
      const second = binding(await emulator.authority.issue(), [{ branches: ["canary"], verify }]);
      await theirs.up(second);
      // then the first one's is in service, also after a push
      assertServedBy(emulator, "staging", name);
      assertServedBy(emulator, "canary", theirs.outputs(second[0]).name);
      await assertPushSafe(emulator, "staging", "canary");
    }
    // when the first one is rotated, with what the second one's pushes have bound
    const next = binding(await emulator.authority.issue(), [{ branches: ["staging"], verify }]);
    await ours.up(next);
    assertServedBy(emulator, "staging", ours.outputs(next[0]).name);
    await assertPushSafe(emulator, "staging", "canary");
  });

  it("situation 19: a certificate whose lineage and generation have no letters, where that can be, rotates like any other", async () => {
    // given a resource whose lineage, and certificates whose fingerprints, happen to have no letters
    const name = decimalResource();
    const own = async () => certificate(name, await issueDecimal(emulator.authority));
    const stack = new Stack(emulator);
    const branches = ["staging", "main"];
    await stack.up(parts(await own(), branches));
    // and a rotation that only the first branch has made
    emulator.failNextBuild("main");
    await failureOf(stack.up(parts(await own(), branches)));
    // when the next run brings a third one
    const third = await own();
    await stack.up(parts(third, branches));
    // then nothing of the others is left
    assert.deepEqual(names(emulator), [stack.outputs(third).name]);
    await assertPushSafe(emulator, ...branches);
  });

  it("are all gone after a rotation that follows a refused one, although nobody may read the variables", async () => {
    // given
    const branches = ["staging", "main"];
    await emulator.stop();
    emulator = await startEmulator(branchesOf(...branches));
    emulator.readVariablesAs(403);
    const stack = new Stack(emulator);
    const stages = branches.map(branch => ({ branches: [branch], verify }));
    await stack.up(binding(await emulator.authority.issue(), stages));
    const strange = await createAuthority({ commonName: "Another CA" });
    await failureOf(stack.up(binding(await strange.issue(), stages)));
    // when
    const next = binding(await emulator.authority.issue(), stages);
    const log = await stack.up(next);
    // then
    assert.deepEqual(linesOf(log, "ZUPLO1202"), []);
    assert.deepEqual(names(emulator), [stack.outputs(next[0]).name]);
    await assertPushSafe(emulator, ...branches);
  });

  it("are named by the destroy that has to leave them", async () => {
    // given an old one that another team's variable names
    const stack = new Stack(emulator);
    const stages = [{ branches: ["main"], verify }];
    const first = binding(await emulator.authority.issue(), stages);
    await stack.up(first);
    const [old] = emulator.certificates();
    assert.ok(old);
    await makeByHand(emulator, "main", "THEIRS", old.name);
    await stack.up(binding(await emulator.authority.issue(), stages));
    // when
    const log = await stack.destroy();
    // then
    assert.deepEqual(names(emulator), [old.name]);
    const [line = "", ...more] = linesOf(log, "ZUPLO1204");
    assert.deepEqual(more, []);
    assert.ok(
      line.startsWith(`warn: MtlsCertificate '${old.name}', left by an earlier run, stays at Zuplo: `),
      line,
    );
    assert.match(line, /'main\/THEIRS' names it/);
    assert.ok(line.includes(`\`pulumi-zuplo prune ${old.id}\` deletes it`), line);
  });
});
