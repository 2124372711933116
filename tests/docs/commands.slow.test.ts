import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { inAccount, inProject } from "../support/byHand";
import { TestProject } from "../support/project";
import { names, pem } from "../support/rotation";
import { blocksOf, read, root } from "./blocks";
import { allCommands, blocksOfOtherLanguages, elsewhere, isMeasurement, linesOf } from "./commands";
import { shell } from "./shell";

const guide = (name: string) => `docs/guides/${name}.md`;

/** What the tests below have run, as the documents write it. */
const ran = new Set<string>();

/** Nobody is there to answer, and the compiler looks at the program elsewhere. */
const QUICK = { PULUMI_SKIP_CONFIRMATIONS: "true", PULUMI_NODEJS_TRANSPILE_ONLY: "true" };

/** A secret setting without its value: Pulumi asks for it. */
const isQuestion = (line: string) => /^pulumi config set --secret \S+$/.test(line);

/** A command of the package itself. */
const isOwn = (line: string) => line.includes("npx pulumi-zuplo ");

describe("the commands of README and docs/", () => {
  let emulator: Emulator;
  let project: TestProject;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    // What a reader puts in place of KEY and NAME.
    emulator = await startEmulator({ deployMs: 20, apiKey: "KEY", account: "NAME", projects: ["NAME"] });
    project = await TestProject.create(emulator, "any.js", { name: "unused", stack: "unused" });
    env = { ...process.env, ...project.env, PULUMI_STACK: undefined, ...QUICK };
    for (const { language, text } of blocksOf(guide("first-rotation"))) {
      if (language === "yaml") await write("Pulumi.yaml", text);
      if (language === "ts") await write("index.ts", text);
    }
    await rm(join(project.folder, "package.json"));
    await issue();
  });

  after(async () => {
    await project.remove();
    await emulator.stop();
  });

  async function write(name: string, text: string): Promise<void> {
    await writeFile(join(project.folder, name), text);
  }

  async function issue(): Promise<string> {
    const { certificate, privateKey } = pem(await emulator.authority.issue());
    await write("client.pem", certificate);
    await write("client-key.pem", privateKey);
    return privateKey;
  }

  /** Runs a line as a shell does. */
  async function run(line: string, typed = line): Promise<string> {
    ran.add(line);
    const options = { cwd: project.folder, env, timeout: 60_000 };
    // Nobody looks at the preview of an update, which runs the program once more.
    const quick = typed.replace(/^pulumi (up|destroy|refresh|import)\b/, "$& --skip-preview");
    try {
      const { stdout, stderr } = await shell(quick, options, isQuestion(typed) ? "KEY\n" : undefined);
      return stdout + stderr;
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      throw new Error(`${typed} failed:\n${stdout}${stderr}`);
    }
  }

  it("of the first rotation lead to a rotated certificate", async () => {
    let first: string[] = [];
    for (const line of linesOf(guide("first-rotation"))) {
      if (line in elsewhere || line === "pulumi destroy") continue;
      // The guide says: replace the two files.
      if (line === "pulumi preview --diff") {
        first = names(emulator);
        await issue();
      }
      await run(line);
    }
    assert.equal(first.length, 1);
    assert.equal(names(emulator).length, 1);
    assert.notDeepEqual(names(emulator), first);
    assert.match(readFileSync(join(project.folder, ".gitignore"), "utf8"), /client-key\.pem/);
  });

  it("of CI, of alerts and of a move do nothing where nothing changed", async () => {
    emulator.clearTrace();
    for (const page of ["ci-previews", "expiry-alerts", "dynamic-to-native"])
      for (const line of linesOf(guide(page))) if (!ran.has(line) && !isOwn(line)) await run(line);
    assert.deepEqual(emulator.writes(), []);
  });

  it("of another stack bring up the same program there", async () => {
    const before = names(emulator).length;
    for (const line of linesOf(guide("environments-and-stacks"))) await run(line);
    assert.equal(names(emulator).length, before + 1);
    await run("pulumi stack select prod");
  });

  it("of the package itself look, check and begin", async () => {
    // As npm installs it.
    await mkdir(join(project.folder, "node_modules/.bin"));
    await symlink(join(root, "bin/pulumi-zuplo"), join(project.folder, "node_modules/.bin/pulumi-zuplo"));
    emulator.clearTrace();
    const all = allCommands().map(({ text }) => text);
    const own = all.filter(text => isOwn(text) && !(text in elsewhere));
    const lines = new Set(own);
    // The beginning of another one is no command of its own.
    const whole = [...lines].filter(line => ![...lines].some(other => other.startsWith(`${line} `)));
    assert.ok(whole.length >= 4);
    for (const line of whole) await run(line);
    assert.deepEqual(emulator.writes(), []);
    assert.ok(existsSync(join(project.folder, "shop/Pulumi.yaml")));
  });

  it("after a run that was killed free the stack", async () => {
    const lines = linesOf("docs/reliability.md");
    assert.deepEqual(lines, ["pulumi cancel", "pulumi up"]);
    for (const line of lines) await run(line);
    await run("pulumi refresh --clear-pending-creates");
    await run("pulumi up --target '**backend**'");
    await run("pulumi stack export --file state.json");
    await run("pulumi stack import --file state.json");
    await run("pulumi config set zuplo:endpoint URL", `pulumi config set zuplo:endpoint ${emulator.apiUrl}`);
  });

  it("that destroy leave no certificate of the stack", async () => {
    const before = names(emulator).length;
    await run("pulumi destroy");
    assert.equal(names(emulator).length, before - 1);
    await run("pulumi config set zuplo:others redeploy");
    await run("pulumi config set zuplo:settle 1m");
    await run("pulumi config set zuplo:callTimeout 60");
  });

  it("that import find what is there", async () => {
    const id = emulator.certificates()[0]?.id ?? assert.fail("no certificate");
    const objects: Record<string, string> = {
      ID: id,
      cert_1234: id,
      "shop-main-1a2b3c4": emulator.deployment("main").name,
    };
    await write(
      "Pulumi.yaml",
      "name: shop\nruntime: yaml\nplugins:\n  providers:\n    - { name: zuplo, path: node_modules/pulumi-zuplo/bin }\n",
    );
    const lines = new Set(
      allCommands().flatMap(({ text }) => (/^pulumi import \S+ NAME /.test(text) ? [text] : [])),
    );
    const { certificate } = emulator.authority;
    await inAccount(emulator, "POST", "/client-mtls-ca-certificates", { name: "partners", certificate });
    for (const [index, line] of [...lines].entries()) {
      const object = line.split(" ").at(-1) ?? "";
      if (line.includes(":EnvironmentVariable ")) await makeVariable(object);
      const typed = line.replace(" NAME ", ` imported-${index} `).replace(object, objects[object] ?? object);
      await run(line, `${typed} --generate-code=false`);
    }
    assert.ok(lines.size >= 4);
    await run("pulumi state delete URN", "pulumi state delete --all --force --yes");
  });

  /** @param id `branch/NAME`, as an import has it */
  async function makeVariable(id: string): Promise<void> {
    const [branch, name] = id.split("/");
    await inProject(emulator, "POST", `/branches/${branch}/variables`, {
      name,
      value: "https://backend.example.com",
      isSecret: false,
    });
  }

  it("that take a key from a vault upload it, and leave it nowhere", async () => {
    const page = guide("keys-from-a-vault");
    const [program = ""] = blocksOf(page).flatMap(({ language, text }) => (language === "ts" ? [text] : []));
    const fromFile = /privateKeySource: \{ file: [^}]+\}/.exec(read(page))?.[0] ?? assert.fail("no file");
    await write("Pulumi.yaml", "name: shop\nruntime: nodejs\nmain: index.ts\n");
    await useStores("vault.key");
    for (const line of linesOf(page)) {
      // given another certificate, whose key only the store has
      const { certificate, privateKey } = pem(await emulator.authority.issue());
      await write("client.pem", certificate);
      await write("vault.key", privateKey);
      const isFile = line.startsWith("sops ");
      await write("index.ts", isFile ? program.replace(/privateKeySource: \{[^}]+\}/, fromFile) : program);
      const before = names(emulator);
      // when
      await run(line, line.replace("pulumi up", "pulumi up --skip-preview"));
      // then
      const [uploaded, ...others] = names(emulator).filter(name => !before.includes(name));
      assert.match(uploaded ?? "", /^ledger_/, line);
      assert.deepEqual(others, [], line);
      const state = await shell("pulumi stack export --show-secrets", { cwd: project.folder, env });
      assert.ok(!state.stdout.includes(privateKey.trim().split("\n")[1] ?? ""), line);
    }
  });

  /** Puts programs on PATH that hand out a file as the stores of the guide do. */
  async function useStores(file: string): Promise<void> {
    const bin = join(project.folder, "stores");
    await mkdir(bin);
    const stores = {
      ...Object.fromEntries(["vault", "aws", "gcloud", "az", "op"].map(name => [name, `cat ${file}`])),
      // sops exec-file --no-fifo FILE COMMAND
      sops: `umask 077; cp ${file} decrypted.tmp; bash -c "\${4//\\{\\}/decrypted.tmp}"; code=$?; rm decrypted.tmp; exit $code`,
    };
    for (const [name, script] of Object.entries(stores)) {
      await writeFile(join(bin, name), `#!/bin/bash\n${script}\n`);
      await chmod(join(bin, name), 0o755);
    }
    env = { ...env, PATH: `${bin}${delimiter}${env.PATH}` };
  }

  it("give no secret as an argument, which the shell would keep in its history", () => {
    const careless = allCommands().filter(({ text }) =>
      /^pulumi config set --secret \S+ \S|ZUPLO_API_KEY=/.test(text),
    );
    assert.deepEqual(careless, []);
  });

  it("are all run, here or where it is said", () => {
    const known = [...ran, ...Object.keys(elsewhere)];
    // Prose may name the beginning of a command.
    const isKnown = (text: string) =>
      isMeasurement(text) || known.some(command => command === text || command.startsWith(`${text} `));
    const unknown = allCommands().filter(({ text }) => !isKnown(text));
    assert.deepEqual(unknown, []);
    for (const test of Object.values(elsewhere)) assert.ok(existsSync(join(root, test)), test);
  });

  it("stand in blocks whose language has a test", () => {
    assert.deepEqual(blocksOfOtherLanguages(), []);
  });
});
