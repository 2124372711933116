import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fault } from "../../emulator/faults";
import { RedeployFailed, Unavailable } from "../../provider/api/errors";
import { PartialFailure } from "../../provider/resources/partialFailure";
import type { RedeploymentArgs } from "../../provider/resources/redeployment/contract";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import { contextOf, describeDeployment, withEmulator } from "../support/core";
import { calls } from "../support/rotation";

const args = (more: Partial<RedeploymentArgs> = {}): RedeploymentArgs => ({
  branch: "main",
  certificates: [],
  variables: [],
  timeout: 4,
  ...more,
});

/** What is no answer of Zuplo's, and is not asked for again. */
const page = { status: 200, body: "<html></html>" };

/** A gateway that tells of its builds what the tests want. @param tell undefined: it fails */
async function withBuildPage(tell: () => object | undefined, work: (url: string) => Promise<void>) {
  const server = createServer((_, response) => {
    const told = tell();
    response.writeHead(told === undefined ? 503 : 200).end(JSON.stringify(told ?? {}));
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const old = { buildId: "old", timestamp: "2026-01-01T00:00:00.000Z" };
const fresh = { buildId: "fresh", timestamp: "2026-01-01T00:10:00.000Z" };

describe("a redeploy of which little is known", () => {
  it("is not served by the date of before, where that could not be read before it", () =>
    withEmulator({ showsBuilding: false }, async emulator => {
      // given
      emulator.identifyBuildsBy("none");
      emulator.hangNextBuild("main");
      let reads = 0;
      emulator.onCall(({ kind }) => (kind === "deployment.get" && reads++ === 0 ? page : undefined));
      // when, then
      await assert.rejects(redeployment.create(contextOf(emulator), args({ timeout: 3 })), error => {
        assert.ok(error instanceof PartialFailure && error.cause instanceof RedeployFailed);
        return /no new build was served within 3 s/.test(error.cause.message);
      });
    }));

  it("is not asked for where the date of before cannot be read", () =>
    withEmulator({}, async emulator => {
      emulator.onCall(({ kind }) => (kind === "deployment.get" ? page : undefined));
      await assert.rejects(
        redeployment.create(contextOf(emulator), args({ timeout: 1 })),
        error => error instanceof Unavailable && /ZUPLO1609/.test(error.message),
      );
      assert.equal(calls(emulator.trace, "deployment.deploy").length, 0);
    }));

  /** Where the date moves with the request, and the new build is served 1.2 s later. */
  const withDateAtOnce = (told: (askedAt: number | undefined) => object | undefined, buildId?: string) =>
    withEmulator({ deployMs: 50 }, emulator => {
      let askedAt: number | undefined;
      emulator.onCall(({ kind }) => {
        if (kind === "deployment.deploy") askedAt ??= Date.now();
        return undefined;
      });
      return withBuildPage(
        () => told(askedAt),
        async url => {
          describeDeployment(emulator, ({ updatedOn, ...rest }) => ({
            ...rest,
            url,
            updatedOn: askedAt === undefined ? updatedOn : new Date(askedAt).toISOString(),
          }));
          const { state } = await redeployment.create(contextOf(emulator), args());
          assert.ok(askedAt !== undefined && Date.now() - askedAt >= 1200, "not before the new build");
          assert.equal(state.buildId, buildId);
        },
      );
    });
  const afterwards = (askedAt: number) => (Date.now() - askedAt < 1200 ? old : fresh);

  it("is told from the build of before, where the gateway has failed for a moment", () => {
    let looks = 0;
    return withDateAtOnce(askedAt => {
      looks += 1;
      if (askedAt === undefined) return looks <= 3 ? undefined : old;
      return afterwards(askedAt);
    }, "fresh");
  });

  it("is not served by the build that the gateway tells first, where it told nothing before", () =>
    // It is not known for certain which build it is.
    withDateAtOnce(askedAt => (askedAt === undefined ? undefined : afterwards(askedAt)), undefined));

  it("is told by a time that is a number in a text", () =>
    withEmulator({ deployMs: 200 }, emulator =>
      withBuildPage(
        // Seconds, as many APIs count them.
        () => ({ buildId: "same", timestamp: String(1_767_225_600 + emulator.served("main").length) }),
        async url => {
          describeDeployment(emulator, rest => ({ ...rest, url }));
          const { state } = await redeployment.create(contextOf(emulator), args());
          assert.equal(state.buildId, "same");
        },
      ),
    ));

  it("is not served where the gateway tells the same build, which may be the old one, and says so", () =>
    withEmulator({ deployMs: 100 }, async emulator => {
      emulator.identifyBuildsBy("commit");
      const create = redeployment.create(contextOf(emulator), args({ timeout: 2 }));
      await assert.rejects(create, (error: Error) => {
        assert.match(
          (error as PartialFailure<unknown>).cause.message,
          /: the deployment was updated, but within 2 s its gateway only told build \w+ as before; its state is STARTED\n.*If it did, .* please report that.* \[ZUPLO1409\]/,
        );
        return true;
      });
    }));

  it("is not served where the old build stays in service, and says so", () =>
    withEmulator({ deployMs: 100 }, async emulator => {
      emulator.keepNextBuild("main");
      const create = redeployment.create(contextOf(emulator), args({ timeout: 2 }));
      await assert.rejects(create, error =>
        /the deployment was updated, but within 2 s its gateway only told build \S+ as before/.test(
          (error as PartialFailure<unknown>).cause.message,
        ),
      );
    }));

  const slow: [string, Fault, number][] = [
    ["asks for patience", { status: 429, headers: { "retry-after": "4" } }, 1],
    ["refuses every call", { status: 429, headers: { "retry-after": "4" } }, 100],
    ["is slow", { delayMs: 4000 }, 1],
    ["never answers", { delayMs: Number.POSITIVE_INFINITY }, 100],
  ];
  for (const [title, fault, times] of slow)
    it(`is served in time by what the gateway tells, although the API ${title}`, () =>
      withEmulator({ deployMs: 1500 }, async emulator => {
        let isAsked = false;
        let left = times;
        emulator.onCall(({ kind }) => {
          if (kind === "deployment.deploy") isAsked = true;
          return kind === "deployment.get" && isAsked && left-- > 0 ? fault : undefined;
        });
        const startedAt = Date.now();
        const { state } = await redeployment.create(contextOf(emulator), args({ timeout: 2 }));
        assert.equal(state.buildId, emulator.deployment("main").buildId);
        assert.ok(Date.now() - startedAt < 4000, `${Date.now() - startedAt} ms`);
      }));
});
