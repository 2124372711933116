import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { parse } from "yaml";
import { languages } from "../../cli/init";
import { type Findings, findingsOf } from "../../cli/takeover/findings";
import { camelCase, Identifiers, snakeCase } from "../../cli/takeover/identifiers";
import { filesOf } from "../../cli/takeover/takeOver";
import { settingsOf } from "../../emulator/settings";
import { factsOf, parseChain } from "../../provider/certificates/parse";
import { asVariables } from "../../provider/rotation/variables";
import { type Setup, setUp } from "../emulator/support";
import { cli } from "./capture";

interface Program {
  resources: Record<
    string,
    { type: string; properties: Record<string, unknown>; options: { import: string; dependsOn?: string[] } }
  >;
}

describe("pulumi-zuplo init --from-project", () => {
  let setup: Setup;
  let folder: string;

  beforeEach(async () => {
    setup = await setUp();
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-takeover-"));
    await mkdir(join(folder, "pem"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
    await setup.emulator.stop();
  });

  const init = (...args: string[]) =>
    cli(["init", join(folder, "shop"), "--from-project", "--certificates", join(folder, "pem"), ...args], {
      env: settingsOf(setup.emulator),
    });
  const file = (name: string, text: string) => writeFile(join(folder, "pem", name), text, { mode: 0o600 });
  const written = (name: string) => readFileSync(join(folder, "shop", name), "utf8");
  /** Takes the project over in YAML, and gives what the program holds and what was said. */
  async function program(): Promise<Program & { text: string; stderr: string }> {
    const { code, stderr } = await init("--language", "yaml");
    assert.equal(code, 0, stderr);
    const text = written("Pulumi.yaml");
    return { ...(parse(text) as Program), text, stderr };
  }
  /** Uploads a certificate of which the folder has PEM and key. */
  async function made(name: string, environments?: string[]) {
    const issued = await setup.emulator.authority.issue();
    const { status, body } = await setup.upload(name, issued, environments);
    assert.equal(status, 201);
    await file(`${name}.pem`, issued.chain);
    await file(`${name}-key.pem`, issued.privateKey);
    return { ...issued, id: body.id };
  }

  it("declares certificates, the variables that name them and the deployments that have them, with their imports", async () => {
    // given
    const { id } = await made("legacy");
    for (const branch of ["staging", "main"]) await setup.point(branch, "legacy");
    for (const branch of ["staging", "main"]) await setup.redeploy(branch);
    setup.emulator.clearTrace();
    // when
    const { resources } = await program();
    // then
    const [staging, main] = ["staging", "main"].map(branch => setup.emulator.deployment(branch).name);
    assert.deepEqual(
      Object.entries(resources).map(([name, { type, options }]) => [name, type, options.import]),
      [
        ["legacy", "zuplo:MtlsCertificate", id],
        ["staging-backend-mtls-cert", "zuplo:EnvironmentVariable", "staging/BACKEND_MTLS_CERT"],
        ["staging", "zuplo:Redeployment", staging],
        ["main-backend-mtls-cert", "zuplo:EnvironmentVariable", "main/BACKEND_MTLS_CERT"],
        ["main", "zuplo:Redeployment", main],
      ],
    );
    assert.deepEqual(resources.legacy?.properties, {
      name: "legacy",
      certificate: { "fn::readFile": "../pem/legacy.pem" },
      privateKeySource: { file: "../pem/legacy-key.pem" },
      environments: ["preview", "production"],
    });
    // Production is touched when staging was seen to work.
    assert.deepEqual(resources["main-backend-mtls-cert"]?.options.dependsOn, [`\${staging}`]);
    assert.deepEqual(setup.emulator.writes(), []);
  });

  it("finds PEM and key by what is in the files, whatever they are called, and takes the longer chain", async () => {
    // given
    const issued = await (await setup.emulator.authority.intermediate("Issuing CA")).issue();
    assert.equal((await setup.upload("backend", issued)).status, 201);
    const [leaf = ""] = issued.chain.split(/(?<=-----END CERTIFICATE-----\n)/);
    const other = await setup.emulator.authority.issue();
    await file("a.txt", other.privateKey);
    await file("b", issued.privateKey);
    await file("c.crt", leaf);
    await file("d.crt", issued.chain);
    await file("e.crt", other.chain);
    await file("readme.md", "nothing of the kind");
    // when
    const { resources } = await program();
    // then
    const { certificate, privateKeySource } = resources.backend?.properties ?? assert.fail();
    assert.deepEqual(certificate, { "fn::readFile": "../pem/d.crt" });
    assert.deepEqual(privateKeySource, { file: "../pem/b" });
  });

  it("says what the program does not hold, and what to do, in the program and on standard error", async () => {
    // given
    await made("kept");
    await setup.upload("lost", await setup.emulator.authority.issue());
    const { id } = await made("disabled", ["production"]);
    await setup.inProject("PATCH", `/mtls-certificates/${id}`, { environments: [] });
    await rm(join(folder, "pem/kept-key.pem"));
    await file("broken.pem", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n");
    await setup.inProject("POST", "/branches/main/variables", {
      name: "TOKEN",
      value: "s3cret-value",
      isSecret: true,
    });
    // when
    const { resources, text, stderr } = await program();
    // then
    assert.deepEqual(Object.keys(resources).includes("lost"), false);
    for (const expected of [
      /'lost' \(cert_\w+\) is left out, since no file has its PEM, .* serial number [0-9A-F]+\. Put it into/,
      /'disabled' \(cert_\w+\) is enabled for no environment type: `pulumi-zuplo prune cert_\w+` says/,
      /The key of 'kept' was not found\. .* reads from \.\.\/pem\/kept-key\.pem\./,
      /broken\.pem is damaged/,
      /Zuplo does not show every variable of main: where one names a certificate, add it/,
    ]) {
      assert.match(stderr, expected);
      assert.match(text, new RegExp(`^# - .*${expected.source}`, "m"));
    }
    assert.doesNotMatch(text + stderr, /s3cret-value/);
  });

  it("leaves out deployments that only happen to have a certificate, and keeps production for what code may name", async () => {
    // given a certificate that no variable names, and one that main names
    await made("in_code");
    await made("named");
    await setup.point("main", "named");
    for (const branch of ["staging", "main"]) await setup.redeploy(branch);
    // when
    const { resources } = await program();
    // then
    const redeployments = Object.entries(resources).filter(([, { type }]) => type.endsWith("Redeployment"));
    assert.deepEqual(
      redeployments.map(([name, { properties }]) => [name, properties.certificates]),
      [["main", [`\${in-code.name}`, `\${named.name}`]]],
    );
  });

  it("says of a branch without a deployment that its variable is not in the program", async () => {
    // given
    const { chain, id, serialNumber } = await made("backend");
    const parsed = parseChain(chain);
    assert.ok("leaf" in parsed);
    const { validFrom, validTo, subject, issuer } = factsOf(parsed.leaf);
    const environments = { development: false, preview: true, production: false };
    const certificateInfo = { validFrom, validTo, subject, issuer, serialNumber };
    const old = { name: "old", branchName: "old", environmentType: "preview" as const, createdOn: undefined };
    const lists = {
      certificates: [
        { id, name: "backend", environments, certificateInfo, createdOn: undefined, updatedOn: undefined },
      ],
      deployments: [],
      environments: [{ environment: old, told: asVariables({ CERT: "backend" }) }],
    };
    const pems = {
      certificates: [{ path: "a.pem", chain: parsed, keyPath: "a.key" }],
      keyPaths: [],
      notes: [],
    };
    // when
    const { resources, notes } = findingsOf(
      { account: "acme", project: "gateway" },
      lists,
      pems,
      path => path,
    );
    // then
    assert.deepEqual(
      resources.map(({ kind }) => kind),
      ["certificate"],
    );
    assert.match(
      notes.join(),
      /^CERT in old names 'backend', and the branch has no deployment: set it by hand/,
    );
  });

  it("keeps every private key of the project's folder out of git, whatever its file is called", async () => {
    // given a key that is used, one that is not, and one beside its certificate
    const pems = join(folder, "shop/pem[1]");
    await mkdir(pems, { recursive: true });
    const [used, unused] = [await setup.emulator.authority.issue(), await setup.emulator.authority.issue()];
    await setup.upload("used", used);
    await writeFile(join(pems, "used.pem"), used.chain);
    for (const [name, text] of [
      ["!used #1*.key ", used.privateKey],
      ["old?.key", unused.privateKey],
      ["both.pem", unused.chain + unused.privateKey],
    ] as const)
      await writeFile(join(pems, name), text, { mode: 0o600 });
    // when
    const { code, stderr } = await init("--language", "yaml", "--certificates", pems);
    assert.equal(code, 0, stderr);
    // then
    const git = (...args: string[]) =>
      spawnSync("git", ["-c", "core.quotePath=false", ...args], {
        cwd: join(folder, "shop"),
        encoding: "utf8",
      });
    git("init", "--quiet");
    git("add", "--all");
    const staged = git("ls-files")
      .stdout.split("\n")
      .filter(path => path.startsWith("pem"));
    assert.deepEqual(staged, ["pem[1]/used.pem"]);
  });

  it("has one variable where a branch has two deployments, for both of them", async () => {
    // given
    await made("legacy");
    await setup.point("main", "legacy");
    await setup.redeploy("main");
    const { name, environmentType } = setup.emulator.deployment("main");
    setup.emulator.onCall(({ kind }) => {
      if (kind !== "deployment.list") return undefined;
      const own = { name, branchName: "main", environmentType, url: "https://one.example.com" };
      return { status: 200, body: { data: [own, { ...own, name: "gateway-main-second" }] } };
    });
    // when
    const { resources } = await program();
    // then
    assert.deepEqual(Object.keys(resources), ["legacy", "main-backend-mtls-cert", "main", "main-2"]);
    const targets = ["main", "main-2"].map(id => resources[id]?.properties.deployment);
    assert.deepEqual(targets, [name, "gateway-main-second"]);
  });

  it("leaves out a variable that names a certificate which its deployment cannot use, and says so", async () => {
    // given
    const { id } = await made("legacy");
    await setup.point("main", "legacy");
    await setup.point("staging", "legacy");
    for (const branch of ["staging", "main"]) await setup.redeploy(branch);
    await setup.inProject("PATCH", `/mtls-certificates/${id}`, { environments: ["preview"] });
    // when
    const { resources, stderr } = await program();
    // then
    assert.deepEqual(Object.keys(resources), ["legacy", "staging-backend-mtls-cert", "staging"]);
    assert.match(
      stderr,
      /BACKEND_MTLS_CERT in main names 'legacy', which is not enabled for production: the next deploy of the branch would break/,
    );
  });

  it("gives everything a name of its own in each language", () => {
    const names = ["client1", "client_1", "Client-1", "exports", "module", "pulumi", "pulumi"];
    for (const spelled of [camelCase, snakeCase, (name: string) => name]) {
      const identifiers = new Identifiers();
      const words = names.map(name => spelled(identifiers.of(name)));
      assert.equal(new Set(words).size, names.length, words.join());
      for (const word of ["exports", "module", "pulumi"]) {
        if (spelled === camelCase || word === "pulumi") assert.ok(!words.includes(word), words.join());
      }
    }
  });

  it("writes nothing where there is nothing to take over, and says why", async () => {
    const none = await init();
    assert.match(none.stderr, /^error: acme\/gateway has no certificate, and nothing was written\.\n/);
    await setup.upload("lost", await setup.emulator.authority.issue());
    const lost = await init();
    assert.match(
      lost.stderr,
      /^error: None of the certificates of acme\/gateway is in the program, .*'lost'/,
    );
    await made("backend");
    await mkdir(join(folder, "shop"));
    await writeFile(join(folder, "shop/index.ts"), "mine");
    const taken = await init();
    assert.match(taken.stderr, /^error: .* has index\.ts already, and nothing was written\./);
    assert.deepEqual([none.code, lost.code, taken.code], [1, 1, 1]);
    assert.deepEqual(readdirSync(join(folder, "shop")), ["index.ts"]);
  });

  it("is told where the PEM files are", async () => {
    const [alone, without] = await Promise.all([
      cli(["init", join(folder, "shop"), "--from-project"], { env: settingsOf(setup.emulator) }),
      cli(["init", join(folder, "shop"), "--certificates", folder]),
    ]);
    for (const { code, stderr } of [alone, without]) {
      assert.match(
        stderr,
        /^error: --from-project and --certificates go together: Zuplo gives back no PEM\.\n/,
      );
      assert.equal(code, 64);
    }
    const missing = await cli([
      "init",
      join(folder, "shop"),
      "--from-project",
      "--certificates",
      join(folder, "no"),
    ]);
    assert.match(missing.stderr, /^error: --certificates .*: this folder cannot be read \(ENOENT\)\.\n/);
    assert.equal(existsSync(join(folder, "shop")), false);
  });

  for (const language of languages) {
    it(`writes what is called strangely as it is called: ${language}`, () => {
      // given what no name at Zuplo may be as a rule
      const strange = `a"b\\c \${x} %{y} */ \n' #`;
      const certificate = {
        kind: "certificate" as const,
        id: "strange",
        importId: strange,
        name: strange,
        environments: ["production" as const],
        path: strange,
        keyPath: strange,
        hasKey: true,
      };
      const variable = {
        kind: "variable" as const,
        id: "class",
        importId: strange,
        branch: strange,
        name: strange,
        certificate,
        after: [],
      };
      const found: Findings = {
        scope: { account: strange, project: strange },
        resources: [certificate, variable],
        keyPaths: [],
        notes: [strange],
      };
      // when
      const files = filesOf(language, "shop", found);
      // then
      switch (language) {
        case "typescript": {
          const text = files["index.ts"] ?? "";
          const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true });
          assert.deepEqual(diagnostics, []);
          assert.ok(text.includes(`branch: ${JSON.stringify(strange)},`));
          assert.match(text, /^const class_ = /m);
          break;
        }
        case "yaml": {
          const { resources } = parse(files["Pulumi.yaml"] ?? "") as Program;
          // Pulumi takes $${ for ${.
          assert.equal(resources.class?.properties.branch, `a"b\\c $\${x} %{y} */ \n' #`);
          break;
        }
        case "python": {
          const { status, error } = spawnSync(
            "python3",
            ["-c", "import sys; compile(sys.stdin.read(), 'x', 'exec')"],
            {
              input: files["__main__.py"] ?? "",
            },
          );
          assert.ok(status === 0 || error !== undefined);
          break;
        }
        case "terraform": {
          const text = files["main.tf"] ?? "";
          assert.ok(text.includes(String.raw`branch = "a\"b\\c $${"$"}{x} %%{y} */ \n' #"`), text);
          assert.match(files["imports.tf"] ?? "", /^ {2}to = zuplo_environment_variable\.class_$/m);
        }
      }
    });
  }
});
