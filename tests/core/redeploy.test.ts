import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Emulator, spoil } from "../../emulator";
import { RedeployFailed } from "../../provider/api/errors";
import { PartialFailure } from "../../provider/resources/partialFailure";
import type { RedeploymentArgs } from "../../provider/resources/redeployment/contract";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import { unknown } from "../../provider/resources/unknown";
import { contextOf, describeDeployment, uploadCertificate, withEmulator } from "../support/core";
import { calls } from "../support/rotation";

const args = (more: Partial<RedeploymentArgs> = {}): RedeploymentArgs => ({
  branch: "main",
  certificates: [],
  variables: [],
  timeout: 5,
  ...more,
});

const cause = (error: unknown) => (error as PartialFailure<unknown>).cause.message.replace(/\s+/g, " ");

describe("waiting for a redeploy", () => {
  it("is previewed while the name of a certificate is not known", () =>
    withEmulator({}, async emulator => {
      const { state } = await redeployment.create(contextOf(emulator), args());
      const news = { ...args(), certificates: [unknown] };
      const changes = redeployment.diff(contextOf(emulator), state as never, news);
      assert.deepEqual(changes, { certificates: "update" });
    }));

  it("ends when another build is served, and not before", () =>
    withEmulator({ deployMs: 500 }, async emulator => {
      const before = emulator.deployment("main").buildId;
      const startedAt = Date.now();
      const { id, state } = await redeployment.create(contextOf(emulator), args());
      assert.ok(Date.now() - startedAt >= 500);
      assert.equal(id, emulator.deployment("main").name);
      assert.notEqual(state.buildId, before);
      assert.equal(state.buildId, emulator.deployment("main").buildId);
      assert.equal(state.environmentType, "production");
      assert.match(state.deployedOn ?? "", /^\d{4}-\d\d-\d\dT/);
    }));

  const partial: [string, (deployment: Record<string, unknown>) => Record<string, unknown>][] = [
    ["no updatedOn", ({ updatedOn: _, ...rest }) => rest],
    ["no state", ({ state: _, ...rest }) => rest],
    ["no URL", ({ url: _, ...rest }) => rest],
    ["a URL where nobody answers", rest => ({ ...rest, url: "http://127.0.0.1:9/x" })],
    ["an environment type in lower case", rest => ({ ...rest, environmentType: "production" })],
    ["no environment type", ({ environmentType: _, ...rest }) => rest],
  ];
  for (const [title, change] of partial) {
    it(`works with an API that tells ${title}`, () =>
      withEmulator({}, async emulator => {
        const before = emulator.deployment("main").buildId;
        describeDeployment(emulator, change);
        const { state } = await redeployment.create(contextOf(emulator), args());
        assert.notEqual(emulator.deployment("main").buildId, before);
        assert.equal(state.environmentType, "production");
      }));
  }

  for (const word of ["UPDATING", "BUILD_STARTED", "INITIALIZING"])
    it(`fails with a build that fails after the state was ${word}, where only the date tells builds apart`, () =>
      withEmulator({ deployMs: 600, showsBuilding: true }, async emulator => {
        // given that the date moves when the build begins
        emulator.identifyBuildsBy("none");
        emulator.failNextBuild("main");
        let askedAt: string | undefined;
        emulator.onCall(({ kind }) => {
          if (kind === "deployment.deploy") askedAt = new Date().toISOString();
          return undefined;
        });
        describeDeployment(emulator, ({ state, updatedOn, ...rest }) => ({
          ...rest,
          state: state === "DEPLOYING" ? word : state,
          updatedOn: askedAt ?? updatedOn,
        }));
        // when, then
        const create = redeployment.create(contextOf(emulator), args());
        await assert.rejects(create, error => /the build ended as ERROR/.test(cause(error)));
      }));

  it("is not over while the deployment is NOT_READY, where only the date tells builds apart", () =>
    withEmulator({ deployMs: 100 }, async emulator => {
      // given
      emulator.identifyBuildsBy("none");
      let isAsked = false;
      emulator.onCall(({ kind }) => {
        if (kind === "deployment.deploy") isAsked = true;
        return undefined;
      });
      describeDeployment(emulator, ({ state, ...rest }) => ({
        ...rest,
        state: isAsked ? "NOT_READY" : state,
      }));
      // when, then
      const create = redeployment.create(contextOf(emulator), args({ timeout: 1 }));
      await assert.rejects(create, error =>
        /no new build was served within 1 s; its state is NOT_READY/.test(cause(error)),
      );
    }));

  it("is bounded: 'enqueued' alone is no success", () =>
    withEmulator({}, async emulator => {
      emulator.hangNextBuild("main");
      const create = redeployment.create(contextOf(emulator), args({ timeout: 1 }));
      await assert.rejects(create, error => {
        assert.ok(error instanceof PartialFailure && error.cause instanceof RedeployFailed);
        assert.match(
          cause(error),
          /^redeploy deployment '[^']+': no new build was served within 1 s; the build is still \S+/,
        );
        return true;
      });
    }));

  it("is bounded, too, where the build id never changes although updatedOn moves", () =>
    withEmulator({}, async emulator => {
      const server = createServer((_, response) => response.end('{"buildId":"always the same"}'));
      await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      describeDeployment(emulator, rest => ({ ...rest, url }));
      try {
        const create = redeployment.create(contextOf(emulator), args({ timeout: 1 }));
        await assert.rejects(create, error =>
          /its gateway only told build always the same as before/.test(cause(error)),
        );
      } finally {
        server.closeAllConnections();
        server.close();
      }
    }));

  it("is told why a build failed", () =>
    withEmulator({}, async emulator => {
      emulator.failNextBuild("main", "no such module");
      await assert.rejects(redeployment.create(contextOf(emulator), args()), error => {
        return /the build ended as ERROR: no such module/.test(cause(error));
      });
    }));

  it("does not take a failure of yesterday for one of today", () =>
    withEmulator({}, async emulator => {
      emulator.failNextBuild("main");
      await emulator.push("main").catch(() => undefined);
      const { state } = await redeployment.create(contextOf(emulator), args());
      assert.equal(state.buildId, emulator.deployment("main").buildId);
    }));

  it("goes on while the API fails for a while", () =>
    withEmulator({ deployMs: 1500 }, async emulator => {
      let looks = 0;
      emulator.onCall(call =>
        call.kind === "deployment.get" && ++looks > 1 && looks < 12 ? { status: 503 } : undefined,
      );
      const { state } = await redeployment.create(contextOf(emulator), args({ timeout: 20 }));
      assert.equal(state.buildId, emulator.deployment("main").buildId);
    }));

  it("does not take a foreign build for its own", () =>
    withEmulator({ deployMs: 300 }, async emulator => {
      // given somebody else's deploy, under way when ours begins
      const foreign = emulator.push("main");
      const { state } = await redeployment.create(contextOf(emulator), args());
      await foreign;
      // then ours was waited for
      assert.equal(emulator.served("main").length, 3);
      assert.equal(state.buildId, emulator.deployment("main").buildId);
    }));

  it("repeats an enqueueing whose answer was lost", () =>
    withEmulator({}, async emulator => {
      emulator.onCall(spoil(call => call.kind === "deployment.deploy", { destroy: "before" }));
      await redeployment.create(contextOf(emulator), args());
      assert.equal(calls(emulator.trace, "deployment.deploy").length, 2);
    }));

  it("ends at once when the run is cancelled", () =>
    withEmulator({}, async emulator => {
      emulator.hangNextBuild("main");
      const stop = new AbortController();
      const create = redeployment.create(contextOf(emulator, { signal: stop.signal }), args({ timeout: 60 }));
      setTimeout(() => stop.abort(), 500);
      const startedAt = Date.now();
      await assert.rejects(create);
      assert.ok(Date.now() - startedAt < 1500);
    }));
});

