import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { sdkHost } from "../support/sdkHost";
import { root } from "./blocks";
import { packageAdd } from "./commands";
import { shell } from "./shell";

const code = "pulumi_zuplo";

describe("the command that generates an SDK", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-test-"));
  });

  after(() => rmSync(folder, { recursive: true }));

  it("writes into a Python project what sdk/python holds, from the plugin alone", async () => {
    // given
    const bin = await sdkHost(folder);
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules", "pulumi-zuplo"), "dir");
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: python\n");
    // when
    const env = {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      PULUMI_HOME: join(folder, ".home"),
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    const { stdout, stderr } = await shell(packageAdd, { cwd: folder, env });
    // then
    assert.match(stdout + stderr, /Linked zuplo at sdks\/zuplo/);
    const made = join(folder, "sdks", "zuplo", code);
    const kept = join(root, "sdk", "python", code);
    assert.deepEqual(filesOf(made), filesOf(kept));
    for (const name of filesOf(kept)) assert.equal(codeOf(made, name), codeOf(kept, name), name);
  });
});

/** The plugin tells its version, where the SDK of the repository reads that of its own package. */
function codeOf(directory: string, name: string): string {
  return readFileSync(join(directory, name), "utf8").replace(
    /^ +return (_version_str|"[\d.]+")$/m,
    "VERSION",
  );
}

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter(name => /\.(py|json|typed)$/.test(name))
    .sort();
}
