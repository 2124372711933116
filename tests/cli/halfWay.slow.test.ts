import assert from "node:assert/strict";
import type { ApiCall, Permission } from "../../emulator";
import { withEmulator } from "../support/core";
import { assertSafe, names } from "../support/rotation";
import { endAt, Stack, stages, statusOf, untilBuilt, variable, world } from "./halfWayStack";
import { assertForeseen, assertTrue, beforeOf, changesOf, inShort, wordsOf } from "./halfWayTruth";

/** What is seen after each write of a rotation but the last: what a branch's variable names, and what it has. */
const steps = [
  "dev old/old  main old/old  staging old/old",
  "dev new/old  main old/old  staging old/old",
  "dev new/old  main old/old  staging new/old",
  // That it is enabled for production was so before as well, but nothing at Zuplo tells.
  "dev new/old?  main old/old?  staging new/old?",
  "dev new/new  main old/old?  staging new/old?",
  "dev new/new  main old/old?  staging new/new",
  "dev new/new  main new/old?  staging new/new",
  // Since when it is disabled for preview, nothing at Zuplo tells once it is disabled for production.
  "dev new/old?+new  main new/old?  staging new/old?+new",
  "dev new/old?+new  main new/new  staging new/old?+new",
];

/** Without what reads the variables. */
const blind: Permission[] = ["certificates.read", "deployments.read", "environments.read"];

