import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import type { RawInputs } from "../../provider/resources/resource";
import { type InState, type Planned, StandIn } from "../terraform/standIn";
import { assertPushSafe, branchesOf, enabledFor } from "./expect";
import { variable } from "./programs";

const types = {
  one: "zuplo_mtls_certificate",
  two: "zuplo_mtls_certificate",
  variable: "zuplo_environment_variable",
  redeployment: "zuplo_redeployment",
};
type Block = keyof typeof types;

/** An apply is told of what changes, and of nothing else. */
describe("a Terraform configuration whose redeployment goes over to another certificate that is there already", () => {
  let emulator: Emulator;
  let issued: Record<"one" | "two", Issued>;
  let states: Partial<Record<Block, InState>>;

  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("main"));
    issued = { one: await emulator.authority.issue(), two: await emulator.authority.issue() };
    states = {};
    await run(blocks("one"));
  });
  afterEach(() => emulator.stop());

  const blocks = (used: "one" | "two", more: RawInputs = {}): Record<Block, RawInputs> => {
    const certificate = (name: "one" | "two") => ({
      name,
      certificate: issued[name].chain,
      privateKeyWo: issued[name].privateKey,
      environments: ["preview", "production"],
    });
    const named = { branch: "main", name: variable, value: used };
    return {
      one: { ...certificate("one"), ...more },
      two: certificate("two"),
      variable: named,
      redeployment: { branch: "main", certificates: [used], variables: [named] },
    };
  };

  /** Plans everything in one process, the redeployment first, and applies what changes in another one. */
  const run = async (wanted: Partial<Record<Block, RawInputs>>) => {
    const all = Object.entries(wanted) as [Block, RawInputs][];
    const planning = new StandIn(emulator);
    const plans = new Map<Block, Planned>();
    await Promise.all(
      all.reverse().map(async ([block, config]) => {
        plans.set(block, await planning.plan(types[block], config, states[block]));
      }),
    );
    const applying = new StandIn(emulator);
    for (const [block, config] of all.reverse()) {
      const [plan, before] = [plans.get(block) as Planned, states[block]];
      if (plan.action === "nothing") continue;
      const again = await applying.planAgain(types[block], config, plan, before);
      states[block] = await applying.apply(types[block], config, again, before);
    }
    return {
      actions: Object.fromEntries([...plans].map(([block, { action }]) => [block, action])),
      warnings: [...plans.values()].flatMap(({ diagnostics }) => diagnostics).map(({ summary }) => summary),
    };
  };
  const refresh = async () => {
    const reading = new StandIn(emulator);
    for (const [block, state] of Object.entries(states) as [Block, InState][])
      states[block] = await reading.read(types[block], state);
  };
  const nothing = { one: "nothing", two: "nothing", variable: "nothing", redeployment: "nothing" };

  it("is told in the plan that the old one is disabled, and that the next apply enables it again", async () => {
    // when
    const { actions, warnings } = await run(blocks("two"));
    // then
    assert.deepEqual(actions, { ...nothing, variable: "update", redeployment: "update" });
    assert.match(warnings.join(), /goes over from 'one', .* for production.* the next run enables it again/);
    assert.deepEqual(enabledFor(emulator, "one"), ["preview"]);
    await refresh();
    assert.deepEqual((await run(blocks("two"))).actions, { ...nothing, one: "update" });
    assert.deepEqual(enabledFor(emulator, "one"), ["preview", "production"]);
    await refresh();
    assert.deepEqual(await run(blocks("two")), { actions: nothing, warnings: [] });
    await assertPushSafe(emulator, "main");
  });

  it("is done in one apply where the old one no longer has the type, as the plan advises", async () => {
    const advised = blocks("two", { environments: ["preview"] });
    // when
    const { warnings } = await run(advised);
    // then
    assert.deepEqual(warnings, []);
    await refresh();
    assert.deepEqual((await run(advised)).actions, nothing);
    assert.deepEqual(enabledFor(emulator, "one"), ["preview"]);
    await assertPushSafe(emulator, "main");
  });

  it("is done in one apply where the old one has no resource any more", async () => {
    const { one: _, ...advised } = blocks("two");
    // when
    const { warnings } = await run(advised);
    await new StandIn(emulator).delete(types.one, states.one as InState);
    // then
    assert.deepEqual(warnings, []);
    assert.equal(enabledFor(emulator, "one"), undefined);
    await assertPushSafe(emulator, "main");
  });
});
