import assert from "node:assert/strict";
import type { Emulator } from "../../emulator";
import { environmentTypes } from "../../provider/api/responses";
import { targetOf } from "../../provider/rotation/target";
import { contextOf, RecordingLogger, withEmulator } from "../support/core";
import { assertSafe, calls, load, pem } from "../support/rotation";
import { type Declared, type RunOptions, Stack } from "../support/run";

const variable = "BACKEND_MTLS_CERT";
type Pems = ReturnType<typeof pem>;

/** A certificate in use by one branch. */
function program(name: string, branch: string, pems: Pems, more: Record<string, unknown> = {}): Declared[] {
  const certificate: Declared = {
    type: "MtlsCertificate",
    name,
    args: { ...pems, environments: [branch === "main" ? "production" : "preview"], ...more },
  };
  const set: Declared = {
    type: "EnvironmentVariable",
    name,
    args: of => ({ branch, name: variable, value: of(certificate).name }),
  };
  const redeployment: Declared = {
    type: "Redeployment",
    name,
    args: of => ({
      branch,
      certificates: [of(certificate).name],
      variables: [{ branch, name: variable, value: of(certificate).name }],
      timeout: 20,
    }),
  };
  return [certificate, set, redeployment];
}

const issue = async (emulator: Emulator) => pem(await emulator.authority.issue());

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = Date.now();
  await work();
  return (Date.now() - startedAt) / 1000;
}

/** From the last build that was served to each deletion, in seconds. */
function outlived(emulator: Emulator): number[] {
  const served = Math.max(...["main", "staging"].map(branch => emulator.served(branch).at(-1)?.at ?? 0));
  return calls(emulator.trace, "certificate.delete").map(({ at }) => (at - served) / 1000);
}

