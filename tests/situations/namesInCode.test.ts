import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import type { Load } from "../../emulator/load";
import { upload } from "../support/byHand";
import { assertSafe, load, names } from "../support/rotation";
import { type Declared, type RunOptions, Stack } from "../support/run";
import {
  ask,
  assertLogged,
  assertPushSafe,
  branchesOf,
  codeOf,
  enabledFor,
  failureOf,
  linesOf,
  redeploysOf,
} from "./expect";
import { binding, certificate, named, redeployed, variable, verify } from "./programs";

const branches = ["staging", "main"];

describe("a certificate whose name stands in the gateway's code", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf(...branches));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  /** No variable names it: nobody can look into the code. */
  const rotated = async (more = {}) => {
    const own = certificate("backend", await emulator.authority.issue(), more);
    const program = [own, redeployed([own], [], "staging"), redeployed([own], [], "main")];
    const log = await stack.up(program);
    return { log, name: String(stack.outputs(own).name) };
  };

  for (const [title, names] of [
    ["a generated name", [{}, {}, {}]],
    ["a name of its own", [{ name: "first" }, { name: "second" }, { name: "third" }]],
  ] as const) {
    it(`and has ${title} is not disabled by a roll, its deletion or a later one, which is said`, async () => {
      // given
      const first = await rotated(names[0]);
      // when
      const second = await rotated(names[1]);
      // then
      assertLogged(second.log, "ZUPLO1203");
      assertLogged(second.log, "ZUPLO1204");
      assert.deepEqual(enabledFor(emulator, first.name), ["preview", "production"]);
      // and when it is rotated once more
      await rotated(names[2]);
      for (const { name } of [first, second])
        assert.deepEqual(enabledFor(emulator, name), ["preview", "production"], name);
    });
  }

  describe("and that is replaced in a run that cannot know it", () => {
    const own = async (name: string) => certificate("backend", await emulator.authority.issue(), { name });
    const roll = (of: Declared, name = "backend") => redeployed([of], [], "main", { name });
    const isCertificate = ({ type }: { type: string }) => type === "MtlsCertificate";
    const runs: [string, (next: Declared) => [Declared[], RunOptions]][] = [
      [
        "which does not come to its Redeployment",
        next => [[next, roll(next)], { isTargeted: isCertificate }],
      ],
      ["in which its Redeployment is another resource", next => [[next, roll(next, "renamed")], {}]],
      ["in which its Redeployment has left the program", next => [[next], {}]],
    ];
    for (const [title, edit] of runs)
      it(`stays enabled: ${title}`, async () => {
        // given
        const first = await own("one");
        await stack.up([first, roll(first)]);
        await emulator.hands.pushCode(emulator.project, "main", "one");
        // when
        const [program, options] = edit(await own("two"));
        const log = await stack.up(program, options);
        // then
        await assertPushSafe(emulator, "main");
        assert.ok(enabledFor(emulator, "one")?.includes("production"), log.lines.join("\n"));
      });

    it("stays enabled where it never had one", async () => {
      await stack.up([await own("one")]);
      await emulator.hands.pushCode(emulator.project, "main", "one");
      const log = await stack.up([await own("two")]);
      assert.match(
        assertLogged(log, "ZUPLO1204"),
        /stays enabled for .*: the code of a branch may name it\./,
      );
      await assertPushSafe(emulator, "main");
    });
  });

  describe("beside a branch that reads the variable, whose redeploy comes first", () => {
    const code = async (branch: string, name: unknown) => {
      await emulator.hands.pushCode(emulator.project, branch, String(name));
      assert.equal(await ask(emulator, branch), 200);
    };
    const staging = (own: Declared) => {
      const set = named(own, "staging");
      return [own, set, redeployed([own], [set], "staging")];
    };

    for (const branch of ["main", "qa"])
      it(`is kept for ${branch} by rotations, one after the other`, async () => {
        emulator = await startEmulator(branchesOf("staging", "qa", "main"));
        stack = new Stack(emulator);
        const rotate = async () => {
          const own = certificate("backend", await emulator.authority.issue());
          await stack.up([...staging(own), redeployed([own], [], branch)]);
          return stack.outputs(own).name;
        };
        await code(branch, await rotate());
        for (const _ of ["first", "second"]) {
          await rotate();
          assert.equal(await ask(emulator, branch), 200);
          await emulator.push(branch);
          assert.equal(await ask(emulator, branch), 200);
        }
      });

    const runs: [string, RunOptions][] = [
      ["while a resource of its own enables it", {}],
      [
        "in a run that does not come to its resource",
        { isTargeted: ({ name }) => name === "gateway-staging" || name === "one-staging" },
      ],
    ];
    for (const [title, options] of runs)
      it(`is not disabled by a branch that goes over to another one, ${title}`, async () => {
        emulator = await startEmulator(branchesOf("staging", "qa"));
        stack = new Stack(emulator);
        const one = certificate("one", await emulator.authority.issue(), { name: "one" });
        const two = certificate("two", await emulator.authority.issue(), { name: "two" });
        const program = (own: Declared) => {
          const set = named(own, "staging", { name: "gateway" });
          const rolls = [redeployed([own], [set], "staging", { name: "one" }), redeployed([one], [], "qa")];
          return [one, two, set, ...rolls];
        };
        await stack.up(program(one));
        await code("qa", "one");
        // when
        await stack.up(program(two), options);
        // then
        assert.equal(emulator.variables("staging")[variable], "two");
        await emulator.push("qa");
        assert.equal(await ask(emulator, "qa"), 200);
        assert.deepEqual(enabledFor(emulator, "one"), ["preview", "production"]);
      });
  });
});

