import assert from "node:assert/strict";
import { upload } from "../../support/byHand";
import { assertFailed, assertSucceeded } from "../../support/project";
import { names } from "../../support/rotation";
import { assertPushSafe, assertServedBy, enableByHand, enabledFor, makeByHand } from "../expect";
import { variable, verify } from "../programs";
import { binding, certificate, type Listed, said, uses, World, withEngine } from "./world";

withEngine(
  "situation 1: two resources of one name leave each other alone",
  ["staging", "canary"],
  async world => {
    const { emulator } = world;
    // given a binding in service, and beside it a certificate of the same name
    const bound = { ...binding(await emulator.authority.issue(), ["staging"]), key: "binding" };
    await world.up([bound]);
    const [name] = names(emulator);
    const own = async () => certificate("backend", await emulator.authority.issue());
    await world.up([bound, await own(), ...uses("backend", ["canary"])]);
    // when that is rotated
    await world.up([bound, await own(), ...uses("backend", ["canary"])]);
    // then
    assertServedBy(emulator, "staging", name);
    await assertPushSafe(emulator, "staging", "canary");
  },
);

withEngine(
  "situation 1: two backends with the same names leave each other alone",
  ["staging", "canary"],
  async world => {
    const { emulator } = world;
    await world.up([binding(await emulator.authority.issue(), ["staging"])]);
    const [name] = names(emulator);
    const other = await World.open(world.adapter, emulator);
    try {
      for (const _ of ["first", "second"])
        await other.up([binding(await emulator.authority.issue(), ["canary"])]);
      assertServedBy(emulator, "staging", name);
      await assertPushSafe(emulator, "staging", "canary");
    } finally {
      await other.project.remove();
    }
  },
);

withEngine(
  "situation 3: a stage that is removed keeps its certificate, which is said, and nothing drifts",
  ["staging", "main"],
  async world => {
    const { emulator, project } = world;
    const issued = await emulator.authority.issue();
    await world.up([binding(issued, ["staging", "main"])]);
    emulator.clearTrace();
    // when
    const run = await world.up([binding(issued, ["main"])]);
    // then
    assert.ok(said(run).includes("ZUPLO1201"), run.text);
    assert.deepEqual(emulator.writes(), []);
    assert.deepEqual(enabledFor(emulator, names(emulator)[0]), ["preview", "production"]);
    await assertPushSafe(emulator, "staging", "main");
    assertSucceeded(await project.refresh());
    assertSucceeded(await project.run("preview", "--expect-no-changes"));
  },
);

withEngine(
  "situation 3: `environments` of a binding must cover its stages",
  ["staging", "main"],
  async world => {
    const { emulator } = world;
    const issued = await emulator.authority.issue();
    const run = await world.try([binding(issued, ["staging", "main"], { environments: ["production"] })]);
    assertFailed(run);
    assert.ok(said(run).includes("ZUPLO1102"), run.text);
    assert.deepEqual(emulator.trace, []);
  },
);

withEngine(
  "situation 4: one branch moves to another certificate, and the other branches of its type keep theirs",
  ["staging", "canary", "outside"],
  async world => {
    const { emulator } = world;
    const [one, two] = [await emulator.authority.issue(), await emulator.authority.issue()];
    const part = (branch: string, key: string): Listed[] => uses(key, [branch]);
    await world.up([certificate("one", one), ...part("staging", "one"), ...part("canary", "one")]);
    const [name = ""] = names(emulator);
    // and a branch outside the program that names it, too
    await makeByHand(emulator, "outside", variable, name);
    await emulator.push("outside");
    // when
    await world.up([
      certificate("one", one),
      certificate("two", two),
      ...part("staging", "one"),
      ...part("canary", "two"),
    ]);
    // then
    assertServedBy(emulator, "staging", name);
    assertServedBy(
      emulator,
      "canary",
      names(emulator).find(other => other !== name),
    );
    await assertPushSafe(emulator, "staging", "canary", "outside");
  },
);

withEngine(
  "situation 4: a branch outside the program keeps the certificate that its variable names, when it is rotated",
  ["staging", "outside"],
  async world => {
    const { emulator } = world;
    await world.up([binding(await emulator.authority.issue(), ["staging"])]);
    const [name = ""] = names(emulator);
    await makeByHand(emulator, "outside", variable, name);
    await emulator.push("outside");
    // when
    const run = await world.up([binding(await emulator.authority.issue(), ["staging"])]);
    // then
    assert.ok(said(run).includes("ZUPLO1201"), run.text);
    assert.deepEqual(enabledFor(emulator, name), ["preview"]);
    await assertPushSafe(emulator, "staging", "outside");
  },
);

withEngine(
  "situation 10: a variable that was made by hand is taken over, which is said, and has its value back after a failure",
  ["staging"],
  async world => {
    const { emulator } = world;
    await upload(emulator, "hand_made", await emulator.authority.issue());
    await makeByHand(emulator, "staging", variable, "hand_made");
    await emulator.push("staging");
    const issued = await emulator.authority.issue();
    // when
    const never = { ...verify, status: 204, timeout: 1 };
    const failed = await world.try([
      binding(issued, [], { stages: [{ branches: ["staging"], verify: never }] }),
    ]);
    // then
    assertFailed(failed);
    assert.ok(said(failed).includes("ZUPLO1302"), failed.text);
    assertServedBy(emulator, "staging", "hand_made");
    await assertPushSafe(emulator, "staging");
    // when
    await world.up([binding(issued, ["staging"])]);
    assert.notEqual(emulator.variables("staging")[variable], "hand_made");
    await assertPushSafe(emulator, "staging");
  },
);

withEngine(
  "situation 13: a variable that two resources set is refused before anything is written",
  ["main"],
  async world => {
    const { emulator } = world;
    const text = (name: string, value: string): Listed => ({
      type: "EnvironmentVariable",
      name,
      args: { branch: "main", name: "TEXT", value },
    });
    const run = await world.try([text("one", "a"), text("two", "b")]);
    assertFailed(run);
    assert.match(said(run), /ZUPLO1101|ZUPLO1301/);
    assert.ok(emulator.writes().length <= 1);
  },
);

withEngine(
  "situation 18: what another process changes in `environments` meanwhile is kept",
  ["staging", "main"],
  async world => {
    const { emulator } = world;
    const onDelete = "retain";
    await world.up([binding(await emulator.authority.issue(), ["staging", "main"], { onDelete })]);
    const [name = ""] = names(emulator);
    // given somebody who enables the old one for one more type between the first stage and the second
    let isDone = false;
    emulator.onCall(async ({ kind, subject }) => {
      if (isDone || kind !== "variable.update" || subject !== `main/${variable}`) return undefined;
      isDone = true;
      await enableByHand(emulator, name, ["development", "production"]);
      return undefined;
    });
    // when
    await world.up([binding(await emulator.authority.issue(), ["staging", "main"], { onDelete })]);
    // then
    assert.ok(isDone);
    assert.deepEqual(enabledFor(emulator, name), ["development"]);
    await assertPushSafe(emulator, "staging", "main");
  },
);
