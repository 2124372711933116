import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../../emulator";
import { secretName, variableName } from "../../scripts/acceptance/names";
import { redeploys } from "../../scripts/acceptance/plan";
import { upload } from "../support/byHand";
import { differencesIn, leftAt, route, run, runFully, withEmulator } from "./support";

const deploys = (emulator: Emulator) => emulator.writes().filter(({ kind }) => kind === "deployment.deploy");

/** Nothing of the script's own is there, but for the variables, which nobody can delete. */
function assertCleanedUp(emulator: Emulator): void {
  assert.deepEqual(leftAt(emulator), []);
  const { [variableName]: variable = "", [secretName]: secret = "unused" } = emulator.variables("staging");
  assert.deepEqual({ variable, secret }, { variable: "", secret: "unused" });
}

describe("a run of `npm run acceptance`", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-test-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("tells what it would do, and writes nothing, without --yes", () =>
    withEmulator({}, async emulator => {
      // when
      const { code, out } = await run(emulator, ["--branch", "staging", "--path", route]);
      // then
      assert.equal(code, 0);
      assert.deepEqual(emulator.writes(), []);
      for (const told of [
        variableName,
        secretName,
        "pulumi_zuplo_acceptance_kept_…",
        "5 of 'gateway-staging",
      ])
        assert.ok(out.includes(told), told);
      assert.match(out, /Nothing was written\. With --yes, it is done\./);
    }));

  it("finds no difference where Zuplo is as assumed, and leaves nothing", () =>
    withEmulator({}, async emulator => {
      // given what somebody else has in the project
      const issued = await emulator.authority.issue();
      await upload(emulator, "others_cert", issued);
      emulator.hands.setVariable(emulator.project, "staging", "BACKEND_MTLS_CERT", "others_cert");
      await emulator.push("staging");
      emulator.hands.setVariable(emulator.project, "staging", "OTHERS_VALUE", "a value of somebody's");
      emulator.hands.openWorkingCopy(emulator.project, "main");
      emulator.clearTrace();
      const file = join(folder, "as-assumed.md");
      // when
      const { code, report, out, error } = await runFully(emulator, ["--path", route, "--write", file]);
      // then
      assert.deepEqual(report.failures, []);
      assert.deepEqual(
        report.rows.filter(({ verdict }) => verdict !== "same"),
        [],
      );
      assert.equal(code, 0);
      assert.equal(report.rows.length, 25);
      assertCleanedUp(emulator);
      assert.equal(deploys(emulator).length, redeploys);
      // and nothing of anybody else's was touched, or in danger
      assert.deepEqual(
        emulator.certificates().map(({ name, environments }) => ({ name, environments })),
        [{ name: "others_cert", environments: ["preview", "production"] }],
      );
      const endangered = [...emulator.violations, ...emulator.hazards].map(({ variable }) => variable);
      assert.deepEqual(new Set(endangered), new Set([variableName]));
      const touched = emulator.writes().map(({ subject }) => subject);
      assert.deepEqual(
        touched.filter(subject => /others|OTHERS|main/.test(subject)),
        [],
      );
      // and no secret was told, nor a name in what is to be passed on
      const markdown = readFileSync(file, "utf8");
      for (const secret of [emulator.apiKey, "PRIVATE KEY", "BEGIN", "a value of somebody's"])
        assert.ok(!`${out}${error}${markdown}`.includes(secret), secret);
      assert.doesNotMatch(`${out}${error}${markdown}`, /acceptance-[0-9a-f]{8}-/);
      for (const name of ["acme", emulator.deployment("staging").name, "OTHERS_VALUE"])
        assert.ok(!`${out}${markdown}`.includes(name), name);
      assert.match(markdown, /\| `DELETE …\/mtls-certificates\/\{id\} \(in use\)` \| 409 \|/);
    }));

  describe("where Zuplo differs from what is assumed", () => {
    it("names each difference: builds at the request, told apart by their time, taken on one after the other", () =>
      withEmulator({ reads: "start", showsBuilding: false }, async emulator => {
        // given
        emulator.answerWith({ duplicate: 400, heldDelete: 403, noAccess: 403 });
        emulator.identifyBuildsBy("timestamp");
        emulator.spreadOver(3, 2400);
        emulator.readVariablesAs(403);
        emulator.hands.openWorkingCopy(emulator.project, "main");
        emulator.listWorkingCopiesAs("DEVELOPMENT");
        emulator.dropDisabled();
        // when looks take so long that the time for which they have to agree passes between two of them
        const slowly = { pace: { quietMs: 1 } };
        const { code, report } = await runFully(emulator, ["--path", route], slowly);
        // then
        const seen = differencesIn(report);
        const edge = "how long fresh connections see different builds after a redeploy";
        assert.ok(Number.parseFloat(seen[edge] ?? "") >= 1, seen[edge]);
        delete seen[edge];
        assert.deepEqual(seen, {
          "status of a project that is not there, or that the key may not see": "403",
          "status with a key that is not valid": "403",
          "environmentType of a working copy": "DEVELOPMENT (1 in the project)",
          "status of a certificate whose name is taken": "400",
          "status of reading the variables of a branch": "403",
          "whether a redeploy moves the build's `buildId`": "no",
          "whether the deployment's `state` says that it is built": "no (STARTED)",
          "status of the delete of a certificate in use": "403",
          "whether a disable changes what callers get before the redeploy":
            "yes (HTTP 200 with our certificate, then HTTP 500, since the name is not bound)",
          "when a build takes on the certificates that are enabled": "at the request",
          "when a build takes on the variables": "at the request",
        });
        assert.equal(code, 2);
        assertCleanedUp(emulator);
      }));

    it("names each difference: nothing tells builds apart, no empty list, all values masked", () =>
      withEmulator({ reads: "start" }, async emulator => {
        // given
        emulator.answerWith({ duplicate: 409, heldDelete: 422, emptyEnvironments: 400, noAccess: 401 });
        emulator.identifyBuildsBy("none");
        emulator.readVariablesAs("masked");
        emulator.limitPagesTo(1);
        // when
        const { code, report } = await runFully(emulator);
        // then
        assert.deepEqual(differencesIn(report), {
          "status of a project that is not there, or that the key may not see": "401",
          "status of an empty list of environments": "400",
          "status of a variable that exists": "409",
          "how a variable is read that is no secret": "a mask",
          "whether a redeploy moves the build's `buildId`": "not told",
          "whether a redeploy moves the build's `timestamp`": "not told",
          "whether a redeploy moves the build's `gitSha`": "not told",
          "status of the delete of a certificate in use": "422",
          "when a build takes on the certificates that are enabled": "at the request",
          "when a build takes on the variables": "at the request",
        });
        assert.deepEqual(report.failures, []);
        assert.equal(code, 2);
        assertCleanedUp(emulator);
      }));

    it("names what the provider does not expect: variables that are read as they are deployed", () =>
      withEmulator({}, async emulator => {
        // given
        emulator.readVariablesAs("deployed");
        // when
        const { report } = await runFully(emulator);
        // then
        const unexpected = report.rows.filter(({ verdict }) => verdict === "unexpected");
        assert.deepEqual(
          unexpected.map(({ question, seen }) => ({ question, seen })),
          [{ question: "whether a variable is read before it is deployed", seen: "no" }],
        );
        assertCleanedUp(emulator);
      }));
  });

  it("guesses nothing of what callers get without a route, or with one that tells nothing", () =>
    withEmulator({ clientCertificate: "required" }, async emulator => {
      for (const [args, why] of [
        [[], "give --path"],
        [["--path", "/health"], `it has to name it by ${variableName}`],
      ] as const) {
        // when
        const { report } = await runFully(emulator, args);
        // then
        const unseen = report.rows.filter(({ seen }) => seen.endsWith(why)).map(({ question }) => question);
        assert.deepEqual(unseen.slice(0, 2), [
          "whether a disable changes what callers get before the redeploy",
          "when a build takes on the variables",
        ]);
        const certificates = report.rows.find(({ question }) => /takes on the certificates/.test(question));
        assert.equal(certificates?.seen, "at the end of the build");
        assertCleanedUp(emulator);
      }
    }));

  it("goes on where a question fails, says so, and ends with 1", () =>
    withEmulator({}, async emulator => {
      // given
      const off = emulator.onCall(({ kind, method }) =>
        kind === "variable.create" && method === "POST" ? { destroy: "before" } : undefined,
      );
      // when
      const { code, report } = await runFully(emulator);
      off();
      // then
      assert.equal(code, 1);
      assert.match(report.failures[0] ?? "", /^setting two variables, .*: no answer to POST …\/branches/);
      assert.deepEqual(leftAt(emulator), []);
    }));

  it("takes away what it has made when it is stopped, wherever it is", () =>
    withEmulator({}, async emulator => {
      for (const nth of [1, 2, 4]) {
        // given
        const stop = new AbortController();
        let count = 0;
        const off = emulator.onCall(({ kind }) => {
          if (kind === "deployment.deploy") count += 1;
          if (count === nth) setTimeout(() => stop.abort(), 50);
          return undefined;
        });
        // when
        const { code, report } = await runFully(emulator, [], { signal: stop.signal });
        off();
        // then
        assert.equal(code, 1);
        assert.ok(report.failures.includes("stopped before its end"), report.failures.join());
        assert.deepEqual(report.left, []);
        assertCleanedUp(emulator);
      }
    }));

  it("says what it has to leave, since another branch was built meanwhile; a later run deletes it", () =>
    withEmulator(
      { branches: [{ name: "main" }, { name: "staging" }, { name: "feature" }] },
      async emulator => {
        // given
        let pushed: Promise<void> | undefined;
        const off = emulator.onCall(({ kind }) => {
          if (kind === "deployment.deploy") pushed ??= emulator.push("feature");
          return undefined;
        });
        // when
        const first = await runFully(emulator, []);
        off();
        await pushed;
        // then
        assert.equal(first.code, 1);
        assert.ok(first.report.left.some(each => /is bound by other deployments until/.test(each)));
        const left = leftAt(emulator);
        assert.ok(left.length > 0);
        assert.ok(emulator.certificates().every(({ environments }) => environments.length === 0));
        // when
        await emulator.push("feature");
        const { out } = await run(emulator, ["--branch", "staging"]);
        const second = await runFully(emulator, []);
        // then
        assert.ok(out.includes(`deletes what an earlier run has left: ${left.join(", ")}`));
        assert.equal(second.code, 0);
        assertCleanedUp(emulator);
      },
    ));
});
