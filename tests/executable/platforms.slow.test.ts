// Node for each platform is fetched, and the executables that cannot run here are looked into.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildExecutable, type Program } from "../../scripts/executable/build";
import { bundle } from "../../scripts/executable/bundle";
import { nodeFolder } from "../../scripts/executable/node";
import { stripElf } from "../../scripts/executable/strip";
import { type Target, targets } from "../../scripts/executable/targets";
import { platformOf } from "../../scripts/release/executable";
import { signatureProblem } from "./signature";

/** Node looks for a program in itself only where this is followed by 1. */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

describe("the executables for other platforms", function () {
  this.timeout(600_000);
  let folder: string;
  let program: Program;

  before(async function () {
    if (`${process.platform}-${process.arch}` !== "linux-x64") this.skip();
    folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-platforms-"));
    program = { code: (await bundle()).code, assets: ["schema.json"] };
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  for (const target of targets.slice(1)) {
    it(`holds the program, in the format of ${target.os} on ${target.arch}`, async () => {
      const executable = readFileSync(await buildExecutable(target, program, join(folder, target.name)));
      assert.deepEqual(platformOf(executable), { os: target.os, arch: target.arch });
      assert.ok(executable.includes(`${fuse}:1`), "Node looks into itself");
      assert.ok(!executable.includes(`${fuse}:0`), "Node looks into itself");
      assert.ok(executable.includes(Buffer.from(program.code.slice(0, 10_000))), "the program is in it");
      if (target.os === "darwin") assert.equal(signatureProblem(executable), undefined);
      rmSync(join(folder, target.name), { recursive: true });
    });
  }

  it("is refused where macOS would refuse it", async () => {
    const darwin = targets.find(({ name }) => name === "darwin-arm64") as Target;
    const signed = readFileSync(await buildExecutable(darwin, program, join(folder, "changed")));
    signed[signed.length >> 1] = (signed[signed.length >> 1] ?? 0) ^ 1;
    assert.match(signatureProblem(signed) ?? "", /^page \d+ has another hash$/);
  });

  it("never takes a Node of other content than the one that was chosen", async () => {
    const cache = join(folder, "cache");
    const saved = process.env.PULUMI_ZUPLO_CACHE;
    process.env.PULUMI_ZUPLO_CACHE = cache;
    try {
      const other = { package: "ms", version: "2.1.3", integrity: "sha512-another" };
      await assert.rejects(nodeFolder(other), /is another one than the one that was chosen/);
    } finally {
      if (saved === undefined) delete process.env.PULUMI_ZUPLO_CACHE;
      else process.env.PULUMI_ZUPLO_CACHE = saved;
    }
  });

  it("strips nothing that it does not know", () => {
    const file = join(folder, "text");
    writeFileSync(file, "#!/bin/sh and more than a header would need, in any case, to be read as one\n");
    assert.throws(() => stripElf(readFileSync(file)), /no 64-bit ELF file/);
  });
});
