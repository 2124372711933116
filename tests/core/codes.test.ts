import assert from "node:assert/strict";
import { settingsOf } from "../../emulator/settings";
import { failureMessages, toServiceError } from "../../provider/adapters/plugin/errors";
import { sentenceOf, withoutStack } from "../../provider/adapters/sentence";
import { failureDiagnostics } from "../../provider/adapters/terraform/diagnostics";
import { VerificationFailed } from "../../provider/api/errors";
import { dynamic } from "../../provider/index";
import { invoke } from "../../provider/lookups/lookup";
import { clientMtlsCaCertificate } from "../../provider/resources/clientMtlsCaCertificate/lifecycle";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { PartialFailure } from "../../provider/resources/partialFailure";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import type { CheckFailure } from "../../provider/resources/resource";
import { withoutSecrets } from "../../provider/resources/secrecy";
import { withoutWayBack, withReport } from "../../provider/rotation/wayBack";
import type { Code } from "../../provider/text/codes";
import { failureText } from "../../provider/text/codes";
import { cli } from "../cli/capture";
import { contextOf, identity, RecordingLogger, withEmulator } from "../support/core";

/** A message ends with its code, and no other part of it has one. */
function assertCoded(text: string, code: Code): void {
  assert.ok(text.endsWith(` [${code}]`), `${code}: ${text}`);
  assert.equal(text.match(/ZUPLO\d{4}/g)?.length, 1, text);
}

const messageOf = async (work: Promise<unknown>): Promise<string> =>
  sentenceOf(
    await work.then(
      () => assert.fail("it should have failed"),
      (error: unknown) => error,
    ),
  );

