import assert from "node:assert/strict";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { contextOf, uploadCertificate, withEmulator } from "../support/core";

describe("an update that concerns only the provider", () => {
  it("makes no call, and leaves nothing of what was taken out of the program", () =>
    withEmulator({}, async emulator => {
      const issued = await emulator.authority.issue();
      const options = { onDelete: "retain", warnBefore: "10d", preflight: undefined };
      const { id, state } = await uploadCertificate(contextOf(emulator), issued, options);
      emulator.clearTrace();
      const { inputs } = mtlsCertificate.check(contextOf(emulator), undefined, {
        certificate: issued.chain.replaceAll("\n", "\r\n"),
        privateKeySource: { file: "elsewhere.key" },
        environments: ["production", "preview"],
      });
      assert.deepEqual(mtlsCertificate.diff(contextOf(emulator), state, inputs), {
        privateKeySource: "update",
        warnBefore: "update",
        onDelete: "update",
      });
      const updated = await mtlsCertificate.update(
        contextOf(emulator),
        id,
        state,
        mtlsCertificate.contract.inputs.parse(inputs),
      );
      assert.deepEqual(mtlsCertificate.diff(contextOf(emulator), updated, inputs), {});
      assert.equal(updated.onDelete, undefined);
      assert.deepEqual(emulator.trace, []);
    }));

  it("holds for variables, too", () =>
    withEmulator({}, async emulator => {
      const args = { branch: "main", name: "X", value: "1" };
      const { id, state } = await environmentVariable.create(contextOf(emulator), { ...args, adopt: true });
      emulator.clearTrace();
      const updated = await environmentVariable.update(contextOf(emulator), id, state, args);
      assert.deepEqual(environmentVariable.diff(contextOf(emulator), updated, args), {});
      assert.deepEqual(emulator.trace, []);
    }));
});

describe("a certificate's environments", () => {
  it("change in place, with one call and nothing else", () =>
    withEmulator({}, async emulator => {
      const { id, state } = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
      emulator.clearTrace();
      const news = { ...state, environments: ["production" as const] };
      assert.deepEqual(mtlsCertificate.diff(contextOf(emulator), state, news), { environments: "update" });
      const updated = await mtlsCertificate.update(contextOf(emulator), id, state, news);
      assert.deepEqual(updated.environments, ["production"]);
      assert.deepEqual(
        emulator.certificates().map(({ environments }) => environments),
        [["production"]],
      );
      assert.deepEqual(
        emulator.writes().map(({ kind }) => kind),
        ["certificate.update"],
      );
    }));
});

describe("a renamed resource", () => {
  it("keeps its certificate, and the name of it", () =>
    withEmulator({}, async emulator => {
      const issued = await emulator.authority.issue();
      const context = contextOf(emulator);
      const { state } = await uploadCertificate(context, issued);
      const renamed = {
        ...context,
        identity: { project: "shop", stack: "prod", parents: "", resource: "renamed" },
      };
      const news = {
        certificate: issued.chain,
        privateKey: issued.privateKey,
        environments: ["preview", "production"],
      };
      const { inputs, failures } = mtlsCertificate.check(renamed, { ...state }, news);
      assert.deepEqual(failures, []);
      assert.deepEqual(mtlsCertificate.diff(contextOf(emulator), state, inputs), {});
    }));
});
