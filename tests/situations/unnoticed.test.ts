import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type Emulator, startEmulator } from "../../emulator";
import { RateLimited, Unavailable } from "../../provider/api/errors";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { PartialFailure } from "../../provider/resources/partialFailure";
import type { RedeploymentState } from "../../provider/resources/redeployment/contract";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import { until } from "../emulator/support";
import { contextOf, uploadCertificate, withCallsOf } from "../support/core";
import { assertSafe } from "../support/rotation";
import { branchesOf, makeByHand, setByHand } from "./expect";
import { variable } from "./programs";

/** Lines that once could be broken without a test that noticed. */

describe("an answer that is no 404", () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("main"));
  });
  afterEach(() => emulator.stop());

  const answers: [number, new (...args: never) => Error][] = [
    [401, Unavailable],
    [403, Unavailable],
    [429, RateLimited],
    [500, Unavailable],
  ];
  for (const [status, Failure] of answers) {
    it(`never says that a certificate, or a deployment, is gone: ${status}`, async () => {
      // given what no list holds
      const stored = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
      const args = { branch: "main", certificates: [], variables: [] };
      const rolled = await redeployment.create(contextOf(emulator), args);
      emulator.onCall(({ kind }) => {
        if (kind === "certificate.list" || kind === "deployment.list")
          return { status: 200, body: { data: [] } };
        return kind === "certificate.get" || kind === "deployment.get"
          ? { status, body: { title: "No" }, headers: { "retry-after": "0.01" } }
          : undefined;
      });
      // when, then
      const quick = () => contextOf(emulator, { env: { ZUPLO_CALL_TIMEOUT: "1" } });
      await withCallsOf(1000, async () => {
        await assert.rejects(mtlsCertificate.read(quick(), stored.id, stored.state), Failure);
        await assert.rejects(redeployment.read(quick(), rolled.id, rolled.state), Failure);
      });
    });
  }
});

it("a redeploy during which a rollback elsewhere enabled the old certificate again is no success", async () => {
  const emulator = await startEmulator(branchesOf("staging", "canary"));
  const gate = await startGate();
  try {
    // given two deployments of a type with one certificate
    const context = contextOf(emulator);
    const old = await uploadCertificate(context, await emulator.authority.issue());
    const argsOf = (branch: string, value: string, verify: RedeploymentState["verify"]) => ({
      branch,
      certificates: [value],
      variables: [{ branch, name: variable, value }],
      verify,
    });
    const health = { path: "/health", timeout: 2 };
    const before = new Map<string, { id: string; state: RedeploymentState }>();
    for (const branch of ["staging", "canary"]) {
      await makeByHand(emulator, branch, variable, old.state.name);
      before.set(branch, await redeployment.create(context, argsOf(branch, old.state.name, health)));
    }
    const next = await uploadCertificate(context, await emulator.authority.issue());
    for (const branch of before.keys()) await setByHand(emulator, branch, variable, next.state.name);
    const update = (branch: string, verify: RedeploymentState["verify"], context = contextOf(emulator)) => {
      const { id, state } = before.get(branch) as { id: string; state: RedeploymentState };
      return redeployment.update(context, id, state, argsOf(branch, next.state.name, verify));
    };
    // when one of them is verified until the other one has rolled back
    const run = contextOf(emulator);
    emulator.failNextBuild("staging");
    const canary = update("canary", { url: gate.url, timeout: 15 }, run).then(
      () => undefined,
      (error: unknown) => error,
    );
    const staging = assert.rejects(update("staging", health, run), PartialFailure);
    const deployment = emulator.deployment("staging").name;
    const isBack = () =>
      emulator.trace.filter(({ kind, subject }) => kind === "build.served" && subject === deployment)
        .length === 2;
    await until(isBack);
    gate.open();
    // then it is not green either
    const failure = await canary;
    await staging;
    assert.ok(failure instanceof PartialFailure, String(failure));
    assert.match(failure.message, /ZUPLO1412/);
    assert.equal((failure.state as RedeploymentState).deployedOn, undefined);
    assertSafe(emulator);
  } finally {
    await gate.stop();
    await emulator.stop();
  }
});

it("a verification makes a connection for each try, and leaves none open", async () => {
  const emulator = await startEmulator(branchesOf("main"));
  const gate = await startGate(3);
  try {
    // given a gateway that answers a connection as it did the first time, for as long as that is kept
    const verify = { url: gate.url, timeout: 10 };
    // when
    await redeployment.create(contextOf(emulator), {
      branch: "main",
      certificates: [],
      variables: [],
      verify,
    });
    // then
    // Three refused, and three that agree.
    assert.equal(gate.connections(), 6);
    assert.deepEqual([...gate.wishes], ["close"]);
    assert.equal(await gate.left(), 0);
  } finally {
    await gate.stop();
    await emulator.stop();
  }
});

interface Gate {
  url: string;
  /** From now on a new connection is answered with 200. */
  open(): void;
  connections(): number;
  /** What the requests' `Connection` headers asked for. */
  wishes: Set<string | undefined>;
  /** How many connections are still there. */
  left(): Promise<number>;
  stop(): Promise<void>;
}

/** A server on which what a connection is answered is settled when it is opened; after `refusals` of them it is 200. */
async function startGate(refusals = Number.POSITIVE_INFINITY): Promise<Gate> {
  const sockets: Socket[] = [];
  const good = new WeakSet<Socket>();
  const wishes = new Set<string | undefined>();
  let isOpen = false;
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    wishes.add(request.headers.connection);
    response.writeHead(good.has(request.socket) ? 200 : 503).end();
  });
  server.on("connection", socket => {
    sockets.push(socket);
    if (isOpen || sockets.length > refusals) good.add(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/health`,
    open: () => {
      isOpen = true;
    },
    connections: () => sockets.length,
    wishes,
    async left() {
      await new Promise(resolve => setTimeout(resolve, 100));
      return sockets.filter(({ destroyed }) => !destroyed).length;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
