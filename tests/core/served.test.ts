import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Emulator } from "../../emulator";
import { PartialFailure } from "../../provider/resources/partialFailure";
import type { RedeploymentArgs } from "../../provider/resources/redeployment/contract";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import { verify } from "../../provider/rotation/verify";
import { contextOf, RecordingLogger, withEmulator } from "../support/core";

const args = (more: Partial<RedeploymentArgs> = {}): RedeploymentArgs => ({
  branch: "main",
  certificates: [],
  variables: [],
  timeout: 10,
  ...more,
});

/** What is served at each location of the edge, by so many fresh connections. */
async function looks(emulator: Emulator, count: number): Promise<Set<string>> {
  const { url } = emulator.deployment("main");
  const ids: string[] = [];
  for (let look = 0; look < count; look += 1) {
    const answer = await fetch(`${url}/__zuplo/build`, { headers: { connection: "close" } });
    ids.push(((await answer.json()) as { timestamp: string }).timestamp);
  }
  return new Set(ids);
}

describe("a redeploy is served", () => {
  for (const identity of ["id", "timestamp", "none"] as const) {
    it(`where the gateway tells builds apart by ${identity}`, () =>
      withEmulator({ deployMs: 300 }, async emulator => {
        // given
        emulator.identifyBuildsBy(identity);
        // when
        const startedAt = Date.now();
        const { state } = await redeployment.create(contextOf(emulator), args());
        // then: not before it was, and soon after
        const took = Date.now() - startedAt;
        assert.equal(emulator.served("main").length, 2);
        assert.ok(took >= 300 && took < 2000, `${took} ms`);
        assert.equal(state.buildId === undefined, identity === "none");
      }));
  }

  it("at all locations of the edge, and not at the first one alone", () =>
    withEmulator({ deployMs: 100 }, async emulator => {
      // given: three locations that differ for a while
      emulator.spreadOver(3, 1000);
      // when
      await redeployment.create(contextOf(emulator), args());
      // then
      assert.equal((await looks(emulator, 3)).size, 1);
    }));

  it("only by a build that nobody made before it", () =>
    withEmulator({ deployMs: 400 }, async emulator => {
      // given: somebody's push, which has not come to every location yet
      emulator.spreadOver(3, 1500);
      await emulator.push("main");
      assert.equal((await looks(emulator, 3)).size, 2);
      // when
      const { state } = await redeployment.create(contextOf(emulator), args());
      // then
      assert.equal(emulator.served("main").length, 3);
      assert.equal(state.buildId, emulator.deployment("main").buildId);
    }));

  it("not within the time, and says that a part of the edge has it", () =>
    withEmulator({ deployMs: 50 }, async emulator => {
      // given
      emulator.spreadOver(2, 60_000);
      // when
      const create = redeployment.create(contextOf(emulator), args({ timeout: 4 }));
      // then
      await assert.rejects(create, error => {
        assert.ok(error instanceof PartialFailure);
        assert.match(error.cause.message, /the new build was not served everywhere within 4 s/);
        return true;
      });
    }));

  it("by a push as well, which the log tells; by our own redeploy without a word", () =>
    withEmulator({ deployMs: 50 }, async emulator => {
      // given: the redeploy of the API hangs, and somebody pushes
      const quiet = new RecordingLogger();
      await redeployment.create(contextOf(emulator, { log: quiet }), args());
      assert.deepEqual(quiet.lines, []);
      const log = new RecordingLogger();
      emulator.hangNextBuild("main");
      setTimeout(() => void emulator.push("main"), 200);
      // when
      const { state } = await redeployment.create(contextOf(emulator, { log }), args());
      // then
      assert.equal(state.buildId, emulator.deployment("main").buildId);
      assert.match(
        log.lines.join("\n"),
        /^info: Deployment '[\w-]+' serves commit [0-9a-f]{7}, .* \[ZUPLO1405\]$/,
      );
    }));
});

describe("a right answer to a verification", () => {
  /** What is asked to verify a build: meanwhile, or afterwards, something happens. */
  async function withRoute(
    onRequest: (number: number) => Promise<number>,
    work: (url: string, asked: () => number) => Promise<void>,
  ): Promise<void> {
    let asked = 0;
    const server = createServer(async (_, response) => {
      asked += 1;
      response.writeHead(await onRequest(asked)).end();
    });
    await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
    try {
      await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => asked);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it("is wanted three times in a row, since one connection ends at one location of the edge", () =>
    withEmulator({ deployMs: 20 }, emulator =>
      withRoute(
        async number => (number === 3 ? 502 : 200),
        async (url, asked) => {
          await redeployment.create(contextOf(emulator), args({ verify: { url } }));
          assert.equal(asked(), 6);
        },
      ),
    ));

  it("is waited for beyond the time while locations differ", () =>
    withRoute(
      async number => (number > 10 || number % 2 === 0 ? 200 : 502),
      async (url, asked) => {
        const differsUntil = performance.now() + 30_000;
        assert.ok((await verify({ url, status: 200, timeoutMs: 300 }, { differsUntil })).ok);
        assert.equal(asked(), 12);
      },
    ));

  it("is not waited for where they agree on a wrong one", () =>
    withRoute(
      async number => (number < 3 ? 200 : 502),
      async url => {
        const startedAt = performance.now();
        const differsUntil = startedAt + 30_000;
        const result = await verify({ url, status: 200, timeoutMs: 300 }, { differsUntil });
        assert.ok(!result.ok);
        assert.match(result.problem, / 502 .*, 2 as expected\)/);
        assert.ok(performance.now() - startedAt < 10_000);
      },
    ));

  it("is enough where the deployment is as it was", () =>
    withEmulator({ deployMs: 20 }, emulator =>
      withRoute(
        async () => 200,
        async (url, asked) => {
          const log = new RecordingLogger();
          await redeployment.create(contextOf(emulator, { log }), args({ verify: { url } }));
          assert.equal(asked(), 3);
          assert.deepEqual(log.lines, []);
        },
      ),
    ));

  it("is not enough where somebody has deployed meanwhile: that is waited for, and verified once more", () =>
    withEmulator({ deployMs: 300 }, emulator => {
      // given: a push under way when the first answer comes, which is served later
      const onRequest = async (number: number) => {
        if (number === 1) await emulator.push("main");
        if (number === 1) void emulator.push("main");
        return 200;
      };
      return withRoute(onRequest, async (url, asked) => {
        const log = new RecordingLogger();
        // when
        await redeployment.create(contextOf(emulator, { log }), args({ verify: { url } }));
        // then
        assert.equal(asked(), 6);
        assert.equal(emulator.served("main").length, 4);
        assert.match(log.lines.join("\n"), /^info: Deployment '[\w-]+' was deployed again .*\[ZUPLO1406\]$/);
      });
    }));

  it("a push that breaks it makes the run fail", () =>
    withEmulator({ deployMs: 20 }, emulator => {
      const onRequest = async (number: number) => {
        if (number === 1) await emulator.push("main");
        return number === 1 ? 200 : 500;
      };
      return withRoute(onRequest, async url => {
        // when
        const verify = { url, timeout: 0.5 };
        const create = redeployment.create(contextOf(emulator), args({ verify }));
        // then
        await assert.rejects(create, error => {
          assert.match((error as PartialFailure<unknown>).cause.message, /answered 500 instead of 200/);
          return true;
        });
      });
    }));
});
