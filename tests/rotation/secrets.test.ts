import assert from "node:assert/strict";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Emulator, spoil, startEmulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { assertFailed, assertSucceeded, TestProject } from "../support/project";
import { pem } from "../support/rotation";

const apiKey = "zpka_a_key_that_nobody_may_see";
const secretValue = 'a "secret" value + nobody/may=see';

/** The secrets in each spelling in which they could stand somewhere. */
function spellings(issued: Issued, withApiKey = true): string[] {
  const keyBody = issued.privateKey.split("\n").filter(line => line.length > 20 && !line.startsWith("-----"));
  const texts = [...keyBody, secretValue, ...(withApiKey ? [apiKey] : [])];
  const encoded = [...texts, issued.privateKey].flatMap(text => [
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    Buffer.from(text).toString("base64").replace(/=+$/, "").slice(0, 60),
  ]);
  return [...new Set([...texts, ...encoded])];
}

/**
 * Pulumi's own log of that verbosity holds every decrypted secret of every provider: what the engine marshals and
 * decides, and what the Node SDK registers. Those entries are left out here; everything else is searched.
 */
function withoutEngineTrace(log: string): string {
  const isEngineTrace = (line: string) =>
    /^\{"time":.*"msg":"((Unm|M)arshaling property for RPC|Planner decided|.*Diff\(|.*RegisterResource RPC finished)/.test(
      line,
    );
  return log
    .split("\n")
    .filter(line => !isEngineTrace(line))
    .join("\n");
}

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

function assertAbsent(place: string, text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    // Where it stands tells what to mend; the secret itself has no place in a test's output.
    const line = text.split("\n").find(each => each.includes(secret));
    assert.equal(line?.split(secret, 1)[0]?.slice(-200), undefined, `${place} holds a secret`);
  }
}

describe("secrets", () => {
  let emulator: Emulator;
  let project: TestProject;
  let issued: Issued;
  let places = 0;

  const search = (place: string, text: string, withApiKey = true) => {
    places += 1;
    assertAbsent(place, text, spellings(issued, withApiKey));
  };

  const write = (certificateArgs: Record<string, unknown>, value = secretValue) =>
    project.write({
      resources: [
        {
          type: "MtlsCertificate",
          name: "backend",
          args: { environments: ["production"], ...certificateArgs },
        },
        {
          type: "EnvironmentVariable",
          name: "token",
          args: { branch: "main", name: "TOKEN", value, isSecret: true },
        },
        {
          type: "Redeployment",
          name: "main",
          args: { branch: "main", certificates: [], variables: [], triggers: certificateArgs.certificate },
        },
      ],
    });

  before(async () => {
    emulator = await startEmulator({ apiKey });
    issued = await emulator.authority.issue();
  });

  beforeEach(async () => {
    project = await TestProject.create(emulator, "any.js", { env: { ZUPLO_API_KEY: "" } });
    await project.succeed("config", "set", "--secret", "zuplo:apiKey", apiKey);
  });

  afterEach(() => project.remove());

  after(async () => {
    console.log(`        searched ${places} places`);
    await emulator.stop();
  });

  it("stand in no state, preview, output or log of any verbosity, though the program passes them as plain text", async function () {
    this.timeout(120_000);
    await write(pem(issued));
    search("preview", (await project.preview()).text);
    const verbose = await project.up("--logtostderr", "-v=9", "--logflow");
    assertSucceeded(verbose);
    search("state", await project.state());
    issued = await emulator.authority.issue();
    await write(pem(issued), secretValue);
    search("preview of a rotation", (await project.preview()).text);
    search("rotation", (await project.up()).text);
    search("state after a rotation", await project.state());
    const state = JSON.parse(await project.state("--show-secrets")) as {
      deployment: { resources: { outputs?: Record<string, unknown>; inputs?: Record<string, unknown> }[] };
    };
    for (const { inputs, outputs } of state.deployment.resources) {
      assertConstant(inputs?.__provider);
      search("__provider", `${inputs?.__provider ?? ""}${outputs?.__provider ?? ""}`);
    }
    search("refresh", (await project.refresh("--diff")).text);
    search("verbose log", withoutEngineTrace(verbose.text));
  });

  it("stand nowhere at all with privateKeySource, even in the decrypted state", async function () {
    this.timeout(120_000);
    const file = join(project.folder, "client.key");
    await writeFile(file, issued.privateKey, { mode: 0o600 });
    await write({ certificate: issued.chain, privateKeySource: { file } }, "no secret here");
    await project.succeed("config", "rm", "zuplo:apiKey");
    project.env.ZUPLO_API_KEY = apiKey;
    const verbose = await project.up("--logtostderr", "-v=9", "--logflow");
    assertSucceeded(verbose);
    search("verbose log", verbose.text);
    const state = await project.state("--show-secrets");
    search("decrypted state", state);
    assert.doesNotMatch(state, /PRIVATE KEY/);
    // and the key is not needed again: nothing of these runs reads it
    await rm(file);
    for (const run of [await project.preview(), await project.up(), await project.refresh()])
      assertSucceeded(run);
  });

  for (const status of [400, 401, 403, 409, 422, 429, 500]) {
    it(`stand in no error of a server that answers ${status} and echoes the request`, async function () {
      this.timeout(60_000);
      await write(pem(issued));
      const body = {
        title: "Echo",
        detail: `key=${issued.privateKey} json=${JSON.stringify(issued.privateKey)} value=${secretValue} authorization=Bearer ${apiKey}`,
      };
      const stop = emulator.onCall(spoil(call => call.method === "POST", { status, body }, 1000));
      const run = await project.up();
      stop();
      assertFailed(run);
      search(`error ${status}`, run.text);
      search(`state after ${status}`, await project.state());
    });
  }

  it("are readable for their owner only where anything is written", async () => {
    await write(pem(issued));
    assertSucceeded(await project.up());
    for (const name of await readdir(project.folder)) {
      const path = join(project.folder, name);
      if (!(await stat(path)).isFile() || ["index.js", "inputs.json"].includes(name)) continue;
      search(name, await readFile(path, "utf8"));
    }
  });
});
