import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import { findActionlint } from "../../scripts/engine/actionlint";
import { directoryOnPath } from "../../scripts/engine/files";
import { worldOf } from "../../scripts/engine/world";
import { targets } from "../../scripts/executable/targets";
import { temporaryFolder } from "./fakes";
import { pack, writeRelease } from "./releaseFiles";

const run = promisify(execFile);
const root = join(__dirname, "../..");
const folder = join(root, ".github/workflows");

const Step = z.looseObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const Permissions = z.record(z.string(), z.enum(["read", "write"]));
const Job = z.looseObject({
  "timeout-minutes": z.number(),
  permissions: Permissions.optional(),
  environment: z.string().optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  steps: z.array(Step),
});
const Workflow = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: Permissions,
  concurrency: z.looseObject({ group: z.string() }),
  jobs: z.record(z.string(), Job),
});

const files = readdirSync(folder).map(name => {
  const text = readFileSync(join(folder, name), "utf8");
  return { name, text, workflow: Workflow.parse(parse(text)) };
});
const jobs = files.flatMap(({ name, workflow }) =>
  Object.entries(workflow.jobs).map(([job, value]) => ({ at: `${name}, ${job}`, workflow, job: value })),
);
const steps = jobs.flatMap(({ at, job }) => job.steps.map(step => ({ at, step })));
const named = (file: string) => files.find(({ name }) => name === file) ?? assert.fail(file);

