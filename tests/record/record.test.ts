import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rotationOf } from "../../cli/report/rotation";
import type { Emulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import { Lifecycle, type Outcome } from "../../provider/lifecycle";
import { type Entry, entrySchema } from "../../provider/record/entry";
import { mtlsBinding } from "../../provider/resources/mtlsBinding/lifecycle";
import type { RawInputs } from "../../provider/resources/resource";
import { coded } from "../../provider/text/codes";
import { certificate, parts } from "../situations/programs";
import { contextOf, RecordingLogger, withEmulator } from "../support/core";
import { pem } from "../support/rotation";
import { type Declared, type OutputsOf, Stack } from "../support/run";

const lifecycle = new Lifecycle(mtlsBinding);
const identity = { project: "shop", stack: "prod", parents: "", resource: "backend" };
const world = { branches: [{ name: "staging" }, { name: "main" }], deployMs: 50 };

function argsOf(issued: Issued): RawInputs {
  return {
    ...pem(issued),
    namePrefix: "backend",
    variable: "BACKEND_MTLS_CERT",
    stages: ["staging", "main"].map(branch => ({ branches: [branch], verify: { path: "/", timeout: 1 } })),
    settle: 0,
    timeout: 20,
  };
}

/** One run over one binding. */
async function up(
  emulator: Emulator,
  record: string,
  issued: Issued,
  state?: Outcome,
  log = new RecordingLogger(),
): Promise<Outcome> {
  const env: Record<string, string> = record === "" ? {} : { ZUPLO_RECORD: record };
  const context = { ...contextOf(emulator, { env, log }), identity };
  const source = argsOf(issued);
  const checked = lifecycle.check(context, state?.values ?? {}, { values: source, secrets: [] });
  assert.deepEqual(checked.failures, []);
  const inputs = { values: checked.values, secrets: [] };
  if (state === undefined) return lifecycle.create(context, inputs);
  const kept = { values: JSON.parse(JSON.stringify(state.values)) as RawInputs, secrets: [], source };
  const { changes } = lifecycle.diff(context, kept, inputs.values);
  return Object.keys(changes).length === 0 ? state : lifecycle.update(context, state.id, kept, inputs);
}

function entriesIn(file: string): Entry[] {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map(line => entrySchema.parse(JSON.parse(line)));
}

/** The steps in short, in order. */
function stepsIn(entries: readonly Entry[]): string[] {
  return entries.map(entry => {
    switch (entry.step) {
      case "certificate.update":
        return `${entry.step} for ${entry.environments?.join("+") || "none"}`;
      case "variable.create":
      case "variable.update":
        return `${entry.step} ${entry.variable.branch}`;
      case "verification":
        return `${entry.step} ${entry.ok ? "passed" : "failed"}`;
      case "message":
        return `${entry.step} ${entry.code}`;
      default:
        return entry.step;
    }
  });
}

describe("the record of a run", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "zuplo-record-"));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("has a line for each step, with names, fingerprints, answers and times, and a file of its own in a folder", () =>
    withEmulator(world, async emulator => {
      const [first, second] = [await emulator.authority.issue(), await emulator.authority.issue()];
      const state = await up(emulator, "", first);
      // when
      const next = await up(emulator, folder, second, state);
      // then
      const [file, ...others] = readdirSync(folder);
      assert.deepEqual(others, []);
      assert.match(file ?? "", /^zuplo-\d{8}T\d{6}Z-[0-9a-f]{8}\.jsonl$/);
      const entries = entriesIn(join(folder, file ?? ""));
      const roll = [
        "roll.ended",
        "roll.begun",
        "certificate.update for",
        "deployment.redeploy",
        "build.served",
        "verification passed",
      ];
      const steps = stepsIn(entries);
      assert.deepEqual(
        steps.filter(step => step.startsWith("roll") || step.startsWith("verification")),
        [
          "roll.begun",
          "verification passed",
          "roll.ended",
          "roll.begun",
          "verification passed",
          "roll.ended",
        ],
      );
      assert.equal(steps[0], "certificate.create");
      assert.deepEqual(steps.slice(-2), ["certificate.delete", "succeeded"]);
      for (const step of roll)
        assert.ok(
          steps.some(each => each.startsWith(step)),
          step,
        );
      // each tells for whom it was, and when
      for (const { resource, time } of entries) {
        assert.match(resource ?? "", /^shop\/prod\/backend/);
        assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      }
      const upload = entries[0];
      assert.ok(upload?.step === "certificate.create");
      assert.equal(upload.status, 201);
      assert.equal(upload.certificate.name, next.values.certificateName);
      assert.equal(upload.certificate.fingerprint, next.values.fingerprint);
      assert.equal(upload.id, emulator.certificates()[0]?.id);
      const begun = entries.find(entry => entry.step === "roll.begun");
      assert.ok(begun?.step === "roll.begun");
      assert.equal(begun.from.certificates[0]?.fingerprint, state.values.fingerprint);
      assert.equal(begun.to.certificates[0]?.fingerprint, next.values.fingerprint);
      const removal = entries.at(-2);
      assert.equal(removal?.because, "replaced");
      assert.ok(
        removal?.step === "certificate.delete" && removal.certificate.name === state.values.certificateName,
      );
      // and nothing that is secret
      const text = readFileSync(join(folder, file ?? ""), "utf8");
      const [, line = ""] = second.privateKey.split("\n");
      for (const secret of [line, "zpka_emulator", "PRIVATE KEY"]) assert.ok(!text.includes(secret));
      assert.equal(statSync(join(folder, file ?? "")).mode & 0o77, 0);
    }));

  it("tells what was rolled back and why, and what failed; a run with nothing to do adds nothing", () =>
    withEmulator(world, async emulator => {
      const file = join(folder, "deep", "record.jsonl");
      const good = await emulator.authority.issue();
      const state = await up(emulator, file, good);
      const before = entriesIn(file).length;
      await up(emulator, file, good, state);
      assert.equal(entriesIn(file).length, before);
      // when the backend refuses the next one
      const stranger = await (await createAuthority()).issue();
      const failed = await up(emulator, file, stranger, state);
      // then
      assert.ok(failed.failure);
      const entries = entriesIn(file).slice(before);
      const rollback = entries.find(entry => entry.step === "rollback");
      assert.ok(rollback?.step === "rollback");
      assert.equal(rollback.restored.at(-1), "verified");
      const steps = stepsIn(entries);
      assert.ok(steps.indexOf("verification failed") < steps.indexOf("rollback"));
      const restoring = entries.filter(({ because }) => because === "rollback").map(({ step }) => step);
      assert.deepEqual(restoring, [
        "certificate.update",
        "variable.update",
        "deployment.redeploy",
        "build.served",
        "verification",
        "rollback",
      ]);
      const last = entries.at(-1);
      assert.ok(last?.step === "failed");
      assert.equal(last.code, "ZUPLO1410");
      // two runs, told from each other
      assert.equal(new Set(entriesIn(file).map(({ run }) => run)).size, 2);
    }));

  it("has the names of certificates although the variables that name them are secret, and not their values", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      const program = async () => {
        const own = certificate("backend", await emulator.authority.issue());
        const [, ...rest] = parts(own, ["staging", "main"]);
        const secret = (declared: Declared): Declared => {
          const { type, args } = declared;
          if (type !== "EnvironmentVariable" || typeof args !== "function") return declared;
          return Object.assign(declared, { args: (of: OutputsOf) => ({ ...args(of), isSecret: true }) });
        };
        return { own, all: [own, ...rest.map(secret)] };
      };
      const first = await program();
      await stack.up(first.all);
      const old = String(stack.outputs(first.own).name);
      const next = await program();
      // when
      await stack.up(next.all, { env: { ZUPLO_RECORD: folder } });
      // then
      const entries = entriesIn(join(folder, readdirSync(folder)[0] ?? ""));
      const { deployments, deleted, waiting } = rotationOf(entries);
      const { name } = stack.outputs(next.own);
      for (const { from, to, outcome } of deployments)
        assert.deepEqual([from[0]?.name, to[0]?.name, outcome], [old, name, "done"]);
      assert.equal(deployments.length, 2);
      assert.deepEqual([deleted, waiting], [[old], []]);
      for (const entry of entries) if ("variable" in entry) assert.equal(entry.value, undefined);
    }));

  it("begins with the first step, and has what was said before; a preview has none", () =>
    withEmulator(world, async emulator => {
      const { session } = contextOf(emulator, { env: { ZUPLO_RECORD: folder } });
      // when something is only said
      session.log.info(coded("ZUPLO1225", "MtlsCertificate 'backend': serial number 01."));
      assert.deepEqual(readdirSync(folder), []);
      // when something is done
      session.recorder.record({ step: "roll.ended", deployment: "gateway-main" });
      const [file = ""] = readdirSync(folder);
      assert.deepEqual(stepsIn(entriesIn(join(folder, file))), ["message ZUPLO1225", "roll.ended"]);
      session.log.warn(coded("ZUPLO1107", "The file can be read by others."));
      assert.equal(entriesIn(join(folder, file)).length, 3);
    }));

  it("goes on in a new line where a run that was killed has left half of one", () =>
    withEmulator(world, async emulator => {
      const file = join(folder, "record.jsonl");
      writeFileSync(file, '{"version":1,"ti');
      const { session } = contextOf(emulator, { env: { ZUPLO_RECORD: file } });
      session.recorder.record({ step: "roll.ended", deployment: "gateway-main" });
      session.recorder.record({ step: "roll.ended", deployment: "gateway-staging" });
      const [half, ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
      assert.equal(half, '{"version":1,"ti');
      assert.equal(lines.map(line => entrySchema.parse(JSON.parse(line))).length, 2);
    }));

  it("that cannot be written is told once, and stops nothing", () =>
    withEmulator(world, async emulator => {
      const log = new RecordingLogger();
      const state = await up(emulator, "/dev/null/record", await emulator.authority.issue(), undefined, log);
      assert.equal(state.failure, undefined);
      assert.equal(log.lines.filter(line => line.includes("ZUPLO1008")).length, 1);
    }));
});
