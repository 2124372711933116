import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import { upload } from "../support/byHand";
import { Stack } from "../support/run";
import {
  assertLogged,
  assertPushSafe,
  assertServedBy,
  branchesOf,
  codeOf,
  enableByHand,
  enabledFor,
  failureOf,
  linesOf,
} from "./expect";
import { binding, certificate, named, parts, verify } from "./programs";

/** A name that the program gives leaves no other one to go to. */
describe("a certificate with a fixed name", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("main", "staging"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  const stages = [
    { branches: ["staging"], verify },
    { branches: ["main"], verify },
  ];
  const called = (name: string, issued: Issued) => binding(issued, stages, { certificate: { name } });
  const idOf = (name: string) => emulator.certificates().find(each => each.name === name)?.id;
  const namesOf = () => emulator.certificates().map(({ name }) => name);

  it("is taken over where a killed run has uploaded it", async () => {
    // given
    const program = called("backend_2026", await emulator.authority.issue());
    const before = stack.save();
    await stack.up([program[0]]);
    stack.restore(before);
    // when
    const log = await stack.up(program);
    // then
    assert.match(
      assertLogged(log, "ZUPLO1226"),
      /'backend_2026' .* is this very certificate: it is taken over\./,
    );
    for (const branch of ["staging", "main"]) assertServedBy(emulator, branch, "backend_2026");
    for (const refresh of [false, true]) {
      const count = emulator.writes().length;
      await stack.up(program, { refresh });
      assert.equal(emulator.writes().length, count);
    }
    await assertPushSafe(emulator, "staging", "main");
    await stack.destroy();
    assert.deepEqual(namesOf(), []);
  });

  it("that is on its way out is taken over, and stays, when the program goes back to it", async () => {
    // given
    const good = await emulator.authority.issue();
    await stack.up(called("one", good));
    const id = idOf("one");
    await failureOf(stack.up(called("two", await (await createAuthority()).issue())));
    // when
    const log = await stack.up(called("one", good));
    // then
    assertLogged(log, "ZUPLO1226");
    assert.equal(idOf("one"), id);
    // What was refused is bound by the build that went back, and told.
    assert.match(assertLogged(log, "ZUPLO1204"), /'two' .* is replaced and left at Zuplo for now/);
    await stack.up(called("one", good), { refresh: true });
    await assertPushSafe(emulator, "staging", "main");
    // and it goes as any other
    const next = called("three", await emulator.authority.issue());
    await stack.up(next);
    assert.deepEqual(namesOf(), ["two", "three"]);
    await stack.destroy();
    assert.deepEqual(namesOf(), ["two"]);
  });

  it("stays although the run that took it over ended before it deleted anything", async () => {
    // given
    const good = await emulator.authority.issue();
    await stack.up(called("one", good));
    await failureOf(stack.up(called("two", await (await createAuthority()).issue())));
    // when
    await stack.up(called("one", good), { withoutDeletes: true });
    await stack.up(called("one", good));
    // then
    assert.deepEqual(namesOf(), ["one", "two"]);
    await assertPushSafe(emulator, "staging", "main");
    await stack.destroy();
    assert.equal(idOf("one"), undefined);
  });

  it("stays where its resource is called otherwise from now on", async () => {
    // given
    const issued = await emulator.authority.issue();
    const more = { name: "fixed" };
    await stack.up(parts(certificate("backend", issued, more), ["main"]));
    const renamed = certificate("client", issued, more);
    // when
    await stack.up(parts(renamed, ["main"]));
    // then
    assertServedBy(emulator, "main", "fixed");
    await assertPushSafe(emulator, "main");
    await stack.destroy();
    assert.deepEqual(namesOf(), []);
  });

  it("is enabled where the program wants it, and stays so where others have it", async () => {
    // given
    const issued = await emulator.authority.issue();
    await upload(emulator, "fixed", issued);
    await enableByHand(emulator, "fixed", ["preview"]);
    const own = certificate("backend", issued, { name: "fixed", environments: ["production"] });
    // when
    const log = await stack.up(parts(own, ["main"]));
    // then
    assert.match(assertLogged(log, "ZUPLO1226"), /It stays enabled for preview, too\./);
    assert.deepEqual(enabledFor(emulator, "fixed"), ["preview", "production"]);
    const count = emulator.writes().length;
    await stack.up(parts(own, ["main"]), { refresh: true });
    assert.equal(emulator.writes().length, count);
  });

  it("of two stacks outlives the one that is destroyed first", async () => {
    // given
    const issued = await emulator.authority.issue();
    const other = new Stack(emulator, { project: "shop", stack: "other" });
    const of = (branch: string) =>
      binding(issued, [{ branches: [branch], verify }], {
        certificate: { name: "fixed", environments: ["preview", "production"] },
      });
    await stack.up(of("staging"));
    await other.up(of("main"));
    // when
    const failure = await failureOf(stack.destroy());
    // then
    assert.equal(codeOf(failure), "ZUPLO1205");
    assertServedBy(emulator, "main", "fixed");
    await assertPushSafe(emulator, "main");
  });

  it("is refused where the holder of the name is another certificate", async () => {
    // given
    const id = await upload(emulator, "fixed", await emulator.authority.issue());
    const own = certificate("backend", await emulator.authority.issue(), { name: "fixed" });
    // when
    const failure = await failureOf(stack.up([own, named(own, "main")]));
    // then
    assert.equal(codeOf(failure), "ZUPLO1221");
    assert.doesNotMatch(failure.message, /import/);
    assert.equal(idOf("fixed"), id);
  });

  it("is not told as taken over where only the answer to its upload was lost", async () => {
    let count = 0;
    emulator.onCall(({ kind }) =>
      kind === "certificate.create" && count++ === 0 ? { destroy: "after" } : undefined,
    );
    const log = await stack.up(called("fixed", await emulator.authority.issue()));
    assert.deepEqual(linesOf(log, "ZUPLO1226"), []);
    assert.deepEqual(namesOf(), ["fixed"]);
  });
});
