import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { executable } from "../../cli/distribution";
import { engineSteps } from "../../cli/engineSteps";
import { languages, startingProject } from "../../cli/init";
import { cli } from "./capture";

const root = resolve(__dirname, "../..");

describe("pulumi-zuplo init", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-init-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const files: Record<(typeof languages)[number], string[]> = {
    typescript: [".gitignore", "Pulumi.yaml", "index.ts", "package.json", "tsconfig.json"],
    yaml: [".gitignore", "Pulumi.yaml", "package.json"],
    python: [".gitignore", "Pulumi.yaml", "__main__.py", "package.json", "requirements.txt"],
    terraform: [".gitignore", "main.tf", "package.json"],
  };
  for (const language of languages) {
    it(`writes a project in ${language} that stands alone`, async () => {
      // when
      const { code, stdout, stderr } = await cli(["init", join(folder, "My Shop"), "--language", language]);
      // then
      assert.equal(stderr, "");
      assert.equal(code, 0);
      assert.deepEqual(readdirSync(join(folder, "My Shop")).sort(), files[language]);
      const text = (file: string) => readFileSync(join(folder, "My Shop", file), "utf8");
      for (const file of files[language]) assert.doesNotMatch(text(file), /\.\.\//, file);
      if (language !== "terraform") assert.match(text("Pulumi.yaml"), /^name: my-shop$/m);
      const program = files[language].map(text).join("\n");
      assert.match(program, /MtlsBinding|zuplo_mtls_binding/);
      assert.match(program, /stages/);
      const { name, dependencies } = JSON.parse(text("package.json"));
      assert.equal(name, "my-shop");
      const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
      const engine = language === "terraform" ? {} : { "@pulumi/pulumi": "^3.139.0" };
      assert.deepEqual(dependencies, { ...engine, "pulumi-zuplo": `^${version}` });
      assert.match(text(".gitignore"), /^certs\/$/m);
      if (language !== "terraform") assert.match(stdout, /\n {2}pulumi login .*passphrase\n/);
      assert.match(stdout, /\n {2}npm install\n/);
    });
  }

  it("writes a project without npm where the single executable gives the command", () => {
    // given
    const machine = {
      argv0: "./pulumi-zuplo",
      execPath: "/opt/my tools/pulumi-zuplo",
      platform: "win32",
      arch: "x64",
    };
    const from = executable(machine as NodeJS.Process);
    // then
    for (const language of ["yaml", "python", "terraform"] as const) {
      const written = startingProject(language, "shop", from);
      assert.ok(!("package.json" in written), language);
      assert.doesNotMatch(
        Object.values(written).join("\n"),
        /node_modules\/pulumi-zuplo|plugins:|\.\.\//,
        language,
      );
      const steps = engineSteps(language, { project: "NAME", stack: "dev" }, from).join("\n");
      assert.doesNotMatch(steps, /np[mx] |node_modules/, language);
    }
    assert.equal(from.command, "'/opt/my tools/pulumi-zuplo'");
    assert.match(from.install.join(), / pulumi-resource-zuplo-v\S+-windows-amd64\.tar\.gz/);
    // and by its name where a shell finds it
    assert.equal(executable({ ...machine, argv0: "pulumi-zuplo" } as NodeJS.Process).command, "pulumi-zuplo");
  });

  it("gives the program of the example, which the tests of the examples run", async () => {
    for (const [language, program] of [
      ["typescript", "basic/index.ts"],
      ["python", "python/__main__.py"],
      ["terraform", "terraform/first-rotation/main.tf"],
    ] as const) {
      // when
      await cli(["init", join(folder, language), "--language", language]);
      // then
      const file = program.split("/").at(-1) ?? "";
      const example = readFileSync(join(root, "examples", program), "utf8");
      assert.equal(readFileSync(join(folder, language, file), "utf8"), example);
    }
  });

  it("overwrites nothing, and writes nothing then", async () => {
    // given
    await writeFile(join(folder, "index.ts"), "mine");
    // when
    const { code, stderr } = await cli(["init", folder]);
    // then
    assert.match(
      stderr,
      /^error: .* has index\.ts already, and nothing was written\.\nGive the name of a folder/,
    );
    assert.equal(code, 1);
    assert.deepEqual(readdirSync(folder), ["index.ts"]);
    assert.equal(readFileSync(join(folder, "index.ts"), "utf8"), "mine");
  });

  it("takes a link to nothing for a file that is there, and writes nothing then", async () => {
    for (const file of ["tsconfig.json", ".gitignore"]) {
      // given
      const shop = join(folder, file.replace(".", "-"));
      await mkdir(shop);
      await symlink(join(folder, "nowhere"), join(shop, file));
      // when
      const { code, stderr } = await cli(["init", shop]);
      // then
      assert.match(stderr, new RegExp(`has ${file} already, and nothing was written`));
      assert.equal(code, 1);
      assert.deepEqual(readdirSync(shop), [file]);
      assert.equal(existsSync(join(folder, "nowhere")), false);
    }
  });

  it("writes nothing through a folder that is a link to nothing", async () => {
    // given
    await symlink(join(folder, "nowhere"), join(folder, "shop"));
    // when
    const { code, stderr } = await cli(["init", join(folder, "shop")]);
    // then
    assert.match(stderr, /^error: .* cannot be written: /);
    assert.equal(code, 1);
    assert.deepEqual(readdirSync(folder), ["shop"]);
  });

  it("prints a `cd` that a shell takes as one word, whatever the folder is called", async function () {
    if (process.platform === "win32") this.skip();
    const names = [
      "shop",
      "my shop",
      "it's; touch gone",
      "$(touch gone)",
      "`touch gone`",
      "-shop",
      "~",
      "a&b",
    ];
    const before = process.cwd();
    process.chdir(folder);
    try {
      for (const name of names) {
        // when
        const { stdout } = await cli(["init", "--", name]);
        // then
        const line = /^ {2}(cd .*)$/m.exec(stdout)?.[1] ?? assert.fail(stdout);
        const reached = execFileSync("/bin/sh", ["-c", `${line} && pwd -P`], {
          cwd: folder,
          encoding: "utf8",
        });
        assert.equal(reached, `${await realpath(join(folder, name))}\n`, line);
      }
      assert.deepEqual(readdirSync(folder).sort(), [...names].sort());
    } finally {
      process.chdir(before);
    }
  });

  it("says that a folder cannot be made", async () => {
    // given
    await writeFile(join(folder, "file"), "");
    // when
    const { code, stderr } = await cli(["init", join(folder, "file", "shop")]);
    // then
    assert.match(stderr, /^error: .* cannot be written: ENOTDIR\.\n/);
    assert.equal(code, 1);
  });

  it("refuses what only --from-project could use", async () => {
    const { code, stderr } = await cli(["init", join(folder, "shop"), "--project", "gateway"]);
    assert.match(stderr, /^error: --project is for --from-project: a project to start from/);
    assert.equal(code, 64);
    assert.equal(existsSync(join(folder, "shop")), false);
  });

  it("knows the languages that it has, and tells them", async () => {
    const { code, stderr } = await cli(["init", join(folder, "shop"), "--language", "cobol"]);
    assert.match(stderr, /'cobol' is invalid\. Allowed choices are typescript, yaml, python, terraform\./);
    assert.equal(code, 64);
    assert.equal(existsSync(join(folder, "shop")), false);
  });
});