describe("the code of a message", () => {
  it("ends what a check says, of every resource and of every setting", () =>
    withEmulator({}, async emulator => {
      const context = contextOf(emulator, {
        env: { ZUPLO_API_KEY: "", ZUPLO_PROJECT: "", ZUPLO_OTHERS: "x", DEBUG: "" },
      });
      const failures = [
        ...mtlsCertificate.check(context, undefined, { certificate: "x", privateKey: "y", name: "a-b" })
          .failures,
        ...environmentVariable.check(context, undefined, { name: "a", isSecret: true, valueOnDelete: "" })
          .failures,
        ...redeployment.check(context, undefined, { rollback: true, verify: { pth: 1 } }).failures,
        ...clientMtlsCaCertificate.check(context, undefined, { certificate: "" }).failures,
      ];
      const codes = new Set(failures.map(({ code }) => code));
      for (const failure of failures) assertCoded(failureText(failure), failure.code);
      assert.deepEqual(
        [...codes].sort(),
        ["ZUPLO1004", "ZUPLO1005", "ZUPLO1108", "ZUPLO1109", "ZUPLO1110", "ZUPLO1214", "ZUPLO1218"],
        failures.map(failureText).join("\n"),
      );
    }));

  it("is given once by each adapter, after what is cut out of a secret", async () => {
    const failure: CheckFailure = { property: "value", reason: "'s3cret' is too long.", code: "ZUPLO1108" };
    const values = { value: "s3cret" };
    const clean = withoutSecrets([failure], values, [["value"]]);
    const [message] = failureMessages(clean, values, [["value"]]);
    const [diagnostic] = failureDiagnostics(clean, []);
    assert.equal(diagnostic?.summary, "value '[secret]' is too long. [ZUPLO1108]");
    assert.equal(message?.getReason(), "value '[secret]' is too long. [ZUPLO1108]");
    // The host keeps one session for all, which the tests of other files meet, too.
    const settings: Record<string, string> = { "zuplo:apiKey": "zpka_codes", "zuplo:project": "shop" };
    const config = { get: (key: string) => settings[key], require: () => "" };
    await dynamic.EnvironmentVariable.configure({ config });
    const { failures = [] } = await dynamic.EnvironmentVariable.check(
      {},
      { branch: "main", name: "a", value: "" },
    );
    assert.ok(failures.length > 0);
    for (const { reason } of failures) assert.match(reason, /^[^[]* \[ZUPLO\d{4}\]$/);
  });

  it("ends an error of a call", () =>
    withEmulator({}, async emulator => {
      const wrongKey = contextOf(emulator, { env: { ZUPLO_API_KEY: "zpka_wrong" } });
      assertCoded(await messageOf(invoke(wrongKey.session, "getDeployments", {})), "ZUPLO1602");
      const elsewhere = contextOf(emulator, { env: { ZUPLO_PROJECT: "none" } });
      assertCoded(await messageOf(invoke(elsewhere.session, "getDeployments", {})), "ZUPLO1603");
      const { session } = contextOf(emulator);
      assertCoded(await messageOf(invoke(session, "getNothing", {})), "ZUPLO1902");
      assertCoded(await messageOf(invoke(session, "getMtlsCertificate", { name: "none" })), "ZUPLO1223");
      let status = 200;
      emulator.onCall(() => ({ status, body: {} }));
      assertCoded(await messageOf(invoke(contextOf(emulator).session, "getDeployments", {})), "ZUPLO1609");
      status = 400;
      assertCoded(await messageOf(invoke(contextOf(emulator).session, "getDeployments", {})), "ZUPLO1604");
    }));

  it("ends an error of a redeploy, whoever carries it", () =>
    withEmulator({}, async emulator => {
      const args = { branch: "main", certificates: [], variables: [], timeout: 5 };
      const verify = { path: "/health", status: 204, timeout: 0.2 };
      const error = await redeployment.create(contextOf(emulator), { ...args, verify }).then(
        () => assert.fail("it should have failed"),
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof PartialFailure);
      // There was nothing to go back to.
      assertCoded(error.message, "ZUPLO1402");
      assertCoded(String(toServiceError(error).details), "ZUPLO1402");
      assertCoded(withoutStack(error).message, "ZUPLO1402");
      assertCoded(
        await messageOf(redeployment.create(contextOf(emulator), { ...args, branch: "none" })),
        "ZUPLO1305",
      );
    }));

  it("is that of what failed where it was rolled back, and that of the rollback where it was not", () => {
    const failed = new VerificationFailed({
      operation: { verb: "verify", resource: "Redeployment", name: "main" },
      problem: "GET /health answered 502",
      advice: "Correct it.",
      code: "ZUPLO1410",
    });
    const done = { restored: ["verified"], durationMs: 1, isBegun: true };
    const build = { buildId: undefined, deployedOn: "" };
    const unverified = { ...done, build, problem: "the previous build fails verification, too" };
    const ended = { ...done, problem: "update variable 'a': Not Found (HTTP 404)" };
    const changed = { ...done, isBegun: false, problem: "it is gone", code: "ZUPLO1401" as const };
    assertCoded(withReport(failed, done).message, "ZUPLO1410");
    assertCoded(withReport(failed, unverified).message, "ZUPLO1410");
    assertCoded(withReport(failed, ended).message, "ZUPLO1411");
    assertCoded(withReport(failed, changed).message, "ZUPLO1401");
    assertCoded(withoutWayBack(failed, { putBack: [], problem: undefined }).message, "ZUPLO1402");
  });

  it("ends what nobody has foreseen, and a wait that was ended", () => {
    assertCoded(sentenceOf(new TypeError("x is not a function")), "ZUPLO1901");
    assertCoded(withoutStack(new TypeError("x is not a function")).message, "ZUPLO1901");
    assertCoded(sentenceOf(new Error("Node says so")), "ZUPLO1901");
    const aborted = new DOMException("The operation was aborted", "AbortError");
    assertCoded(String(toServiceError(aborted).details), "ZUPLO1601");
    const partly = sentenceOf(new PartialFailure("id", {}, aborted));
    assertCoded(partly, "ZUPLO1601");
    assert.match(partly, /^cancelled: run the same command again to go on\./);
  });

  it("ends every line of the log", () =>
    withEmulator({}, async emulator => {
      const log = new RecordingLogger();
      const context = { ...contextOf(emulator, { log }), identity };
      const args = { branch: "main", name: "A", value: "1" };
      await environmentVariable.create(context, args);
      const { id, state } = await environmentVariable.create({ ...context, identity }, args);
      await environmentVariable.delete(context, id, state);
      await environmentVariable.import(context, "main/A");
      assert.ok(log.lines.length >= 3, log.lines.join("\n"));
      for (const line of log.lines) assert.match(line, /^[^[]* \[ZUPLO13\d\d\]$/);
    }));

  it("is a field of what the command gives with --json, also of an error", () =>
    withEmulator({}, async emulator => {
      const env = { ...settingsOf(emulator), ZUPLO_API_KEY: "zpka_wrong" };
      const { stdout, stderr, code } = await cli(["status", "--json"], { env });
      assert.equal(code, 1);
      assert.equal(JSON.parse(stdout).code, "ZUPLO1602");
      assertCoded(stderr.trimEnd(), "ZUPLO1602");
      const missing = await cli(["prune", "--json"], { env });
      assert.equal(JSON.parse(missing.stdout).code, "ZUPLO1503");
      assert.deepEqual(Object.keys(JSON.parse(missing.stdout)), ["code", "problem", "advice"]);
    }));
});