describe("a superseded certificate", () => {
  const settle = (text: string): RunOptions => ({ env: { ZUPLO_SETTLE: text } });

  it("outlives the redeploy that releases it, so that no location of the edge misses it", () =>
    withEmulator({ deployMs: 50 }, async emulator => {
      // given: an edge of two locations, and requests that end at both
      const stack = new Stack(emulator);
      await stack.up(program("backend", "main", await issue(emulator)), settle("0"));
      emulator.spreadOver(2, 1000);
      const traffic = load(emulator, ["main"], 20);
      // when
      await stack.up(program("backend", "main", await issue(emulator)), settle("2s"));
      // then
      const { failed } = await traffic.stop();
      assert.equal(failed, 0);
      assertSafe(emulator);
      assert.equal(emulator.certificates().length, 1);
      assert.ok(
        outlived(emulator).every(time => time >= 1.9),
        String(outlived(emulator)),
      );
    }));

  it("is missed there without", () =>
    withEmulator({ deployMs: 50 }, async emulator => {
      // given: builds cannot be told apart, so that nobody sees that the locations differ
      const stack = new Stack(emulator);
      await stack.up(program("backend", "main", await issue(emulator)), settle("0"));
      emulator.identifyBuildsBy("none");
      emulator.spreadOver(2, 3000);
      // when
      await stack.up(program("backend", "main", await issue(emulator)), settle("0"));
      // then
      assert.match(emulator.violations[0]?.reason ?? "", /a location of the edge still serves a build/);
    }));

  it("is waited for once in a run, whatever the number, by the time of the resource or the provider's", () =>
    withEmulator({ deployMs: 50 }, async emulator => {
      // given
      const stack = new Stack(emulator);
      const both = async () => [
        ...program("backend", "main", await issue(emulator), { settle: 2 }),
        ...program("other", "staging", await issue(emulator)),
      ];
      await stack.up(await both(), settle("0"));
      emulator.clearTrace();
      // when
      const next = await both();
      const took = await seconds(() => stack.up(next, settle("2s")));
      // then
      assert.equal(emulator.certificates().length, 2);
      assert.ok(
        outlived(emulator).every(time => time >= 1.9 && time < 3.5),
        String(outlived(emulator)),
      );
      assert.ok(took < 20, `${took} s`);
    }));

  it("is not waited for where the resource says 0, or nothing was released", () =>
    withEmulator({ deployMs: 50 }, async emulator => {
      const stack = new Stack(emulator);
      const unused: Declared = {
        type: "MtlsCertificate",
        name: "unused",
        args: { ...(await issue(emulator)), environments: ["development"] },
      };
      const first = program("backend", "main", await issue(emulator), { settle: 0 });
      await stack.up([...first, unused], settle("1h"));
      // when: one is rotated, and one that nobody had is removed
      const log = await stack.up(
        program("backend", "main", await issue(emulator), { settle: 0 }),
        settle("1h"),
      );
      // then
      assert.equal(emulator.certificates().length, 1);
      assert.doesNotMatch(log.lines.join("\n"), /ZUPLO1212/);
    }));

  it("is waited for after a run that ended early, by the date of the deployment that released it", () =>
    withEmulator({ deployMs: 50 }, async emulator => {
      // given: a run that ended before it deleted anything
      const stack = new Stack(emulator);
      await stack.up(program("backend", "main", await issue(emulator)), settle("0"));
      const next = program("backend", "main", await issue(emulator));
      await stack.up(next, { ...settle("2s"), withoutDeletes: true });
      emulator.clearTrace();
      // when
      const log = await stack.up(next, settle("2s"));
      // then
      assert.ok(
        outlived(emulator).every(time => time >= 1.9),
        String(outlived(emulator)),
      );
      assert.match(log.lines.join("\n"), /^info: Waiting 2 s before .* \[ZUPLO1212\]$/m);
      // when: the same, a day later
      const third = program("backend", "main", await issue(emulator));
      await stack.up(third, { ...settle("1h"), withoutDeletes: true });
      const tomorrow = { ...settle("1h"), now: () => Date.now() + 24 * 60 * 60 * 1000 };
      await stack.up(third, tomorrow);
      // then
      assert.equal(emulator.certificates().length, 1);
    }));

  it("outlives the redeploys of its removal", () =>
    withEmulator({ deployMs: 50 }, async emulator => {
      const stack = new Stack(emulator);
      await stack.up(program("backend", "main", await issue(emulator)), settle("0"));
      emulator.clearTrace();
      // when
      await stack.destroy(settle("1500ms"));
      // then
      assert.equal(emulator.certificates().length, 0);
      assert.ok(
        outlived(emulator).every(time => time >= 1.4),
        String(outlived(emulator)),
      );
    }));

  it("is waited for no longer than that where Zuplo's clock is ahead", () =>
    withEmulator({ deployMs: 50 }, async emulator => {
      const stack = new Stack(emulator);
      await stack.up(program("backend", "main", await issue(emulator)), settle("0"));
      const next = program("backend", "main", await issue(emulator));
      await stack.up(next, { ...settle("1s"), withoutDeletes: true });
      // when
      const behind = { ...settle("1s"), now: () => Date.now() - 60 * 60 * 1000 };
      const took = await seconds(() => stack.up(next, behind));
      // then
      assert.equal(emulator.certificates().length, 1);
      assert.ok(took >= 1 && took < 10, `${took} s`);
    }));

  it("does not hold up a later stage: what no state knows of is left to a later run", () =>
    withEmulator({ deployMs: 50 }, async emulator => {
      // given: one that was forgotten, so that a rotation finds it by its name
      const stack = new Stack(emulator);
      const first = program("backend", "main", await issue(emulator));
      await stack.up(first, settle("0"));
      const { name } = stack.outputs(first[0] as Declared);
      stack.forget(first[0] as Declared);
      const later = { ...settle("1h"), now: () => Date.now() + 2 * 60 * 60 * 1000, withoutDeletes: true };
      // when
      await stack.up(program("backend", "main", await issue(emulator)), later);
      // then
      const left = () => emulator.certificates().find(certificate => certificate.name === name);
      assert.deepEqual(left()?.environments, []);
      // when
      await stack.up(program("backend", "main", await issue(emulator)), later);
      // then
      assert.equal(left(), undefined);
      assertSafe(emulator);
    }));

  it("keeps its name meanwhile: the same certificate is uploaded under another one", () =>
    withEmulator({ deployMs: 50 }, async emulator => {
      // given
      const stack = new Stack(emulator);
      const old = await issue(emulator);
      const before = program("backend", "main", old);
      await stack.up(before, settle("0"));
      const { name } = stack.outputs(before[0] as Declared);
      const forever = { ...settle("1h"), withoutDeletes: true };
      await stack.up(program("backend", "main", await issue(emulator)), forever);
      // when
      const again = program("backend", "main", old);
      await stack.up(again, forever);
      // then
      assert.equal(stack.outputs(again[0] as Declared).name, `${name}_2`);
      assertSafe(emulator);
    }));

  it("outlives it by the time that its resource said last, which is changed without a call", () =>
    withEmulator({ deployMs: 50 }, async emulator => {
      // given
      const stack = new Stack(emulator);
      const pems = await issue(emulator);
      await stack.up(program("backend", "main", pems, { settle: "1h" }), settle("1h"));
      emulator.clearTrace();
      await stack.up(program("backend", "main", pems, { settle: "500ms" }), settle("1h"));
      assert.deepEqual(emulator.trace, []);
      // when
      await stack.destroy(settle("1h"));
      // then
      assert.equal(emulator.certificates().length, 0);
      assert.ok(
        outlived(emulator).every(time => time >= 0.4),
        String(outlived(emulator)),
      );
    }));

  it("is waited for at once by all that are deleted at once, and said once", () =>
    withEmulator({}, async emulator => {
      // given: a redeploy that has just released several
      const log = new RecordingLogger();
      const project = await contextOf(emulator, { log }).session.project({});
      const [deployment = assert.fail("no deployment")] = await project.deployments.list();
      const released = ["a", "b", "c"].map(name => ({
        ...{ id: name, name, createdOn: undefined, updatedOn: undefined },
        certificateInfo: { subject: "", issuer: "", validFrom: "", validTo: "", serialNumber: "" },
        environments: { development: false, preview: false, production: false },
      }));
      await project.settling.during(targetOf(deployment), undefined, 1, () => Promise.resolve());
      // when
      const settle = { settleMs: 1000, everEnabledFor: environmentTypes };
      const wait = (certificate: (typeof released)[number]) => project.settling.wait(certificate, settle);
      const took = await seconds(() => Promise.all(released.map(wait)));
      // then
      assert.ok(took >= 0.9 && took < 1.9, `${took} s`);
      assert.equal(log.lines.filter(line => line.includes("ZUPLO1212")).length, 1);
      // and whoever comes later has nothing to wait for
      assert.equal(await wait(released[0] ?? assert.fail()), false);
    }));
});