describe("the workflows", () => {
  it("are those of CI, releases and the bench, and actionlint finds nothing in them", async () => {
    assert.deepEqual(files.map(({ name }) => name).sort(), ["bench.yml", "ci.yml", "release.yml"]);
    const actionlint = join(await findActionlint(worldOf(new AbortController().signal)), "actionlint");
    const found = await run(actionlint, ["-no-color", ...files.map(({ name }) => join(folder, name))]);
    assert.equal(found.stdout, "");
  });

  it("are looked at by an actionlint that finds what is wrong", async () => {
    const actionlint = join(await findActionlint(worldOf(new AbortController().signal)), "actionlint");
    const text = named("ci.yml").text.replace("matrix.node }}", "matrix.nodes }}");
    const asked = run(actionlint, ["-no-color", "-"]);
    asked.child.stdin?.end(text);
    await assert.rejects(asked, ({ stdout }: { stdout: string }) => /"nodes" is not defined/.test(stdout));
  });

  it("name each action by its commit, with the version beside it", () => {
    const lines = files.flatMap(({ text }) => text.split("\n").filter(line => line.includes("uses:")));
    assert.ok(lines.length > 15);
    for (const line of lines) assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    // and the same action is the same everywhere
    const versions = new Set(lines.map(line => line.replace(/^.*uses: /, "")));
    assert.equal(new Set([...versions].map(each => each.split("@")[0])).size, versions.size);
  });

  it("may read, and write only where something is published", () => {
    for (const { name, workflow } of files)
      assert.deepEqual(workflow.permissions, name === "release.yml" ? {} : { contents: "read" }, name);
    const writing = jobs.filter(({ job }) => Object.values(job.permissions ?? {}).includes("write"));
    assert.deepEqual(
      writing.map(({ at }) => at),
      ["release.yml, publish"],
    );
  });

  it("give secrets to one job, which a maintainer lets begin, and in which no code of ours or others' runs", () => {
    const withSecrets = jobs.filter(({ job }) => JSON.stringify(job).includes("secrets."));
    assert.deepEqual(
      withSecrets.map(({ at }) => at),
      ["release.yml, publish"],
    );
    const { job } = withSecrets[0] ?? assert.fail();
    assert.equal(job.environment, "release");
    for (const { uses = "", run = "" } of job.steps) {
      assert.doesNotMatch(uses, /^actions\/checkout/);
      assert.doesNotMatch(run, /npm (ci|install|run|test)|npx|\.ci\/run|node /);
    }
    // Each step is told what it needs, and nothing by the shell's text.
    for (const { at, step } of steps) assert.doesNotMatch(step.run ?? "", /\$\{\{/, at);
  });

  it("run for pull requests without any secret, and in no other way than as pull requests", () => {
    for (const { name, text, workflow } of files) {
      assert.ok(!("pull_request_target" in workflow.on) && !("workflow_run" in workflow.on), name);
      if ("pull_request" in workflow.on)
        assert.doesNotMatch(text, /secrets\.|environment:|github\.token/, name);
    }
    assert.ok("pull_request" in named("ci.yml").workflow.on);
  });

  it("end in time, are not run twice at once, and leave no token in the checkout", () => {
    for (const { at, job } of jobs) assert.ok(job["timeout-minutes"] <= 180, at);
    for (const { step } of steps)
      if (step.uses?.startsWith("actions/checkout@")) assert.equal(step.with?.["persist-credentials"], false);
    // One that is under way when it publishes is not cut off.
    assert.equal(named("release.yml").workflow.concurrency["cancel-in-progress"], false);
  });

  it("call what there is", () => {
    const { scripts } = z
      .looseObject({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
    const texts = steps.map(({ step }) => step.run ?? "");
    const called = texts.flatMap(text => [...text.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)]);
    const ran = texts.flatMap(text => [...text.matchAll(/\bbash (\S+)/g)]);
    assert.ok(called.length >= 4 && ran.length >= 2);
    for (const [, script = ""] of called) assert.ok(script in scripts, script);
    for (const [, file = ""] of ran) assert.ok(existsSync(join(root, file)), file);
  });

  it("try a release's packages on every platform for which they are", () => {
    const { start } = named("release.yml").workflow.jobs;
    const { include } = z
      .object({ matrix: z.object({ include: z.array(z.looseObject({ os: z.string(), arch: z.string() })) }) })
      .parse(start?.strategy).matrix;
    const pairs = (each: readonly { os: string; arch: string }[]) =>
      each.map(({ os, arch }) => `${os} ${arch}`).sort();
    assert.deepEqual(pairs(include), pairs(targets));
    assert.deepEqual(named("release.yml").workflow.jobs.publish?.needs, ["test", "build", "start"]);
  });
});

describe("the steps of a release, run here", () => {
  const temporary = temporaryFolder();
  const release = { version: "1.2.3", platforms: targets };
  const terraformSums = "release/packages/terraform-provider-zuplo_1.2.3_SHA256SUMS";
  let bin: string;

  beforeEach(() => {
    bin = join(temporary(), "bin");
    mkdirSync(bin);
  });

  const program = (folder: string, name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };

  /** Runs a step's text as GitHub does. */
  const step = async (name: string, env: Record<string, string> = {}) => {
    const { step } = steps.find(each => each.step.name === name) ?? assert.fail(name);
    const { stdout } = await run("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run ?? ""], {
      cwd: temporary(),
      env: {
        ...process.env,
        PATH: `${bin}${delimiter}${process.env.PATH}`,
        GITHUB_REF_NAME: "v1.2.3",
        ...env,
      },
    });
    return stdout;
  };

  it("start the programs, and fail where one is of another version", async () => {
    // given
    const packages = join(temporary(), "release/packages");
    mkdirSync(packages, { recursive: true });
    const script = (text: string) => ({ content: `#!/bin/sh\n${text}\n`, mode: 0o755 });
    const packed = (name: string, text: string) =>
      pack(join(packages, `${name}-v1.2.3-linux-amd64.tar.gz`), { [name]: script(text) });
    await packed("pulumi-zuplo", "echo 1.2.3");
    await packed("pulumi-resource-zuplo", "echo 41234; exec sleep 60");
    const started = () => step("Start what was built for this platform", { PLATFORM: "linux-amd64" });
    // then
    assert.equal(await started(), "41234\n");
    await packed("pulumi-zuplo", "echo 1.2.2");
    await assert.rejects(started());
  });

  it("sign what Terraform's registries read, so that gpg believes it", async function () {
    if (directoryOnPath("gpg", process.env.PATH) === undefined) {
      console.log("        skipped: there is no gpg on PATH");
      this.skip();
    }
    // given
    // Short: gpg's agent has a socket in it.
    const home = mkdtempSync(join(tmpdir(), "gpg-"));
    try {
      const gpg = (...args: string[]) =>
        run("gpg", ["--homedir", home, "--batch", "--pinentry-mode", "loopback", ...args], {
          encoding: "utf8",
          cwd: temporary(),
        });
      const whose = "Release <release@example.com>";
      await gpg("--passphrase", "between us", "--quick-generate-key", whose, "rsa2048", "sign", "1d");
      const { stdout } = await gpg("--passphrase", "between us", "--armor", "--export-secret-keys");
      await writeRelease(join(temporary(), "release/packages"), release);
      // when
      await step("Sign for Terraform's registries", {
        GPG_PRIVATE_KEY: stdout,
        GPG_PASSPHRASE: "between us",
      });
      // then
      await gpg("--verify", `${terraformSums}.sig`, terraformSums);
      // Not armoured: the registry takes no other form.
      assert.doesNotMatch(readFileSync(join(temporary(), `${terraformSums}.sig`), "latin1"), /BEGIN PGP/);
      writeFileSync(join(temporary(), terraformSums), "something else\n");
      await assert.rejects(gpg("--verify", `${terraformSums}.sig`, terraformSums));
    } finally {
      await run("gpgconf", ["--homedir", home, "--kill", "all"]);
      rmSync(home, { recursive: true, force: true });
    }
  });

  it("say that nothing is signed where there is no key", async () => {
    await writeRelease(join(temporary(), "release/packages"), release);
    assert.match(
      await step("Sign for Terraform's registries", { GPG_PRIVATE_KEY: "", GPG_PASSPHRASE: "" }),
      /^::notice::The secret GPG_PRIVATE_KEY is not set/,
    );
    assert.ok(!existsSync(join(temporary(), `${terraformSums}.sig`)));
  });

  it("publish to npm once, between a draft of the release and the release", async () => {
    // given
    const { publish } = named("release.yml").workflow.jobs;
    const names = (publish?.steps ?? []).flatMap(({ name = "" }) => (/raft|ublish/.test(name) ? [name] : []));
    const log = join(temporary(), "log");
    const state = join(temporary(), "state");
    mkdirSync(state);
    await writeRelease(join(temporary(), "release/packages"), release);
    program(
      bin,
      "gh",
      `echo "gh $*" >> '${log}'
case "$2" in
  view) test -e '${state}/release' ;;
  create) touch '${state}/release' ;;
esac`,
    );
    program(
      bin,
      "npm",
      `case "$1" in
  view) cat '${state}/npm' 2> /dev/null ;;
  config) if [ "$2" = get ]; then echo https://registry.example/; else echo "npm $*" >> '${log}'; fi ;;
  publish) echo "npm $*" >> '${log}'; echo 1.2.3 > '${state}/npm' ;;
esac`,
    );
    const all = async (token: string) => {
      writeFileSync(log, "");
      for (const name of names) await step(name, { GH_TOKEN: "x", GH_REPO: "a/b", NPM_TOKEN: token });
      return readFileSync(log, "utf8")
        .trim()
        .split("\n")
        .map(line => line.replace(/( release\/packages\/\S+)+/, " FILES"));
    };
    // when
    const first = await all("npm_secret");
    // then
    assert.deepEqual(first, [
      "gh release view v1.2.3",
      "gh release create v1.2.3 --draft --verify-tag --title v1.2.3 --notes-file release/notes.md",
      "gh release upload v1.2.3 FILES --clobber",
      // npm itself puts the token there when it reads its settings.
      `npm config set //registry.example/:_authToken=\${NPM_TOKEN}`,
      "npm publish ./release/npm/pulumi-zuplo-1.2.3.tgz --provenance --access public",
      "gh release edit v1.2.3 --draft=false",
    ]);
    // and once more, after whatever went wrong
    assert.deepEqual(await all(""), [
      "gh release view v1.2.3",
      "gh release upload v1.2.3 FILES --clobber",
      "gh release edit v1.2.3 --draft=false",
    ]);
  });
});
