import assert from "node:assert/strict";
import { assertFailed, assertSucceeded } from "../../support/project";
import { calls, names } from "../../support/rotation";
import { decimalResource, issueDecimal } from "../decimals";
import { assertPushSafe } from "../expect";
import { certificate, said, uses, withEngine } from "./world";

withEngine('situation 11: `ignoreChanges: ["certificate"]` keeps the certificate', ["main"], async world => {
  const { emulator } = world;
  const opts = { ignoreChanges: ["certificate"] };
  const program = async () => [
    certificate("backend", await emulator.authority.issue(), {}, opts),
    ...uses("backend", ["main"]),
  ];
  await world.up(await program());
  const before = emulator.certificates();
  emulator.clearTrace();
  // when
  await world.up(await program());
  // then
  assert.deepEqual(emulator.certificates(), before);
  assert.deepEqual(emulator.writes(), []);
  await assertPushSafe(emulator, "main");
});

withEngine("situation 12: a secret name is told in no failure", ["main"], async world => {
  const { emulator, project } = world;
  const own = async (secret: string) =>
    certificate("backend", await emulator.authority.issue(), { name: { secret } });
  const tells = (text: string, secret: string) =>
    [secret, secret.replaceAll("-", "_")].some(each => text.includes(each));
  // no identifier
  await world.write([await own("very-secret-name")]);
  const run = await project.preview();
  assertFailed(run);
  assert.ok(!tells(run.text, "very-secret-name"), run.text);
  // the name of the one in use
  await world.up([await own("secret_in_use")]);
  await world.write([await own("secret_in_use")]);
  const fixed = await project.preview();
  assertFailed(fixed);
  assert.ok(!tells(fixed.text, "secret_in_use"), fixed.text);
});

withEngine(
  'situation 14: a certificate kept by onDelete "retain" is not touched when its PEM comes back',
  ["main"],
  async world => {
    const { emulator } = world;
    const [first, second] = [await emulator.authority.issue(), await emulator.authority.issue()];
    for (const issued of [first, second, first])
      await world.up([certificate("backend", issued, { onDelete: "retain" }), ...uses("backend", ["main"])]);
    assert.equal(calls(emulator.trace, "certificate.delete").length, 0);
    assert.equal(names(emulator).length, 3);
    await assertPushSafe(emulator, "main");
  },
);

withEngine(
  "situation 19: lost answers of a redeploy make one redeploy more at most",
  ["main"],
  async world => {
    const { emulator } = world;
    const program = async () => [
      certificate("backend", await emulator.authority.issue()),
      ...uses("backend", ["main"]),
    ];
    await world.up(await program());
    emulator.clearTrace();
    let left = 6;
    emulator.onCall(({ kind }) =>
      kind === "deployment.deploy" && left-- > 0 ? { destroy: "after" } : undefined,
    );
    // when
    await world.write(await program());
    const run = await world.project.up();
    // then
    const applied = calls(emulator.trace, "deployment.deploy").filter(call => call.applied);
    assert.ok(applied.length <= 2, `${applied.length} redeploys`);
    assertSucceeded(run);
    assert.ok(!said(run).includes("error"), run.text);
    await assertPushSafe(emulator, "main");
  },
  { deployMs: 300 },
);

withEngine(
  "situation 19: a certificate whose lineage and generation have no letters, where that can be, rotates like any other",
  ["staging", "main"],
  async world => {
    const { emulator } = world;
    const name = decimalResource();
    const program = async () => [
      certificate(name, await issueDecimal(emulator.authority)),
      ...uses(name, ["staging", "main"]),
    ];
    await world.up(await program());
    // given a rotation that only one of the branches has made
    emulator.failNextBuild("main");
    assertFailed(await world.try(await program()));
    // when
    await world.up(await program());
    // then
    assert.equal(names(emulator).length, 1);
    await assertPushSafe(emulator, "staging", "main");
  },
);
