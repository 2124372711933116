import assert from "node:assert/strict";
import { type Emulator, type KeyLimits, startEmulator } from "../../emulator";
import { assertSafe, calls, names } from "../support/rotation";
import { type Declared, Stack } from "../support/run";
import {
  assertPushSafe,
  assertServedBy,
  branchesOf,
  codeOf,
  deleteByHand,
  enabledFor,
  failureOf,
  forgive,
  linesOf,
  makeByHand,
} from "./expect";
import { importWith } from "./importWith";
import { binding, certificate, parts, variable, verify } from "./programs";

const readings = ["project", "one", "all"] as const;
const statuses = [401, 403, 404] as const;
const both = ["preview", "production"];

describe("an API key that sees one environment type only", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("staging", "main"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  const keyOf = (limits: KeyLimits) => ({ env: { ZUPLO_API_KEY: emulator.addKey(limits) } });
  const preview = (more: KeyLimits = {}) => keyOf({ environmentTypes: ["preview"], ...more });

  /** A certificate of both types that the program uses on staging, and somebody else on main. */
  async function shared(more: Parameters<typeof certificate>[2] = {}): Promise<[Declared, ...Declared[]]> {
    const program = parts(certificate("backend", await emulator.authority.issue(), more), ["staging"]);
    await stack.up(program);
    await makeByHand(emulator, "main", variable, String(stack.outputs(program[0]).name));
    await emulator.push("main");
    emulator.clearTrace();
    return program;
  }
  const successor = async (more: Parameters<typeof certificate>[2] = {}) =>
    parts(certificate("backend", await emulator.authority.issue(), more), ["staging"]);

  for (const certificatesBy of readings) {
    describe(`where certificates belong to ${certificatesBy === "project" ? "the project" : `${certificatesBy} of their types`}`, () => {
      for (const refusal of statuses) {
        it(`given a binding of both types, when it is rotated, then nothing is written (HTTP ${refusal})`, async () => {
          const stages = [
            { branches: ["staging"], verify },
            { branches: ["main"], verify },
          ];
          await stack.up(binding(await emulator.authority.issue(), stages));
          emulator.clearTrace();
          const next = binding(await emulator.authority.issue(), stages);
          const failure = await failureOf(stack.up(next, preview({ certificatesBy, refusal })));
          assert.match(
            failure.message,
            /(may|allowed to) (read|change) the (deployments|mTLS certificates) of the project/,
          );
          assert.deepEqual(
            emulator.writes().filter(({ applied }) => applied),
            [],
          );
          await assertPushSafe(emulator, "staging", "main");
        });

        it(`given a certificate of both types, when it is refreshed, then the state keeps it (HTTP ${refusal})`, async () => {
          const stages = [
            { branches: ["staging"], verify },
            { branches: ["main"], verify },
          ];
          const program = binding(await emulator.authority.issue(), stages);
          await stack.up(program);
          // What one key sees of production must not stand for what another one would.
          const failure = await failureOf(stack.refresh(preview({ certificatesBy, refusal })));
          assert.match(
            failure.message,
            /(may|allowed to) read the (deployments|mTLS certificates) of the project/,
          );
          for (const declared of program) assert.ok(stack.outputs(declared));
        });

        // A list that shows less refuses nothing.
        if (certificatesBy === "project" && refusal !== 403) continue;

        it(`given a certificate that production uses, when it is destroyed, then it stays as it is for production (HTTP ${refusal})`, async () => {
          const [{ ...own }] = await shared();
          const { name } = stack.outputs(own);
          const failure = await failureOf(stack.destroy(preview({ certificatesBy, refusal })));
          // What a destroy leaves of staging is its own; production has to go on.
          assert.ok(
            failure.message.includes("production") ||
              /(may|allowed to) (read|change) the mTLS/.test(failure.message),
          );
          assert.ok(enabledFor(emulator, name)?.includes("production"), failure.message);
          assert.deepEqual(
            emulator.hazards.filter(({ branch }) => branch === "main"),
            [],
          );
          assert.ok(stack.outputs(own));
          forgive(emulator);
          await assertPushSafe(emulator, "main");
        });
      }

      it("given an old certificate that production uses, when it is rotated, then it stays as it is for production", async () => {
        const old = await shared();
        const { name } = stack.outputs(old[0]);
        const next = await successor({ environments: certificatesBy === "project" ? both : ["preview"] });
        const outcome = await stack.up(next, preview({ certificatesBy })).catch((error: Error) => error);
        assert.ok(enabledFor(emulator, name)?.includes("production"), String(outcome));
        await assertPushSafe(emulator, "staging", "main");
        // and with a key that sees all, it is left as long as production uses it
        await stack.up(next);
        assert.deepEqual(enabledFor(emulator, name), ["production"]);
        await assertPushSafe(emulator, "staging", "main");
      });
    });
  }

  const project = { certificatesBy: "project" } as const;

  it("given a production that is not seen, when a rotation ends, then it says what it left and why", async () => {
    const old = await shared();
    const next = await successor();
    const log = await stack.up(next, preview(project));
    const { name } = stack.outputs(next[0]);
    assertServedBy(emulator, "staging", name);
    const [line = ""] = linesOf(log, "ZUPLO1204");
    assert.match(line, /stays enabled for production: no deployment of production is visible/);
    assert.equal(names(emulator).length, 2);
    assert.equal(calls(emulator.trace, "certificate.delete").at(-1)?.status, 409);
    assert.throws(() => stack.outputs({ ...old[0], name: "other" }));
  });

  for (const others of ["redeploy", "fail"] as const) {
    it(`given others: "${others}", when production is not seen, then it keeps its certificate`, async () => {
      const old = await shared({ others });
      const { name } = stack.outputs(old[0]);
      await stack.up(await successor({ others }), preview(project)).catch(() => undefined);
      assert.deepEqual(enabledFor(emulator, name), ["production"]);
      await assertPushSafe(emulator, "staging", "main");
    });
  }

  it("given onDelete disable, when production is not seen, then it keeps its certificate", async () => {
    const old = await shared({ onDelete: "disable" });
    const { name } = stack.outputs(old[0]);
    const log = await stack.up(await successor({ onDelete: "disable" }), preview(project));
    assert.deepEqual(enabledFor(emulator, name), ["production"]);
    assert.equal(linesOf(log, "ZUPLO1202").length, 1);
    await assertPushSafe(emulator, "staging", "main");
  });

  it("given environments without production, when production is not seen, then it keeps its certificate", async () => {
    const own = await shared();
    const { name } = stack.outputs(own[0]);
    const narrowed = { ...own[0], args: { ...own[0].args, environments: ["preview"] } };
    const log = await stack.up([narrowed, ...own.slice(1)], preview(project));
    assert.deepEqual(enabledFor(emulator, name), both);
    assert.equal(linesOf(log, "ZUPLO1202").length, 1);
    await assertPushSafe(emulator, "staging", "main");
  });

  it("given a certificate of production only, when a key sees another of both types, then it is not gone", async () => {
    const own = certificate("only", await emulator.authority.issue(), { environments: ["production"] });
    const other = certificate("other", await emulator.authority.issue());
    await stack.up([own, other]);
    for (const run of [stack.refresh.bind(stack), stack.destroy.bind(stack)]) {
      stack.forget(other);
      const failure = await failureOf(run(preview({ certificatesBy: "one", refusal: 404 })));
      assert.equal(codeOf(failure), "ZUPLO1207");
      assert.ok(stack.outputs(own));
    }
  });

  it("given a certificate that is gone, when the key sees its types, then it is gone", async () => {
    const own = certificate("backend", await emulator.authority.issue(), { environments: ["preview"] });
    await stack.up([own]);
    await deleteByHand(emulator, stack.outputs(own).name);
    await stack.refresh(preview({ refusal: 404 }));
    assert.throws(() => stack.outputs(own));
  });

  it("given an imported certificate, when a lesser key refreshes it, then the state keeps it", async () => {
    const own = certificate("only", await emulator.authority.issue(), { environments: ["production"] });
    await stack.up([own]);
    const name = String(stack.outputs(own).name);
    const found = await importWith(emulator, emulator.apiKey, "MtlsCertificate", name);
    assert.ok(found);
    const known = { state: found.values, inputs: found.inputs };
    const key = emulator.addKey({ environmentTypes: ["preview"], refusal: 404 });
    const failure = await failureOf(importWith(emulator, key, "MtlsCertificate", found.id, known));
    assert.equal(codeOf(failure), "ZUPLO1207");
  });

  it("given a key of production only, when previews use an old certificate, then they keep it", async () => {
    const own = await emulator.authority.issue();
    const program = parts(certificate("backend", own), ["main"]);
    await stack.up(program);
    const { name } = stack.outputs(program[0]);
    await makeByHand(emulator, "staging", variable, String(name));
    await emulator.push("staging");
    const next = parts(certificate("backend", await emulator.authority.issue()), ["main"]);
    emulator.onCall(({ kind }) => (kind === "certificate.delete" ? { status: 503, body: {} } : undefined));
    await stack
      .up(next, keyOf({ environmentTypes: ["production"], certificatesBy: "project" }))
      .catch(() => undefined);
    assert.ok(enabledFor(emulator, name)?.includes("preview"));
    assertSafe(emulator);
  });
});
