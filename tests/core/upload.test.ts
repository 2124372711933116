import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, spoil } from "../../emulator";
import { Conflict, Unavailable } from "../../provider/api/errors";
import { contextOf, uploadCertificate, withEmulator } from "../support/core";
import { calls, names } from "../support/rotation";

const isCreate = (call: { kind: string }) => call.kind === "certificate.create";

/** What is younger than a run is not left by an earlier one; no two runs begin in the same moment. */
const untilAnotherRun = () => sleep(50);

describe("uploading a certificate", () => {
  const lost: [string, Fault, number][] = [
    ["cut before it was applied", { destroy: "before" }, 1],
    ["cut after it was applied", { destroy: "after" }, 2],
    ["answered 502 before it was applied", { status: 502 }, 1],
    ["answered 500 after it was applied", { status: 500, when: "after" }, 2],
    [
      "answered with a proxy's page after it was applied",
      { status: 200, when: "after", body: "<html></html>", headers: { "content-type": "text/html" } },
      2,
    ],
  ];
  for (const [title, fault, applied] of lost) {
    it(`looks before it repeats a call that was ${title}, and ends with one certificate`, () =>
      withEmulator({}, async emulator => {
        emulator.onCall(spoil(isCreate, fault));
        const stored = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
        assert.deepEqual(names(emulator), [stored.state.name]);
        assert.equal(
          calls(emulator.trace, "certificate.create").filter(call => call.applied).length,
          applied,
        );
        assert.ok(calls(emulator.trace, "certificate.list").length >= 1);
      }));
  }

  it("deletes what an interrupted run left under the same name, rather than adopting it", () =>
    withEmulator({}, async emulator => {
      const issued = await emulator.authority.issue();
      const first = await uploadCertificate(contextOf(emulator), issued);
      await untilAnotherRun();
      const second = await uploadCertificate(contextOf(emulator), issued);
      assert.notEqual(second.id, first.id);
      assert.equal(second.state.name, first.state.name);
      assert.equal(emulator.certificates().length, 1);
    }));

  it("takes the next free suffix when the holder of the name is in use", () =>
    withEmulator({}, async emulator => {
      const issued = await emulator.authority.issue();
      const first = await uploadCertificate(contextOf(emulator), issued);
      await emulator.push("main");
      const second = await uploadCertificate(contextOf(emulator), issued);
      await emulator.push("main");
      const third = await uploadCertificate(contextOf(emulator), issued);
      assert.equal(second.state.name, `${first.state.name}_2`);
      assert.equal(third.state.name, `${first.state.name}_3`);
    }));

  it("understands a duplicate that is answered with 400", () =>
    withEmulator({}, async emulator => {
      const issued = await emulator.authority.issue();
      await uploadCertificate(contextOf(emulator), issued);
      await untilAnotherRun();
      emulator.onCall(spoil(isCreate, { status: 400, body: { title: "Bad Request", detail: "duplicate" } }));
      await uploadCertificate(contextOf(emulator), issued);
      assert.equal(emulator.certificates().length, 1);
    }));

  it("leaves a fixed name alone that is taken", () =>
    withEmulator({}, async emulator => {
      const other = await uploadCertificate(contextOf(emulator), await emulator.authority.issue(), {
        name: "fixed",
      });
      const issued = await emulator.authority.issue();
      await assert.rejects(uploadCertificate(contextOf(emulator), issued, { name: "fixed" }), error => {
        assert.ok(error instanceof Conflict);
        assert.match(
          error.message,
          /^upload MtlsCertificate 'fixed': the project already has another certificate of this name/,
        );
        return true;
      });
      assert.deepEqual(
        emulator.certificates().map(({ id }) => id),
        [other.id],
      );
    }));

  it("knows its own upload under a fixed name when only the answer was lost", () =>
    withEmulator({}, async emulator => {
      emulator.onCall(spoil(isCreate, { destroy: "after" }));
      const stored = await uploadCertificate(contextOf(emulator), await emulator.authority.issue(), {
        name: "fixed",
      });
      assert.deepEqual(
        emulator.certificates().map(({ id }) => id),
        [stored.id],
      );
    }));

  it("gives up after a bounded number of tries, and says what to do", async () => {
    await withEmulator({}, async emulator => {
      emulator.onCall(spoil(isCreate, { status: 503, body: "down" }, 100));
      await assert.rejects(
        uploadCertificate(contextOf(emulator), await emulator.authority.issue()),
        error => {
          assert.ok(error instanceof Unavailable);
          assert.match(
            error.message,
            /\(HTTP 503\)\nZuplo failed on its side: run the same command again\. \[ZUPLO1606\]$/,
          );
          return true;
        },
      );
      assert.ok(calls(emulator.trace, "certificate.create").length <= 6);
    });
  });

  it("never shows the key, though the server echoes the request", () =>
    withEmulator({}, async emulator => {
      const issued = await emulator.authority.issue();
      const body = {
        title: "Bad Request",
        detail: `bad: ${JSON.stringify({ key: issued.privateKey })} ${emulator.apiKey}`,
      };
      emulator.onCall(spoil(isCreate, { status: 422, body }));
      await assert.rejects(uploadCertificate(contextOf(emulator), issued), (error: Error) => {
        const lines = issued.privateKey
          .split("\n")
          .filter(line => line.length > 20 && !line.startsWith("-----"));
        for (const secret of [...lines, emulator.apiKey])
          assert.ok(!`${error.message}${error.stack}`.includes(secret));
        return true;
      });
    }));
});
