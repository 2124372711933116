import assert from "node:assert/strict";
import { type Fault, spoil } from "../../emulator";
import { RateLimited, Unauthorized, Unavailable } from "../../provider/api/errors";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { contextOf, uploadCertificate, withCallsOf, withEmulator } from "../support/core";
import { calls } from "../support/rotation";

const isList = (call: { kind: string }) => call.kind === "certificate.list";

describe("a call to the API", () => {
  const passing: [string, Fault][] = [
    ["429 with Retry-After", { status: 429, headers: { "retry-after": "1" } }],
    ["429 without Retry-After", { status: 429 }],
    ["500", { status: 500 }],
    [
      "502 with a page",
      { status: 502, body: "<html>Bad gateway</html>", headers: { "content-type": "text/html" } },
    ],
    ["503", { status: 503 }],
    ["a cut connection", { destroy: "before" }],
  ];
  for (const [title, fault] of passing) {
    it(`is repeated after ${title}`, () =>
      withEmulator({}, async emulator => {
        emulator.onCall(spoil(isList, fault));
        const project = await contextOf(emulator).session.project({});
        const startedAt = Date.now();
        assert.deepEqual(await project.certificates.list(), []);
        assert.equal(calls(emulator.trace, "certificate.list").length, 2);
        if (title.endsWith("with Retry-After"))
          assert.ok(Date.now() - startedAt >= 1000, "Retry-After was not honoured");
      }));
  }

  it("ends with RateLimited when the limit stays", () =>
    withCallsOf(1000, () =>
      withEmulator({}, async emulator => {
        emulator.onCall(spoil(isList, { status: 429 }, 100));
        const project = await contextOf(emulator, { env: { ZUPLO_CALL_TIMEOUT: "1" } }).session.project({});
        await assert.rejects(project.certificates.list(), error => error instanceof RateLimited);
        // after 0.2 and 0.4 seconds
        assert.equal(calls(emulator.trace, "certificate.list").length, 3);
      }),
    ));

  it("has a time limit", async () => {
    await withEmulator({}, async emulator => {
      emulator.onCall(spoil(isList, { delayMs: Number.POSITIVE_INFINITY }));
      const project = await contextOf(emulator, {
        env: { ZUPLO_CALL_TIMEOUT: "0.3" },
      }).session.project({});
      assert.deepEqual(await project.certificates.list(), []);
    });
  });

  const broken: [string, Fault, RegExp][] = [
    ["no JSON", { status: 200, body: '{"data": [' }, /the answer is not JSON/],
    [
      "a proxy's page",
      { status: 200, body: "<html></html>", headers: { "content-type": "text/html" } },
      /the answer is not JSON/,
    ],
    [
      "an answer that lacks a field",
      { status: 200, body: { data: [{ id: "cert_1" }] } },
      /lacks what is documented: data\.0\.name/,
    ],
  ];
  for (const [title, fault, says] of broken) {
    it(`that is answered with ${title} is an error that says so`, () =>
      withEmulator({}, async emulator => {
        emulator.onCall(spoil(isList, fault));
        const project = await contextOf(emulator).session.project({});
        await assert.rejects(project.certificates.list(), error => {
          assert.ok(error instanceof Unavailable);
          assert.match(error.message, says);
          return true;
        });
      }));
  }

  it("with a wrong key says where the key is set", () =>
    withEmulator({}, async emulator => {
      const { session } = contextOf(emulator, { env: { ZUPLO_API_KEY: "zpka_wrong_key" } });
      const project = await session.project({});
      await assert.rejects(project.certificates.list(), error => {
        assert.ok(error instanceof Unauthorized);
        assert.match(error.message, /\(HTTP 401\)\nCheck \{\{setting apiKey\}\} \(or ZUPLO_API_KEY\)/);
        assert.doesNotMatch(error.message, /zpka_wrong_key/);
        return true;
      });
    }));

  it("finds the account of the key, once", () =>
    withEmulator({}, async emulator => {
      const { session } = contextOf(emulator, { env: { ZUPLO_ACCOUNT: "" } });
      const projects = await Promise.all([session.project({}), session.project({})]);
      for (const project of projects) assert.equal(project.scope.account, emulator.account);
      assert.equal(calls(emulator.trace, "whoami").length, 1);
    }));

  it("reads every page of a list, one time for all who ask", () =>
    withEmulator({}, async emulator => {
      const context = contextOf(emulator);
      for (let index = 0; index < 5; index += 1) {
        await uploadCertificate(context, await emulator.authority.issue(), { name: `cert_${index}` });
      }
      // given a server that pages by two
      emulator.onCall(call => {
        if (call.kind !== "certificate.list") return undefined;
        const offset = Number(new URL(call.path, emulator.apiUrl).searchParams.get("offset") ?? 0);
        const data = emulator
          .certificates()
          .slice(offset, offset + 2)
          .map(({ id, name }) => ({
            id,
            name,
            certificateInfo: { subject: "", issuer: "", validFrom: "", validTo: "", serialNumber: "01" },
            environments: { development: false, preview: true, production: true },
          }));
        return { status: 200, body: { data, offset, limit: 2 } };
      });
      emulator.clearTrace();
      const project = await contextOf(emulator).session.project({});
      const lists = await Promise.all([project.certificates.list(), project.certificates.list()]);
      for (const list of lists)
        assert.deepEqual(list.map(({ name }) => name).sort(), [
          "cert_0",
          "cert_1",
          "cert_2",
          "cert_3",
          "cert_4",
        ]);
      // Each page begins with the last entry of the one before.
      assert.equal(calls(emulator.trace, "certificate.list").length, 5);
    }));

  it("reads every page of a server that counts in whole pages", () =>
    withEmulator({}, async emulator => {
      const names = ["a", "b", "c", "d", "e", "f"];
      emulator.onCall(call => {
        if (call.kind !== "certificate.list") return undefined;
        const asked = Number(new URL(call.path, emulator.apiUrl).searchParams.get("offset") ?? 0);
        const offset = Math.floor(asked / 2) * 2;
        return { status: 200, body: { data: names.slice(offset, offset + 2).map(listed), offset, limit: 2 } };
      });
      const project = await contextOf(emulator).session.project({});
      const found = await project.certificates.list();
      assert.deepEqual(found.map(({ name }) => name).sort(), names);
    }));

  it("reads a list anew that loses an entry between two pages, and skips none", () =>
    withEmulator({}, async emulator => {
      const names = ["a", "b", "c", "d", "e"];
      let pages = 0;
      emulator.onCall(call => {
        if (call.kind !== "certificate.list") return undefined;
        const offset = Number(new URL(call.path, emulator.apiUrl).searchParams.get("offset") ?? 0);
        pages += 1;
        if (pages === 2) names.splice(0, 1);
        return { status: 200, body: { data: names.slice(offset, offset + 2).map(listed), offset, limit: 2 } };
      });
      const project = await contextOf(emulator).session.project({});
      const found = await project.certificates.list();
      assert.deepEqual(found.map(({ name }) => name).sort(), ["b", "c", "d", "e"]);
    }));
});