describe("a redeployment", () => {
  it("refuses to go where a certificate is missing or not enabled, before anything is changed", () =>
    withEmulator({}, async emulator => {
      const context = contextOf(emulator);
      const { state } = await uploadCertificate(context, await emulator.authority.issue(), {
        environments: ["preview"],
      });
      emulator.clearTrace();
      const wanted: [Partial<RedeploymentArgs>, RegExp][] = [
        [{ certificates: ["gone"] }, /certificate 'gone' does not exist/],
        [
          { certificates: [state.name] },
          /is not enabled for production\n?.*Add "production" to the `environments`/s,
        ],
        [{ environmentType: "preview" }, /its environment type is production, not preview/],
        [{ branch: "nowhere" }, /no such deployment/],
      ];
      for (const [more, says] of wanted) {
        await assert.rejects(redeployment.create(contextOf(emulator), args(more)), (error: Error) =>
          says.test(error.message),
        );
      }
      assert.deepEqual(emulator.writes(), []);
    }));

  const wrong = [
    "main-abc.zuplo.app",
    "ftp://main.zuplo.app",
    "http://main.zuplo.app",
    "https://user:hunter2@main.zuplo.app",
    "https://main.zuplo.app/?token=hunter2",
    "https://main.zuplo.app/#hunter2",
  ];
  for (const url of wrong)
    it(`refuses a deployment that is said to be at '${url}', before anything is changed`, () =>
      withEmulator({}, async emulator => {
        describeDeployment(emulator, rest => ({ ...rest, url }));
        for (const more of [{}, { verify: { path: "/" } }, { verify: { url: "https://example.com/" } }]) {
          await assert.rejects(redeployment.create(contextOf(emulator), args(more)), (error: Error) => {
            assert.match(error.message, /its URL, as Zuplo reports it, is not the https address.*ZUPLO1309/s);
            assert.doesNotMatch(error.message, /hunter2/);
            return true;
          });
        }
        assert.deepEqual(emulator.writes(), []);
      }));

  describe("that fails in another way than by its build", () => {
    /** A deployment with a certificate, and the update to its successor. */
    async function rotation(emulator: Emulator, verify: RedeploymentArgs["verify"]) {
      const one = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
      const variable = (value: string) => ({ branch: "main", name: "BACKEND_MTLS_CERT", value });
      const { client, scope } = await contextOf(emulator).session.project({});
      const { name, value } = variable(one.state.name);
      await client.createVariable(scope, "main", { name, isSecret: false, value });
      const uses = (certificate: string) =>
        args({ certificates: [certificate], variables: [variable(certificate)], verify });
      const olds = await redeployment.create(contextOf(emulator), uses(one.state.name));
      const two = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
      emulator.clearTrace();
      const context = contextOf(emulator);
      const update = () => redeployment.update(context, olds.id, olds.state, uses(two.state.name));
      return { before: one.state.name, context, update };
    }

    async function failureOf(update: () => Promise<unknown>) {
      const failure = await update().then(
        () => undefined,
        (error: unknown) => error,
      );
      assert.ok(failure instanceof PartialFailure, String(failure));
      return failure as PartialFailure<RedeploymentArgs>;
    }

    it("is rolled back when the API key may no longer read it after the redeploy", () =>
      withEmulator({}, async emulator => {
        const { before, update } = await rotation(emulator, { path: "/" });
        // given a key that loses a right for as long as the new build is waited for
        let isRefused = false;
        let refusals = 0;
        emulator.onCall(({ kind }) => {
          if (kind === "deployment.deploy") isRefused = refusals === 0;
          if (kind !== "deployment.get" || !isRefused) return undefined;
          refusals += 1;
          isRefused = false;
          return { status: 403, body: { title: "Forbidden" } };
        });
        const failure = await failureOf(update);
        // then the variable, the certificate and the build are as before, and the next run tries again
        assert.match(cause(failure), /Forbidden.*\(HTTP 403\)\. Rolled back in .*redeployed/);
        assert.deepEqual(emulator.variables("main"), { BACKEND_MTLS_CERT: before });
        assert.deepEqual(failure.state.certificates, [before]);
        assert.equal(calls(emulator.trace, "deployment.deploy").length, 2);
        assert.deepEqual(emulator.violations, []);
      }));

    it("is rolled back when the provider itself fails after the redeploy", () =>
      withEmulator({}, async emulator => {
        const { before, context, update } = await rotation(emulator, { path: "/" });
        let failures = 0;
        const { builds } = context.session;
        const noteServed = builds.noteServed.bind(builds);
        builds.noteServed = (...given) => {
          if (failures++ === 0) throw new TypeError("nobody has thought of it");
          noteServed(...given);
        };
        const failure = await failureOf(update);
        assert.match(
          cause(failure),
          /internal error of the Zuplo provider \(TypeError: nobody has thought of it\)\. Rolled back in /,
        );
        assert.deepEqual(emulator.variables("main"), { BACKEND_MTLS_CERT: before });
        assert.deepEqual(failure.state.certificates, [before]);
      }));

    it("is stored as a failure where nothing is to be rolled back", () =>
      withEmulator({}, async emulator => {
        const { before, context, update } = await rotation(emulator, undefined);
        context.session.builds.noteServed = () => {
          throw new TypeError("nobody has thought of it");
        };
        const failure = await failureOf(update);
        assert.doesNotMatch(cause(failure), /Rolled back/);
        assert.deepEqual(failure.state.certificates, [before]);
        assert.equal(calls(emulator.trace, "deployment.deploy").length, 1);
      }));

    it("has its variable put back where Zuplo refuses the redeploy: a push would take it on unverified", () =>
      withEmulator({}, async emulator => {
        const { before, update } = await rotation(emulator, { path: "/" });
        emulator.onCall(({ kind }) => (kind === "deployment.deploy" ? { status: 403, body: {} } : undefined));
        const failure = await failureOf(update);
        assert.match(
          cause(failure),
          /\(HTTP 403\)\. Nothing was redeployed\. For later deployments, set back to the previous value: 'main\/BACKEND_MTLS_CERT'/,
        );
        assert.deepEqual(emulator.variables("main"), { BACKEND_MTLS_CERT: before });
        assert.deepEqual(failure.state.certificates, [before]);
        assert.equal(calls(emulator.trace, "deployment.deploy").length, 1);
        assert.deepEqual([...emulator.violations, ...emulator.hazards], []);
      }));

    it("is left as it is where Zuplo refuses the redeploy of what nobody verifies", () =>
      withEmulator({}, async emulator => {
        const { update } = await rotation(emulator, undefined);
        emulator.onCall(({ kind }) => (kind === "deployment.deploy" ? { status: 403, body: {} } : undefined));
        await assert.rejects(update, error => !(error instanceof PartialFailure));
        assert.equal(calls(emulator.trace, "deployment.deploy").length, 1);
      }));
  });

  it("goes back to an old certificate that another deployment is just letting go", () => {
    const branches = ["staging", "canary"].map(name => ({ name, environmentType: "preview" as const }));
    return withEmulator({ branches }, async emulator => {
      // given two deployments of a type with one certificate, and its successor
      const { state: one } = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
      const uses = (branch: string, value: string) =>
        args({
          branch,
          certificates: [value],
          variables: [{ branch, name: "BACKEND_MTLS_CERT", value }],
          verify: { path: "/" },
        });
      const { client, scope } = await contextOf(emulator).session.project({});
      const before = await Promise.all(
        branches.map(async ({ name: branch }) => {
          const variable = { name: "BACKEND_MTLS_CERT", isSecret: false, value: one.name };
          await client.createVariable(scope, branch, variable);
          return { branch, ...(await redeployment.create(contextOf(emulator), uses(branch, one.name))) };
        }),
      );
      const { state: two } = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
      // when one of them fails before Zuplo is asked, while the other one is disabling the old certificate
      let reads = 0;
      emulator.onCall(({ kind, method }) => {
        if (kind === "certificate.get" && reads++ === 0) return { status: 200, body: "<html></html>" };
        if (kind === "certificate.update") return { delayMs: 200 };
        return kind === "variable.update" && method !== "GET" && reads > 0 ? { delayMs: 400 } : undefined;
      });
      const context = contextOf(emulator);
      const updates = before.map(({ branch, id, state }) =>
        redeployment.update(context, id, state, uses(branch, two.name)),
      );
      const ended = await Promise.allSettled(updates);
      // then no push breaks, whichever of them it is
      assert.ok(ended.some(({ status }) => status === "rejected"));
      assert.deepEqual([...emulator.hazards, ...emulator.violations], []);
    });
  });

  it("redeploys for another trigger, and for nothing that only concerns the provider", () =>
    withEmulator({}, async emulator => {
      const { id, state } = await redeployment.create(
        contextOf(emulator),
        args({ triggers: { commit: "a" } }),
      );
      emulator.clearTrace();
      const same = args({ triggers: { commit: "a" }, verify: { path: "/" }, timeout: 60 });
      assert.deepEqual(redeployment.diff(contextOf(emulator), state, { ...same }), {
        verify: "update",
        timeout: "update",
      });
      await redeployment.update(contextOf(emulator), id, state, same);
      assert.deepEqual(emulator.trace, []);
      await redeployment.update(contextOf(emulator), id, state, args({ triggers: { commit: "b" } }));
      assert.equal(calls(emulator.trace, "deployment.deploy").length, 1);
    }));

  it("disables what the names tell is superseded and is no fresh upload, and nothing else", () =>
    withEmulator({}, async emulator => {
      const context = contextOf(emulator);
      const upload = async (more = {}) =>
        (await uploadCertificate(context, await emulator.authority.issue(), more)).state.name;
      // given two generations of one lineage, and certificates of others
      const [orphan, current] = [await upload(), await upload()];
      const others = [
        await upload({ name: "backend_prod_manual" }),
        await upload({ namePrefix: "other" }),
        await upload({ name: "x_202601150930" }),
      ];
      const another = await upload({ name: "x_202601150931" });
      emulator.clearTrace();
      const variables = [{ branch: "main", name: "BACKEND_MTLS_CERT", value: current }];
      const later = contextOf(emulator, { now: () => Date.now() + 2 * 60 * 60 * 1000 });
      await redeployment.create(later, args({ certificates: [current, another], variables }));
      const enabled = (name: string) =>
        emulator.certificates().find(certificate => certificate.name === name)?.environments;
      assert.deepEqual(enabled(orphan), ["preview"]);
      for (const name of [current, another, ...others])
        assert.deepEqual(enabled(name), ["preview", "production"], name);
      assert.equal(calls(emulator.trace, "certificate.update").length, 1);
    }));

  it("sets a variable again that a rollback of an earlier run has put back", () =>
    withEmulator({}, async emulator => {
      const context = contextOf(emulator);
      const [one, two] = [await emulator.authority.issue(), await emulator.authority.issue()];
      const { state: before } = await uploadCertificate(context, one);
      const { client, scope } = await context.session.project({});
      await client.createVariable(scope, "main", {
        name: "BACKEND_MTLS_CERT",
        isSecret: false,
        value: before.name,
      });
      const variable = (value: string) => ({ branch: "main", name: "BACKEND_MTLS_CERT", value });
      const olds = await redeployment.create(
        contextOf(emulator),
        args({ certificates: [before.name], variables: [variable(before.name)] }),
      );
      const { state: after } = await uploadCertificate(context, two);
      // when the variable's own resource believes that it has been changed, and the run is another one
      emulator.clearTrace();
      const news = args({ certificates: [after.name], variables: [variable(after.name)] });
      await redeployment.update(contextOf(emulator), olds.id, olds.state, news);
      // then nothing runs without its certificate
      assert.deepEqual(emulator.variables("main"), { BACKEND_MTLS_CERT: after.name });
      assert.deepEqual(emulator.violations, []);
      assert.deepEqual(emulator.hazards, []);
    }));
});