/** docs/guides/names-in-code.md, step by step. */
describe("callers of a gateway whose code names its certificate", () => {
  let emulator: Emulator;
  let stack: Stack;
  let callers: Load;
  /** The certificate that was uploaded by hand, as the program takes it over. */
  let old: Declared;

  beforeEach(async () => {
    emulator = await startEmulator(branchesOf(...branches));
    stack = new Stack(emulator);
    const issued = await emulator.authority.issue();
    await upload(emulator, "legacy_backend", issued);
    await push("legacy_backend");
    old = certificate("legacy", issued, { name: "legacy_backend" });
    callers = load(emulator, branches, 50);
  });
  afterEach(async () => {
    await callers.stop();
    await emulator.stop();
  });

  /** Code that names the certificate, or, without one, that reads the variable. */
  async function push(name?: string, ...more: string[]): Promise<void> {
    for (const branch of [...branches, ...more])
      await emulator.hands.pushCode(emulator.project, branch, name);
  }

  /** What was changed at Zuplo since the last look, and that every branch could have been pushed at any time. */
  async function writes(): Promise<string[]> {
    await assertPushSafe(emulator, ...branches);
    const kinds = emulator.writes().map(({ kind }) => kind);
    emulator.clearTrace();
    return kinds;
  }

  /** The certificate with which the gateway of a branch calls the backend. */
  async function shownBy(branch: string): Promise<string | null> {
    return (await fetch(`${emulator.deployment(branch).url}/health`)).headers.get("x-zuplo-certificate");
  }

  async function assertNoneFailed(): Promise<void> {
    const { requests, failed, failures } = await callers.stop();
    assert.ok(requests > 0);
    assert.equal(failed, 0, JSON.stringify(failures));
    assertSafe(emulator);
  }

  /** The binding that a variable goes to. */
  const bound = async () =>
    binding(
      await emulator.authority.issue(),
      branches.map(branch => ({ branches: [branch], verify })),
    );

  describe("on the way to a variable", () => {
    let next: [Declared, ...Declared[]];
    beforeEach(async () => {
      await stack.adopt(old, "legacy_backend");
      emulator.clearTrace();
      next = await bound();
    });

    it("never fail: the variable, then the code, then the old certificate goes", async () => {
      // given what was uploaded by hand, which the program takes as it is
      await stack.up([old]);
      assert.deepEqual(await writes(), []);
      // when a binding stands beside it
      await stack.up([old, ...next]);
      // then the old certificate is as it was, and the code goes on with it
      const rotation = ["certificate.create", "variable.create", "deployment.deploy"];
      assert.deepEqual(await writes(), [...rotation, ...rotation.slice(1)]);
      assert.deepEqual(enabledFor(emulator, "legacy_backend"), ["preview", "production"]);
      for (const branch of branches) assert.equal(await shownBy(branch), "legacy_backend");
      // when the code reads the variable
      await push();
      const { name } = stack.outputs(next[0]);
      for (const branch of branches) assert.equal(await shownBy(branch), name);
      // and nobody needs the old one any more
      await stack.up(next);
      // then
      const redeploys = branches.map(() => "deployment.deploy");
      assert.deepEqual(await writes(), ["certificate.update", ...redeploys, "certificate.delete"]);
      assert.deepEqual(names(emulator), [name]);
      // and the next certificate takes one run
      const later = await bound();
      await stack.up(later);
      assert.deepEqual(names(emulator), [stack.outputs(later[0]).name]);
      await writes();
      await assertNoneFailed();
    });

    it("never fail where `expect` is asked for before the code reads the variable: the run is rolled back", async () => {
      await stack.up([old, ...next]);
      const expect = { headers: { "x-client-serial": `\${serialNumber}` } };
      const stages = branches.map(branch => ({
        branches: [branch],
        verify: { ...verify, timeout: 1, expect },
      }));
      const failure = await failureOf(stack.up([old, ...binding(await emulator.authority.issue(), stages)]));
      assert.equal(codeOf(failure), "ZUPLO1404");
      await writes();
      await assertNoneFailed();
    });

    it("never fail where a pull request still has the code of before: the removal does nothing, and names it", async () => {
      // given
      await stack.up([old, ...next]);
      await push("legacy_backend", "pull-1");
      await push();
      await writes();
      // when
      const failure = await failureOf(stack.up(next));
      // then
      assert.equal(codeOf(failure), "ZUPLO1205");
      assert.ok(failure.message.includes("pull-1"), failure.message);
      assert.deepEqual(await writes(), []);
      assert.equal(await ask(emulator, "pull-1"), 200);
      // and when its pull request is closed
      emulator.hands.deleteDeployment(emulator.deployment("pull-1").name);
      await stack.up(next);
      assert.equal(names(emulator).length, 1);
      await writes();
      await assertNoneFailed();
    });

    it("never fail where a pull request has the new code, and is redeployed by `others`", async () => {
      // given
      await stack.up([old, ...next]);
      const { name } = stack.outputs(next[0]);
      await emulator.push("pull-1");
      emulator.hands.setVariable(emulator.project, "pull-1", variable, String(name));
      await push(undefined, "pull-1");
      await writes();
      assert.equal(codeOf(await failureOf(stack.up(next))), "ZUPLO1205");
      // when
      await stack.up(next, { env: { ZUPLO_OTHERS: "redeploy" } });
      // then
      assert.deepEqual(names(emulator), [name]);
      await assertPushSafe(emulator, "pull-1");
      await assertNoneFailed();
    });

    it("fail where the code reads a variable that is not there yet", async () => {
      await stack.up([old]);
      await push();
      await new Promise(resolve => setTimeout(resolve, 100));
      assert.ok((await callers.stop()).failed > 0);
    });

    it("fail where the old certificate goes first, since nobody can see that the code names it", async () => {
      await stack.up([old, ...next]);
      await stack.up(next);
      await new Promise(resolve => setTimeout(resolve, 100));
      assert.ok((await callers.stop()).failed > 0);
      assert.ok(
        emulator.violations.some(({ value, variable }) => value === "legacy_backend" && variable === ""),
      );
    });
  });

  describe("whose name stays in the code", () => {
    const gateways = (own: Declared) =>
      branches.map(branch => redeployed([own], [], branch, { name: "gateway", redeployment: { verify } }));

    it("never fail in a rotation: a second resource, a push that names it, then the first one goes", async () => {
      await stack.adopt(old, "legacy_backend");
      let current = old;
      for (const year of ["2026", "2027"]) {
        emulator.clearTrace();
        const name = `backend_${year}`;
        const next = certificate(`client-${year}`, await emulator.authority.issue(), { name });
        // when it is uploaded beside the one in use
        const log = await stack.up([current, next, ...gateways(next)]);
        // then a Redeployment that had another one keeps it, and says so
        const { name: before } = stack.outputs(current);
        assert.deepEqual(enabledFor(emulator, before), ["preview", "production"]);
        assert.equal(linesOf(log, "ZUPLO1203").length, current === old ? 0 : branches.length);
        const redeploys = branches.map(() => "deployment.deploy");
        assert.deepEqual(await writes(), ["certificate.create", ...redeploys]);
        for (const branch of branches) assert.equal(await shownBy(branch), before);
        // when the code names it
        await push(name);
        for (const branch of branches) assert.equal(await shownBy(branch), name);
        // and the one before is removed
        await stack.up([next, ...gateways(next)]);
        // then
        for (const branch of branches) assert.equal(redeploysOf(emulator, branch), 1);
        assert.deepEqual(await writes(), ["certificate.update", ...redeploys, "certificate.delete"]);
        assert.deepEqual(names(emulator), [name]);
        current = next;
      }
      await assertNoneFailed();
    });
  });
});
