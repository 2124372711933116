import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { languages } from "../../cli/init";
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
      assert.match(text("Pulumi.yaml"), /^name: my-shop$/m);
      const { name, dependencies } = JSON.parse(text("package.json"));
      assert.equal(name, "my-shop");
      const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
      assert.deepEqual(dependencies, { "@pulumi/pulumi": "^3.139.0", "pulumi-zuplo": `^${version}` });
      assert.match(text(".gitignore"), /^certs\/$/m);
      assert.match(stdout, /\n {2}npm install\n/);
    });
  }

  it("gives the program of the example, which the tests of the examples run", async () => {
    for (const [language, program] of [
      ["typescript", "basic/index.ts"],
      ["python", "python/__main__.py"],
    ] as const) {
      // when
      await cli(["init", join(folder, language), "--language", language]);
      // then
      const [, file = ""] = program.split("/");
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

  it("says that a folder cannot be made", async () => {
    // given
    await writeFile(join(folder, "file"), "");
    // when
    const { code, stderr } = await cli(["init", join(folder, "file", "shop")]);
    // then
    assert.match(stderr, /^error: .* cannot be written: ENOTDIR\.\n/);
    assert.equal(code, 1);
  });

  it("knows the languages that it has, and tells them", async () => {
    const { code, stderr } = await cli(["init", join(folder, "shop"), "--language", "cobol"]);
    assert.match(stderr, /'cobol' is invalid\. Allowed choices are typescript, yaml, python\./);
    assert.equal(code, 1);
    assert.equal(existsSync(join(folder, "shop")), false);
  });
});
