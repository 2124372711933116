import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Emulator, type Fault, startEmulator } from "../../emulator";
import { assertFailed, assertSucceeded, type TestProject } from "../support/project";
import { type Adapter, dynamicAdapter, nativeAdapter, yamlAdapter } from "./adapters";
import { Search, type Secrets } from "./search";

const apiKey = "zpka_a_key_that_nobody_may_see";
const value = 'a "secret" value + nobody/may=see';
const verbose = ["--logtostderr", "-v=9", "--logflow"];

/** What the state holds of us: for each function one line that calls the installed package, and nothing else. */
function assertConstant(provider: unknown): void {
  if (typeof provider !== "string") return;
  const ours = provider
    .split("\n")
    .filter(line => line.startsWith("return ") && line !== "return () => provider;");
  const call =
    /^return (\w+|\([\w, ]+\)) => require\("pulumi-zuplo\/provider"\)\.dynamic\.\w+\.(\w+)\([\w, ]+\);$/;
  const methods = ours.map(line => call.exec(line)?.[2]);
  assert.deepEqual(methods, ["configure", "check", "diff", "create", "read", "update", "delete"]);
}

interface DecryptedState {
  deployment: { resources: { outputs?: Record<string, unknown>; inputs?: Record<string, unknown> }[] };
}

const search = new Search();

after(() => {
  if (search.places === 0) return;
  console.log(
    `  secrets: ${search.places} places searched; ${search.engineLines} lines of Pulumi's own trace left out`,
  );
});

