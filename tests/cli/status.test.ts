import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Status } from "../../cli/status";
import { spoil } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import { type Setup, setUp } from "../emulator/support";
import { cli } from "./capture";

const dayMs = 24 * 60 * 60 * 1000;
/** One instant for all dates, so that no test depends on when a day ends. */
const now = Date.now();

describe("pulumi-zuplo status", () => {
  let setup: Setup;
  let env: Record<string, string>;

  /** Uploads a certificate that is valid for so many days around now. */
  const upload = async (name: string, days: { before: number; after: number }, environments?: string[]) => {
    const issued = await setup.emulator.authority.issue({
      notBefore: new Date(now - days.before * dayMs),
      notAfter: new Date(now + days.after * dayMs),
    });
    const { status, body } = await setup.upload(name, issued, environments);
    assert.equal(status, 201, JSON.stringify(body));
  };
  const json = async (...args: string[]) =>
    JSON.parse((await cli(["status", "--json", ...args], { env })).stdout) as Status;

  beforeEach(async () => {
    setup = await setUp();
    env = settingsOf(setup.emulator);
  });
  afterEach(() => setup.emulator.stop());

  it("shows each certificate with its environments, expiry, variables and deployments, soonest expiry first", async () => {
    // given
    await upload("lasting", { before: 100, after: 300.5 });
    await upload("short", { before: 80, after: 20.5 }, ["production"]);
    await setup.point("main", "lasting");
    await setup.point("staging", "lasting");
    await setup.redeploy("main");
    setup.emulator.clearTrace();
    // when
    const { code, stdout, stderr } = await cli(["status"], { env });
    // then
    const main = setup.emulator.deployment("main").name;
    const day = (days: number) => new Date(now + days * dayMs).toISOString().slice(0, 10);
    assert.deepEqual(stdout.split("\n"), [
      "acme/gateway: 2 certificates",
      "",
      "CERTIFICATE  ENVIRONMENTS         EXPIRES     LEFT",
      `short        production           ${day(20.5)}  ███░░░░░░░ 20 days`,
      "  variables    none that can be read",
      `  deployments  ${main} (main)`,
      `lasting      preview, production  ${day(300.5)}  ████████░░ 300 days`,
      "  variables    BACKEND_MTLS_CERT in main, staging",
      `  deployments  ${main} (main)`,
      "",
    ]);
    assert.equal(stderr, "");
    assert.equal(code, 0);
    assert.deepEqual(setup.emulator.writes(), []);
  });

  it("shows a working copy as what it is", async () => {
    // given
    await upload("backend", { before: 1, after: 99.5 }, ["development", "production"]);
    const copy = setup.emulator.hands.openWorkingCopy(setup.emulator.project, "main").name;
    // then
    const { stdout } = await cli(["status"], { env });
    assert.match(stdout, new RegExp(`  deployments  ${copy} \\(working copy of main\\)\n`));
    const [{ deployments } = assert.fail()] = (await json()).certificates;
    const [{ name, branch, environmentType, isWorkingCopy } = assert.fail(), ...others] = deployments;
    assert.deepEqual(others, []);
    assert.deepEqual(
      { name, branch, environmentType, isWorkingCopy },
      { name: copy, branch: "main", environmentType: "development", isWorkingCopy: true },
    );
  });

  it("gives the same as JSON", async () => {
    // given
    await upload("backend", { before: 1, after: 9.5 });
    await setup.point("main", "backend");
    // when
    const { account, project, certificates, unreadEnvironments } = await json("--within", "10d");
    // then
    assert.deepEqual(
      { account, project, unreadEnvironments },
      { account: "acme", project: "gateway", unreadEnvironments: [] },
    );
    const [{ name, daysLeft, expiring, environments, variables, deployments } = assert.fail(), ...others] =
      certificates;
    assert.deepEqual(others, []);
    const environment = setup.emulator.deployment("main").name;
    assert.deepEqual(
      { name, daysLeft, expiring, environments, variables, deployments },
      {
        name: "backend",
        daysLeft: 9,
        expiring: true,
        environments: ["preview", "production"],
        variables: [{ name: "BACKEND_MTLS_CERT", environment, branch: "main" }],
        deployments: [],
      },
    );
  });

  it("ends with 2 where a certificate expires within the given time, and with 0 where none does", async () => {
    // given
    await upload("backend", { before: 1, after: 20 });
    // then
    assert.equal((await cli(["status", "--within", "21d"], { env })).code, 2);
    assert.equal((await cli(["status", "--within", "19d"], { env })).code, 0);
    assert.equal((await cli(["status", "--within", String(21 * 86400), "--json"], { env })).code, 2);
    // and 30 is more likely meant in days than in seconds
    const { code, stderr } = await cli(["status", "--within", "30"], { env });
    assert.equal(code, 64);
    assert.match(stderr, /a duration with its unit, such as "12h" or "30d"/);
  });

  it("says that a certificate has expired", async () => {
    // given
    await upload("old", { before: 50, after: -2 });
    // then
    assert.match((await cli(["status"], { env })).stdout, /old .* ░{10} expired/);
    assert.equal((await cli(["status", "--within", "1s"], { env })).code, 2);
  });

  it("colours the bar, and shows that it is at work, on a terminal only", async () => {
    // given
    await upload("lasting", { before: 1, after: 364 });
    await upload("short", { before: 350, after: 10 });
    await upload("old", { before: 350, after: -1 });
    const colour = (text: string, name: string) =>
      new RegExp(`^${name} .*?\u001b\\[(\\d+)m[█░]{10}`, "m").exec(text)?.[1];
    // when
    const shown = await cli(["status"], { env, tty: "colours" });
    const plain = await cli(["status"], { env, tty: "plain" });
    const piped = await cli(["status"], { env });
    // then
    assert.deepEqual(
      ["lasting", "short", "old"].map(name => colour(shown.stdout, name)),
      ["32", "33", "31"],
    );
    assert.match(shown.stderr, /Reading the project/);
    assert.ok(!(piped.stdout + piped.stderr).includes("\u001b"));
    assert.equal(piped.stderr, "");
    assert.equal(plain.stdout, piped.stdout);
  });

  it("goes on without the variables where Zuplo does not tell them", async () => {
    // given
    await upload("backend", { before: 1, after: 99.5 });
    await setup.point("main", "backend");
    setup.emulator.onCall(spoil(call => call.kind === "environment.configurations", { status: 404 }, 99));
    // when
    const { code, stdout } = await cli(["status"], { env });
    // then
    assert.match(stdout, /variables {4}none that can be read/);
    const names = setup.emulator.deployments().map(({ name }) => name);
    assert.match(stdout, new RegExp(`Zuplo does not show the variables of ${names.join(", ")}\\.`));
    assert.equal(code, 0);
  });

  it("tells of a rotation below the table, and more of it with a stack's export", async () => {
    // given
    const [old, fresh] = ["backend_8d80aaaaaaaa", "backend_8d80bbbbbbbb"];
    await upload(old, { before: 10, after: 20 });
    for (const branch of ["main", "staging"]) await setup.point(branch, old);
    for (const branch of ["main", "staging"]) await setup.redeploy(branch);
    await upload(fresh, { before: 1, after: 364 });
    await setup.point("main", fresh);
    const [{ id } = assert.fail()] = setup.emulator.certificates().filter(({ name }) => name === fresh);
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-status-"));
    const path = join(folder, "stack.json");
    const resource = (type: string, outputs: object) => ({ type: `zuplo:index:${type}`, id, outputs });
    const resources = [
      resource("MtlsCertificate", { name: fresh }),
      resource("EnvironmentVariable", { branch: "main", name: "BACKEND_MTLS_CERT" }),
      resource("EnvironmentVariable", { branch: "staging", name: "BACKEND_MTLS_CERT", project: "another" }),
    ];
    await writeFile(path, JSON.stringify({ deployment: { resources } }));
    // when
    const alone = await cli(["status"], { env });
    const known = await cli(["status", "--stack-export", path], { env });
    await rm(folder, { recursive: true });
    // then
    const [table = "", told = ""] = alone.stdout.split("\nRotation under way: ");
    assert.match(table, /^acme\/gateway: 2 certificates\n\nCERTIFICATE/);
    assert.match(told, /^backend_8d80, since /);
    assert.match(
      told,
      / {2}main +BACKEND_MTLS_CERT {2}new {4}old\n {2}staging +BACKEND_MTLS_CERT {2}old {4}old\n/,
    );
    assert.match(told, /sets BACKEND_MTLS_CERT to new on staging\n/);
    assert.match(known.stdout, /staging\/BACKEND_MTLS_CERT names old, and the stack does not set it\n/);
    assert.doesNotMatch(known.stdout, /sets BACKEND_MTLS_CERT|deletes old/);
  });

  it("never shows a variable's value that is not the name of a certificate", async () => {
    // given
    await upload("backend", { before: 1, after: 99 });
    const variable = { name: "TOKEN", isSecret: false, value: "s3cret-value" };
    await setup.inProject("POST", "/branches/main/variables", variable);
    // when
    const { stdout } = await cli(["status", "--json"], { env });
    // then
    assert.doesNotMatch(stdout, /s3cret-value|TOKEN/);
  });

  it("makes no more calls than it needs for a project without certificates", async () => {
    // when
    const { code, stdout } = await cli(["status", "--account", "acme"], { env });
    // then
    assert.equal(stdout, "acme/gateway: 0 certificates\n");
    assert.equal(code, 0);
    assert.equal(setup.emulator.trace.filter(({ type }) => type === "call").length, 3);
  });

  it("takes options for what the environment says otherwise", async () => {
    // given
    const { apiUrl, apiKey } = setup.emulator;
    const other = { ZUPLO_API_KEY: apiKey, ZUPLO_PROJECT: "other", ZUPLO_ACCOUNT: "other" };
    // when
    const args = ["--account", "acme", "--project", "gateway", "--endpoint", apiUrl];
    const { code, stderr } = await cli(["status", ...args], { env: other });
    // then
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });

  const refusals: [string, string[], Record<string, string>, RegExp][] = [
    ["no API key", [], { ZUPLO_API_KEY: "" }, /^error: The Zuplo API key is not set\.\nSet ZUPLO_API_KEY/],
    ["no project", [], { ZUPLO_PROJECT: "" }, /^error: The Zuplo project is not set\.\nGive --project NAME/],
    ["another project", ["--project", "none"], {}, /^error: list \w+ of project 'none': .*\(HTTP 404\)\n/],
    [
      "a wrong API key",
      [],
      { ZUPLO_API_KEY: "zpka_wrong" },
      /^error: .*\(HTTP 401\)\nCheck --api-key-file \(or ZUPLO_API_KEY\): it must/,
    ],
    [
      "plain http",
      ["--endpoint", "http://a.test"],
      {},
      /^error: --endpoint: .*clear.*\nCorrect it, or leave it out\./,
    ],
    [
      "plain http in the environment",
      [],
      { ZUPLO_DEVELOPER_API_ENDPOINT: "http://a.test" },
      /^error: ZUPLO_DEVELOPER_API_ENDPOINT '.*clear.*\nCorrect ZUPLO_DEVELOPER_API_ENDPOINT, or unset it\./,
    ],
    [
      "a key as argument",
      ["--api-key", "zpka_1"],
      {},
      /^error: An API key is never taken.*\nSet ZUPLO_API_KEY/,
    ],
    ["a key in a wrong option", ["--apikey=zpka_1"], {}, /^error: unknown option '--apikey' \[ZUPLO1503\]\n/],
    [
      "a time that is none",
      ["--within", "soon"],
      {},
      /^error: .*'soon' is invalid\. Expected a number of seconds/,
    ],
    [
      "standard input for two things",
      ["--stack-export", "-", "--api-key-file", "-"],
      {},
      /^error: --stack-export and --api-key-file cannot both read standard input\.\nName a file/,
    ],
    [
      "a stack's export that is none",
      ["--stack-export", "package.json"],
      {},
      /^error: --stack-export: this is not/,
    ],
    [
      "a missing file",
      ["--api-key-file", "none"],
      {},
      /^error: none: there is no such file\.\nGive the path/,
    ],
  ];
  /** Where the command line is wrong by itself. */
  const isUsage = /^(plain http|a key .*|a time .*|standard input .*)$/;
  for (const [what, args, more, expected] of refusals) {
    it(`refuses ${what} in one sentence, with what to do`, async () => {
      // when
      const { code, stdout, stderr } = await cli(["status", ...args], { env: { ...env, ...more } });
      // then
      assert.match(stderr, expected);
      assert.ok(stderr.split("\n").length <= 3, stderr);
      assert.doesNotMatch(stderr, /zpka|pulumi (up|config)|zuplo:|\{\{/);
      assert.equal(stdout, "");
      assert.equal(code, isUsage.test(what) ? 64 : 1);
    });
  }
});
