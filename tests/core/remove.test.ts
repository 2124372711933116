import assert from "node:assert/strict";
import { spoil } from "../../emulator";
import { Referenced, Unauthorized } from "../../provider/api/errors";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import { contextOf, RecordingLogger, uploadCertificate, withEmulator } from "../support/core";
import { calls } from "../support/rotation";

describe("deleting a certificate", () => {
  it("names the deployments that bind it, within seconds, and disables nothing", () =>
    withEmulator(
      { branches: ["main", "staging", "pr-1", "pr-2"].map(name => ({ name })) },
      async emulator => {
        const stored = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
        for (const branch of ["main", "pr-1"]) await emulator.push(branch);
        const startedAt = Date.now();
        await assert.rejects(mtlsCertificate.delete(contextOf(emulator), stored.id, stored.state), error => {
          assert.ok(error instanceof Referenced);
          assert.equal(error.code, "ZUPLO1205");
          assert.match(error.message, /gateway-main-\w+ \(production, branch main\)/);
          assert.match(error.message, /gateway-pr-1-\w+ \(preview, branch pr-1\)/);
          assert.doesNotMatch(error.message, /staging|pr-2/);
          return true;
        });
        assert.ok(Date.now() - startedAt < 10_000);
        assert.deepEqual(
          emulator.writes().map(({ kind }) => kind),
          ["certificate.create"],
        );
      },
    ));

  it("waits while Zuplo has not yet noticed that the last reference is gone", () =>
    withEmulator({}, async emulator => {
      const context = contextOf(emulator);
      const stored = await uploadCertificate(context, await emulator.authority.issue());
      for (const branch of ["main", "staging"]) await emulator.push(branch);
      emulator.breakReferencesFor(4500);
      const { client, scope } = await context.session.project({});
      await client.updateCertificate(scope, stored.id, stored.state.name, []);
      for (const branch of ["main", "staging"]) await emulator.push(branch);
      await mtlsCertificate.delete(contextOf(emulator), stored.id, stored.state);
      assert.deepEqual(emulator.certificates(), []);
      assert.ok(calls(emulator.trace, "certificate.delete").length > 1);
    }));

  it("waits too where the certificate was disabled for another type after its deployments were redeployed", () =>
    withEmulator({ deployMs: 20 }, async emulator => {
      // given a rotation over staging, and then over main
      const context = contextOf(emulator);
      const old = await uploadCertificate(context, await emulator.authority.issue());
      const place = (branch: string, name: string) => ({
        branch,
        certificates: [name],
        variables: [{ branch, name: "BACKEND_MTLS_CERT", value: name }],
      });
      for (const branch of ["staging", "main"]) {
        const [variable = { branch, name: "", value: "" }] = place(branch, old.state.name).variables;
        await environmentVariable.create(context, variable);
      }
      const before = {
        staging: await redeployment.create(context, place("staging", old.state.name)),
        main: await redeployment.create(context, place("main", old.state.name)),
      };
      const { state } = await uploadCertificate(context, await emulator.authority.issue());
      // Longer than a refusal is looked at again where a deployment explains it.
      emulator.breakReferencesFor(4000);
      for (const [branch, { id, state: olds }] of Object.entries(before))
        await redeployment.update(context, id, olds, place(branch, state.name));
      // then nothing is named as its holder, and it goes when Zuplo has noticed
      await mtlsCertificate.delete(context, old.id, old.state);
      assert.deepEqual(
        emulator.certificates().map(({ name }) => name),
        [state.name],
      );
    }));

  it("tells of a variable that is left and names what is gone", () =>
    withEmulator({}, async emulator => {
      const log = new RecordingLogger();
      const context = contextOf(emulator, { log });
      const { id, state } = await uploadCertificate(context, await emulator.authority.issue());
      const variable = { branch: "main", name: "BACKEND_MTLS_CERT", value: state.name, isSecret: false };
      const created = await environmentVariable.create(context, variable);
      const destroying = contextOf(emulator, { log });
      await environmentVariable.delete(destroying, created.id, created.state);
      await mtlsCertificate.delete(destroying, id, state);
      assert.deepEqual(emulator.certificates(), []);
      assert.match(log.lines.join("\n"), /warn: .*'main\/BACKEND_MTLS_CERT'.*\[ZUPLO1209\]/);
    }));

  for (const status of [400, 403, 409, 412, 422]) {
    it(`understands a refusal that is answered with ${status}`, () =>
      withEmulator({}, async emulator => {
        const stored = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
        const body = { title: "No", detail: "The certificate is referenced by deployment x." };
        emulator.onCall(spoil(call => call.kind === "certificate.delete", { status, body }, 2));
        await mtlsCertificate.delete(contextOf(emulator), stored.id, stored.state);
        assert.deepEqual(emulator.certificates(), []);
      }));
  }

  describe("that Zuplo answers with 403", () => {
    /** What the client makes of the answer, for a project whose name says something else. */
    const told = async (detail: string | undefined, project: string): Promise<unknown> => {
      let error: unknown;
      await withEmulator({ projects: [project] }, async emulator => {
        const { client, scope } = await contextOf(emulator).session.project({});
        const body = { title: "Forbidden", ...(detail === undefined ? {} : { detail }) };
        emulator.onCall(spoil(call => call.kind === "certificate.delete", { status: 403, body }));
        error = await client.deleteCertificate(scope, "cert_1", "in_use").catch((error: unknown) => error);
      });
      return error;
    };

    for (const detail of [
      "Certificate is still bound by 'gw-main-1234567'",
      "The certificate is being used by branch main",
      "You cannot delete a certificate that is still used",
      "The certificate is in-use",
      "Deployments depend on it",
      "It is attached to 2 environments",
      "Your API key may not delete a certificate that is referenced",
    ])
      it(`is in use: "${detail}"`, async () => {
        assert.ok((await told(detail, "gateway")) instanceof Referenced);
      });

    for (const [detail, project] of [
      [undefined, "reference-data"],
      ["Your API key may not do this", "deployment-gateway"],
      ["You may not delete certificates of project in-use", "in-use"],
      ["DELETE /v1/accounts/references/projects is not allowed", "gateway"],
      ["This API key cannot be used to delete certificates", "gateway"],
      ["Your role is not bound to this permission", "gateway"],
    ] as const)
      it(`is for want of a right: ${JSON.stringify(detail)}, project ${project}`, async () => {
        const error = await told(detail, project);
        assert.ok(error instanceof Unauthorized, String(error));
        assert.equal(error.code, "ZUPLO1602");
      });
  });

  it("takes 404 for success", () =>
    withEmulator({}, async emulator => {
      const stored = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
      await mtlsCertificate.delete(contextOf(emulator), stored.id, stored.state);
      await mtlsCertificate.delete(contextOf(emulator), stored.id, stored.state);
    }));

  it("does not happen with onDelete retain, and is a disabling with onDelete disable", () =>
    withEmulator({}, async emulator => {
      const log = new RecordingLogger();
      const context = contextOf(emulator, { log });
      const stored = await uploadCertificate(context, await emulator.authority.issue());
      emulator.clearTrace();
      const destroying = contextOf(emulator, { log });
      await mtlsCertificate.delete(destroying, stored.id, { ...stored.state, onDelete: "retain" });
      assert.deepEqual(emulator.trace, []);
      await mtlsCertificate.delete(destroying, stored.id, { ...stored.state, onDelete: "disable" });
      assert.deepEqual(
        emulator.certificates().map(({ environments }) => environments),
        [[]],
      );
      assert.match(log.lines.join("\n"), /left at Zuplo as it is[\s\S]*is disabled and left at Zuplo/);
    }));

  it("disables by a type without deployments where Zuplo refuses an empty list", () =>
    withEmulator({}, async emulator => {
      const stored = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
      emulator.onCall(call => {
        const body = call.body as { environments?: string[] } | undefined;
        const isEmpty = call.kind === "certificate.update" && body?.environments?.length === 0;
        return isEmpty
          ? { status: 400, body: { title: "Bad Request", detail: "environments must not be empty" } }
          : undefined;
      });
      await mtlsCertificate.delete(contextOf(emulator), stored.id, { ...stored.state, onDelete: "disable" });
      assert.deepEqual(
        emulator.certificates().map(({ environments }) => environments),
        [["development"]],
      );
    }));
});