describe("reading a certificate", () => {
  it("never takes an error for its absence", () =>
    withEmulator({}, async emulator => {
      const stored = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
      for (const status of [401, 403, 418]) {
        emulator.onCall(spoil(isList, { status }));
        await assert.rejects(
          mtlsCertificate.read(contextOf(emulator), stored.id, stored.state),
          `HTTP ${status}`,
        );
      }
      const found = await mtlsCertificate.read(contextOf(emulator), stored.id, stored.state);
      assert.equal(found?.state.fingerprint, stored.state.fingerprint);
    }));

  it("knows that it is gone by its own address, though the list be incomplete", () =>
    withEmulator({}, async emulator => {
      const stored = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
      emulator.onCall(spoil(isList, { status: 200, body: { data: [], offset: 0, limit: 1000 } }));
      assert.ok(await mtlsCertificate.read(contextOf(emulator), stored.id, stored.state));
      await mtlsCertificate.delete(contextOf(emulator), stored.id, stored.state);
      assert.equal(await mtlsCertificate.read(contextOf(emulator), stored.id, stored.state), undefined);
    }));

  it("shows another certificate in its place as a difference", () =>
    withEmulator({}, async emulator => {
      const context = contextOf(emulator);
      const stored = await uploadCertificate(context, await emulator.authority.issue());
      const other = await uploadCertificate(context, await emulator.authority.issue(), { name: "other" });
      const found = await mtlsCertificate.read(contextOf(emulator), other.id, stored.state);
      const changes = mtlsCertificate.diff(context, found?.state ?? stored.state, { ...stored.state });
      assert.equal(changes.certificate, "replace");
    }));
});

/** A certificate as a list tells it. */
function listed(name: string) {
  return {
    id: name,
    name,
    certificateInfo: { subject: "", issuer: "", validFrom: "", validTo: "", serialNumber: "01" },
    environments: { development: false, preview: true, production: true },
  };
}