for (const adapter of [dynamicAdapter, nativeAdapter, yamlAdapter]) {
  describe(`secrets through ${adapter.name}`, () => {
    let emulator: Emulator;
    let project: TestProject;
    let secrets: Secrets;

    before(async () => {
      emulator = await startEmulator({ apiKey });
    });

    beforeEach(async () => {
      secrets = { issued: await emulator.authority.issue(), value, apiKey };
      project = await create(adapter);
    });

    afterEach(() => project.remove());

    after(async () => {
      await emulator.stop();
    });

    async function create(adapter: Adapter): Promise<TestProject> {
      const created = await adapter.create(emulator, { ZUPLO_API_KEY: "" });
      // Where anything is written that is not the project's or Pulumi's home.
      created.env.TMPDIR = join(created.folder, ".tmp");
      await mkdir(created.env.TMPDIR);
      await created.succeed("config", "set", "--secret", "zuplo:apiKey", apiKey);
      return created;
    }

    it("stand nowhere at all where the key is in a file and the API key in the environment", async () => {
      // given no secret that the program itself holds
      secrets = { ...secrets, value: "no secret here, and none that anything else would hold" };
      await adapter.write(project, { ...secrets, value: "public" }, false);
      await project.succeed("config", "rm", "zuplo:apiKey");
      project.env.ZUPLO_API_KEY = apiKey;
      const created = await project.up(...verbose);
      assertSucceeded(created);
      // no line is left out: not even Pulumi has them
      search.in("verbose log", created.text, secrets);
      const state = await project.state("--show-secrets");
      search.in("decrypted state", state, secrets);
      assert.doesNotMatch(state, /PRIVATE KEY/);
      await search.below(project.folder, adapter.written, secrets);
      // and the key is not needed again: nothing of these runs reads it
      await rm(join(project.folder, "client.key"));
      for (const run of [await project.preview(), await project.refresh()]) assertSucceeded(run);
    });

    // What is in the program itself, Pulumi's YAML host writes into its own log.
    if (adapter === yamlAdapter) return;

    it("stand in no state, preview, output, file or log, though the program passes them as plain text", async () => {
      await adapter.write(project, secrets, true);
      search.in("preview", (await project.preview()).text, secrets);
      const created = await project.up(...verbose);
      assertSucceeded(created);
      search.inVerboseLog("verbose log", created.text, secrets);
      search.in("state", await project.state(), secrets);

      const before = secrets;
      secrets = { ...secrets, issued: await emulator.authority.issue() };
      await adapter.write(project, secrets, true);
      const preview = await project.preview();
      const rotation = await project.up("--diff");
      assertSucceeded(rotation);
      const state = await project.state();
      const refresh = await project.refresh("--diff");
      for (const known of [before, secrets]) {
        search.in("preview of a rotation", preview.text, known);
        search.in("rotation", rotation.text, known);
        search.in("state after a rotation", state, known);
        search.in("refresh", refresh.text, known);
      }
      const decrypted = JSON.parse(await project.state("--show-secrets")) as DecryptedState;
      for (const { inputs, outputs } of decrypted.deployment.resources) {
        assertConstant(inputs?.__provider);
        search.in("__provider", `${inputs?.__provider ?? ""}${outputs?.__provider ?? ""}`, secrets);
      }
      for (const known of [before, secrets]) await search.below(project.folder, adapter.written, known);
    });

    it("stand in no error, whatever a server answers that echoes the request", async () => {
      // given a variable for each kind of failure, and a certificate, all of them refused with what was sent
      const json = JSON.stringify(secrets.issued.privateKey);
      const base64 = Buffer.from(value).toString("base64");
      const echo = `key=${secrets.issued.privateKey} json=${json} value=${value} url=${encodeURIComponent(value)} base64=${base64} authorization=Bearer ${apiKey}`;
      const body = { title: "Echo", detail: echo, message: echo };
      const faults: Record<string, Fault> = Object.fromEntries(
        [400, 401, 403, 404, 409, 418, 422, 500, 502].map(status => [`FAIL_${status}`, { status, body }]),
      );
      faults.FAIL_CUT = { destroy: "before" };
      faults.FAIL_TEXT = { status: 200, body: echo };
      faults.FAIL_PAGE = { status: 502, body: echo, headers: { "content-type": "text/html" } };
      const { chain, privateKey } = secrets.issued;
      const variable = (name: string) => ({ branch: "main", name, value, isSecret: true });
      await project.write({
        resources: [
          {
            type: "MtlsCertificate",
            name: "backend",
            args: { certificate: chain, privateKey, environments: ["preview"] },
          },
          ...Object.keys(faults).map(name => ({ type: "EnvironmentVariable", name, args: variable(name) })),
        ],
      });
      const stop = emulator.onCall(call => {
        if (call.kind === "certificate.create") return { status: 422, body };
        return call.kind.startsWith("variable.") ? faults[call.subject.replace("main/", "")] : undefined;
      });
      const run = await project.up("--continue-on-error", ...verbose);
      stop();
      assertFailed(run);
      for (const name of Object.keys(faults)) assert.match(run.text, new RegExp(`Variable 'main/${name}'`));
      await searchAfterFailure(run.text, [secrets]);
    });

    it("stand in no error that tells of an earlier run's", async () => {
      // given a certificate and a variable that another run has made
      await adapter.write(project, secrets, true);
      assertSucceeded(await project.up());
      const before = secrets;
      // when the program has others, and Zuplo's answers tell of the resource's earlier one
      secrets = {
        ...secrets,
        issued: await emulator.authority.issue(),
        value: "another value that is secret",
      };
      await adapter.write(project, secrets, true);
      const keyLine = before.issued.privateKey.split("\n")[1];
      const details: Record<string, string> = {
        "certificate.create": `the key was ${keyLine}`,
        "variable.update": `TOKEN was ${value}`,
      };
      const stop = emulator.onCall(({ kind }) => {
        const detail = details[kind];
        return detail === undefined ? undefined : { status: 422, body: { title: "Echo", detail } };
      });
      const run = await project.up("--continue-on-error", ...verbose);
      stop();
      // then
      assertFailed(run);
      for (const told of ["the key was", "TOKEN was"]) assert.ok(run.text.includes(`Echo: ${told} [secret]`));
      await searchAfterFailure(run.text, [before, secrets]);
    });

    it("stand in no error of a build whose log prints its variables", async () => {
      await adapter.write(project, secrets, true);
      emulator.failNextBuild("main", `TOKEN=${value} ${JSON.stringify(value)}`);
      const run = await project.up("--diff", ...verbose);
      assertFailed(run);
      assert.match(run.text, /the build ended as ERROR: TOKEN=\[secret\]/);
      await searchAfterFailure(run.text, [secrets]);
    });

    /** Everywhere that a secret could have got to: output and log, state, preview, refresh, our code in the state, files. */
    async function searchAfterFailure(output: string, all: readonly Secrets[]): Promise<void> {
      const state = await project.state();
      const preview = await project.preview("--diff");
      const refresh = await project.refresh("--diff");
      const { deployment } = JSON.parse(await project.state("--show-secrets")) as DecryptedState;
      for (const known of all) {
        search.inVerboseLog("a failed run", output, known);
        search.in("state after a failure", state, known);
        search.in("preview after a failure", preview.text, known);
        search.in("refresh after a failure", refresh.text, known);
        for (const { inputs, outputs } of deployment.resources)
          search.in("__provider", `${inputs?.__provider ?? ""}${outputs?.__provider ?? ""}`, known);
        await search.below(project.folder, adapter.written, known);
      }
    }
  });
}