describe("pulumi-zuplo status half-way through a rotation", () => {
  // Killed after one write is the same to look at as killed before the next one: only the state differs.
  for (const [ending, isKill, when, reads] of [
    ["killed after", true, "after", "end"],
    ["interrupted before", false, "before", "start"],
  ] as const) {
    it(`is right where the run was ${ending} each of its writes, and knows what the next one does`, () =>
      withEmulator({ ...world, reads }, async emulator => {
        const stack = new Stack(emulator);
        const blindKey = emulator.addKey({ permissions: blind });
        assert.equal(await stack.up(await emulator.authority.issue()), undefined);
        const seen: string[] = [];
        for (let at = 0; ; at += 1) {
          // given a run that ended early
          const issued = await emulator.authority.issue();
          const last = await endAt(emulator, at, when, signal => stack.up(issued, { signal, isKill }));
          await untilBuilt(emulator);
          // when somebody looks
          const [rotation, ...others] = await statusOf(emulator);
          const [unread] = await statusOf(emulator, { apiKey: blindKey });
          // then
          assert.deepEqual(others, []);
          assert.equal(rotation !== undefined, names(emulator).length > 1);
          if (rotation !== undefined && unread !== undefined) {
            assertTrue(emulator, rotation, issued);
            assertTrue(emulator, unread, issued, false);
            assert.ok(unread.inTheWay.some(({ kind }) => kind === "unread"));
            seen.push(inShort(rotation));
          }
          // and what the stack knows besides is as right
          const isStored = rotation !== undefined && stack.has(rotation.newCertificate.name);
          const [known] = await statusOf(emulator, { stack: stack.exported() });
          if (known !== undefined) {
            assertTrue(emulator, known, issued);
            assert.equal(known.nextFromStart, undefined);
          }
          // and when the run is repeated, then it does what was said
          const before = beforeOf(emulator);
          emulator.clearTrace();
          assert.equal(await stack.up(issued), undefined);
          const done = changesOf(before, emulator.writes());
          for (const each of [rotation, unread])
            if (each !== undefined) assertForeseen((isStored ? each.next : each.nextFromStart) ?? [], done);
          if (known !== undefined) assertForeseen(known.next, done);
          assert.deepEqual(await statusOf(emulator), []);
          assert.deepEqual(await statusOf(emulator, { apiKey: blindKey }), []);
          assertSafe(emulator);
          if (last === undefined) break;
        }
        assert.deepEqual(seen, steps);
      }));
  }

  it("knows more with what a stack has stored: which deployments are done", () =>
    withEmulator(world, async emulator => {
      // given a rotation that was interrupted when the old certificate was to be deleted
      const stack = new Stack(emulator);
      assert.equal(await stack.up(await emulator.authority.issue()), undefined);
      const issued = await emulator.authority.issue();
      const isDelete = ({ method }: ApiCall) => method === "DELETE";
      await endAt(emulator, isDelete, "before", signal => stack.up(issued, { signal, isKill: false }));
      // when somebody looks without the stack, and with it
      const [open = assert.fail()] = await statusOf(emulator);
      const [known = assert.fail()] = await statusOf(emulator, { stack: stack.exported() });
      // then
      assert.equal(inShort(open), "dev new/old?+new  main new/new  staging new/old?+new");
      assert.equal(inShort(known), "dev new/new  main new/new  staging new/new");
      const [{ name: old } = assert.fail()] = open.oldCertificates;
      assert.deepEqual(known.next.map(wordsOf), [`delete ${old}`]);
    }));

  it("says what the old build serves while the new one is made, and where that fails", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      assert.equal(await stack.up(await emulator.authority.issue()), undefined);
      const isDeploy = ({ kind }: ApiCall) => kind === "deployment.deploy";
      for (const [fate, expected] of [
        ["failNextBuild", "dev new/old?+new?  main old/old?  staging new/old?"],
        ["hangNextBuild", "dev new/old?  main old/old?  staging new/old?"],
      ] as const) {
        // given a run that was killed when it had asked for a build
        const issued = await emulator.authority.issue();
        emulator[fate]("dev");
        await endAt(emulator, isDeploy, "after", signal => stack.up(issued, { signal, isKill: true }));
        if (fate === "failNextBuild") await untilBuilt(emulator);
        // then
        const [rotation = assert.fail()] = await statusOf(emulator);
        assertTrue(emulator, rotation, issued);
        assert.equal(inShort(rotation), expected);
        // What hangs would be waited for.
        if (fate === "failNextBuild") assert.equal(await stack.up(issued), undefined);
      }
    }));

  it("tells of a rollback that was killed", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      assert.equal(await stack.up(await emulator.authority.issue()), undefined);
      for (const at of [5, 7]) {
        // given a new certificate whose build fails, and a run that is killed while it goes back
        const issued = await emulator.authority.issue();
        emulator.failNextBuild("dev");
        const verified = stages.map(stage => ({ ...stage, verify: { path: "/" } }));
        await endAt(emulator, at, "before", signal =>
          stack.up(issued, { signal, isKill: true }, { stages: verified }),
        );
        await untilBuilt(emulator);
        // then
        const [rotation = assert.fail()] = await statusOf(emulator);
        assertTrue(emulator, rotation, issued);
        const before = beforeOf(emulator);
        emulator.clearTrace();
        assert.equal(await stack.up(issued), undefined);
        assertForeseen(rotation.nextFromStart ?? [], changesOf(before, emulator.writes()));
        assert.deepEqual(await statusOf(emulator), []);
      }
    }));

  it("is right where two runs were killed, one after the other, with another certificate each", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      assert.equal(await stack.up(await emulator.authority.issue()), undefined);
      for (const [first, second] of [
        [0, 0],
        [2, 3],
        [4, 2],
        [6, 5],
      ] as const) {
        // given
        const [other, issued] = [await emulator.authority.issue(), await emulator.authority.issue()];
        for (const [at, each] of [
          [first, other],
          [second, issued],
        ] as const) {
          await endAt(emulator, at, "after", signal => stack.up(each, { signal, isKill: true }));
          await untilBuilt(emulator);
        }
        // then
        const [rotation = assert.fail()] = await statusOf(emulator);
        assert.equal(rotation.oldCertificates.length, 2);
        assertTrue(emulator, rotation, issued);
        const before = beforeOf(emulator);
        emulator.clearTrace();
        assert.equal(await stack.up(issued), undefined);
        assertForeseen(rotation.nextFromStart ?? [], changesOf(before, emulator.writes()));
        const left = await statusOf(emulator);
        if (left[0] !== undefined) assertTrue(emulator, left[0], issued);
      }
    }));

  it("tells who keeps the old certificate when the run has done what it could", () =>
    withEmulator(world, async emulator => {
      // given a pull request whose variable names the old one, one that only has it bound, and a working copy
      const stack = new Stack(emulator);
      const environments = { environments: ["development", "preview", "production"] };
      assert.equal(await stack.up(await emulator.authority.issue(), undefined, environments), undefined);
      const [old = ""] = names(emulator);
      emulator.hands.setVariable(emulator.project, "pr-7", variable, old);
      for (const branch of ["pr-7", "pr-8"]) await emulator.push(branch);
      const copy = emulator.hands.openWorkingCopy(emulator.project, "main", "ada").name;
      const issued = await emulator.authority.issue();
      // when it rotates
      await stack.up(issued, undefined, environments);
      // then
      const [rotation = assert.fail()] = await statusOf(emulator, { stack: stack.exported() });
      assertTrue(emulator, rotation, issued);
      const told = rotation.inTheWay.map(obstacle => ({
        kind: obstacle.kind,
        where: "deployment" in obstacle ? obstacle.deployment : "branch" in obstacle && obstacle.branch,
      }));
      assert.deepEqual(told, [
        { kind: "workingCopy", where: copy },
        { kind: "variable", where: "pr-7" },
        { kind: "deployment", where: emulator.deployment("pr-8").name },
      ]);
      // and the next run has nothing to do
      assert.deepEqual(rotation.next, []);
      // and when they are gone, then only the old one is left to delete
      emulator.hands.deleteDeployment(copy);
      for (const branch of ["pr-7", "pr-8"])
        emulator.hands.deleteDeployment(emulator.deployment(branch).name);
      const [free = assert.fail()] = await statusOf(emulator, { stack: stack.exported() });
      assert.deepEqual(free.inTheWay, []);
    }));

  it("stays right where nobody may read the variables: the run goes on, and what it leaves is told", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      assert.equal(await stack.up(await emulator.authority.issue()), undefined);
      emulator.readVariablesAs(403);
      const issued = await emulator.authority.issue();
      const isDelete = ({ method }: ApiCall) => method === "DELETE";
      await endAt(emulator, isDelete, "before", signal => stack.up(issued, { signal, isKill: false }));
      const [rotation = assert.fail()] = await statusOf(emulator);
      assertTrue(emulator, rotation, issued, false);
      assert.equal(inShort(rotation), "dev /old?+new  main /new  staging /old?+new");
      assert.equal(await stack.up(issued), undefined);
      assert.deepEqual(await statusOf(emulator), []);
    }));
});
