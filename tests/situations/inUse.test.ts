import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { Invalid } from "../../provider/api/errors";
import { inProject, upload } from "../support/byHand";
import { assertSafe } from "../support/rotation";
import { Stack } from "../support/run";
import {
  assertLogged,
  assertPushSafe,
  assertServedBy,
  branchesOf,
  codeOf,
  enabledFor,
  failureOf,
  makeByHand,
  setByHand,
} from "./expect";
import { binding, certificate, named, parts, redeployed, variable, verify } from "./programs";

describe("a certificate that a branch's variable names", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("staging", "canary", "outside", "main"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  it("situation 3: stays enabled there when a stage is removed from the binding, and the next run writes nothing", async () => {
    // given
    const issued = await emulator.authority.issue();
    const [staging, main] = [
      { branches: ["staging"], verify },
      { branches: ["main"], verify },
    ];
    await stack.up(binding(issued, [staging, main]));
    emulator.clearTrace();
    // when
    const less = binding(issued, [main]);
    const log = await stack.up(less);
    // then
    assertLogged(log, "ZUPLO1201");
    assert.deepEqual(emulator.writes(), []);
    const { name, environments } = stack.outputs(less[0]);
    assert.deepEqual(enabledFor(emulator, name), ["preview", "production"]);
    await assertPushSafe(emulator, "staging", "main");
    // and the state keeps what the program wants, so that nothing drifts
    assert.deepEqual(environments, ["production"]);
    await stack.refresh();
    assert.deepEqual([...(await stack.preview(less)).changes.values()], [{}, {}, {}]);
  });

  it("situation 3: stays enabled there when the certificate's `environments` no longer cover it", async () => {
    // given
    const issued = await emulator.authority.issue();
    const branches = ["staging", "main"];
    await stack.up(parts(certificate("backend", issued), branches));
    // when
    const narrower = parts(certificate("backend", issued, { environments: ["production"] }), branches);
    const log = await stack.up(narrower);
    // then
    const said = assertLogged(log, "ZUPLO1201");
    assert.ok(said.includes("staging") && said.includes(variable), said);
    assert.deepEqual(enabledFor(emulator, stack.outputs(narrower[0]).name), ["preview", "production"]);
    await assertPushSafe(emulator, ...branches);
    await stack.refresh();
    assert.deepEqual((await stack.preview(narrower)).changes.get(narrower[0]), {});
  });

  it("situation 3: is disabled there when its variable no longer names it", async () => {
    // given
    const issued = await emulator.authority.issue();
    await stack.up(parts(certificate("backend", issued), ["staging", "main"]));
    await upload(emulator, "hand_made", await emulator.authority.issue());
    await setByHand(emulator, "staging", variable, "hand_made");
    await emulator.push("staging");
    // when
    const narrower = certificate("backend", issued, { environments: ["production"] });
    await stack.up(parts(narrower, ["main"]));
    // then
    assert.deepEqual(enabledFor(emulator, stack.outputs(narrower).name), ["production"]);
    await assertPushSafe(emulator, "staging", "main");
  });

  it("situation 3: fails the run where a Redeployment lists it for a type that the program no longer enables", async () => {
    // given somebody gave the branch's variable another value, so nothing at Zuplo needs the certificate there
    const issued = await emulator.authority.issue();
    const program = (environments: string[]) =>
      parts(certificate("backend", issued, { environments }), ["staging", "main"]);
    const wide = program(["preview", "production"]);
    await stack.up(wide);
    await upload(emulator, "hand_made", await emulator.authority.issue());
    await setByHand(emulator, "main", variable, "hand_made");
    // when it is narrowed, and once more without edits
    for (const _ of ["narrowed", "again"]) {
      const failure = await failureOf(stack.up(program(["preview"])));
      // then
      assert.ok(failure instanceof Invalid);
      // Another test of this process may have a secret of that name.
      assert.match(failure.message, /is not enabled for (production|\[secret\])/);
    }
    await assertPushSafe(emulator, "staging", "main");
    // and the remedy that it names helps
    await stack.up(program(["preview", "production"]));
    assert.deepEqual(enabledFor(emulator, stack.outputs(wide[0]).name), ["preview", "production"]);
  });

  it("situation 3: must be enabled for the branch's type before a variable may name it", async () => {
    // given
    const own = certificate("backend", await emulator.authority.issue(), { environments: ["production"] });
    await stack.up([own]);
    emulator.clearTrace();
    // when
    const failure = await failureOf(stack.up([own, named(own, "staging")]));
    // then
    assert.equal(codeOf(failure), "ZUPLO1303");
    assert.deepEqual(emulator.writes(), []);
    assertSafe(emulator);
  });

  it("situation 4: stays enabled for the other branches of a type when one of them moves to another certificate", async () => {
    // given
    const one = certificate("one", await emulator.authority.issue());
    const ofOne = (branch: string) => {
      const own = named(one, branch, { name: "gateway" });
      return [own, redeployed([one], [own], branch, { name: "gateway", redeployment: { verify } })];
    };
    await stack.up([one, ...ofOne("staging"), ...ofOne("canary")]);
    // when
    const two = certificate("two", await emulator.authority.issue());
    const moved = named(two, "canary", { name: "gateway" });
    const program = [
      one,
      two,
      ...ofOne("staging"),
      moved,
      redeployed([two], [moved], "canary", { name: "gateway", redeployment: { verify } }),
    ];
    await stack.up(program);
    // then
    const { name } = stack.outputs(one);
    assertServedBy(emulator, "staging", name);
    assertServedBy(emulator, "canary", stack.outputs(two).name);
    assert.ok(enabledFor(emulator, name)?.includes("preview"));
    await assertPushSafe(emulator, "staging", "canary");
  });

  it("situation 4: stays enabled when the branch is none of the program's, and goes when that one has moved", async () => {
    // given a branch that somebody else gave our certificate
    const branches = ["staging", "main"];
    const first = certificate("backend", await emulator.authority.issue());
    await stack.up(parts(first, branches));
    const old = String(stack.outputs(first).name);
    await makeByHand(emulator, "outside", variable, old);
    await emulator.push("outside");
    // when
    const second = certificate("backend", await emulator.authority.issue());
    const log = await stack.up(parts(second, branches));
    // then
    const said = [assertLogged(log, "ZUPLO1201"), assertLogged(log, "ZUPLO1204")].join("\n");
    assert.ok(said.includes("outside"), said);
    assert.deepEqual(enabledFor(emulator, old), ["preview"]);
    await assertPushSafe(emulator, "outside", ...branches);
    // when it has moved, and two more certificates were rotated in, later than somebody's upload may wait to be named
    const now = () => Date.now() + 2 * 3_600_000;
    const mine = String(stack.outputs(second).name);
    await setByHand(emulator, "outside", variable, mine);
    for (const _ of ["third", "fourth"]) {
      await emulator.push("outside");
      await stack.up(parts(certificate("backend", await emulator.authority.issue()), branches), { now });
    }
    // then it is gone, and the one that the branch has now is not
    assert.equal(enabledFor(emulator, old), undefined);
    assertServedBy(emulator, "outside", mine);
    await assertPushSafe(emulator, "outside", ...branches);
  });

  it("is left, within seconds, where somebody enabled it again and pushed while it was about to be deleted", async () => {
    // given
    const stages = [{ branches: ["staging", "main"], verify }];
    const before = binding(await emulator.authority.issue(), stages);
    await stack.up(before);
    const old = String(stack.outputs(before[0]).name);
    // when
    const id = emulator.certificates().find(({ name }) => name === old)?.id ?? assert.fail();
    let isDone = false;
    emulator.onCall(async ({ kind }) => {
      if (kind !== "certificate.delete" || isDone) return undefined;
      isDone = true;
      await inProject(emulator, "PATCH", `/mtls-certificates/${id}`, { environments: ["production"] });
      await emulator.push("main");
      return undefined;
    });
    const startedAt = Date.now();
    const log = await stack.up(binding(await emulator.authority.issue(), stages));
    // then
    assert.ok(Date.now() - startedAt < 15_000);
    assertLogged(log, "ZUPLO1204");
    assert.deepEqual(enabledFor(emulator, old), []);
    await assertPushSafe(emulator, "staging", "main");
  });
});
