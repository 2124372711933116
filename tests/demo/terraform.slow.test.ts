import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needsEngine } from "../support/terraform";
import { assertSafeFigures, demo } from "./run";

describe("npm start -- --engine terraform", () => {
  let folder: string;

  before(needsEngine);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-demo-test-"));
  });

  afterEach(() => folder && rm(folder, { recursive: true }));

  it("rotates under load: no failed request, no needless write, nothing left over, no secret in the state", async () => {
    const { code, stdout, stderr } = await demo(["--engine", "terraform", "--json"], folder);
    assert.equal(code, 0, stderr);
    assert.ok(assertSafeFigures(stdout) > 1000);
    assert.match(await readFile(join(folder, "rotation.html"), "utf8"), />terraform apply: the rotation</);
  });

  it("knows no other engine", async () => {
    const { code, stderr } = await demo(["--engine", "chef"], folder);
    assert.equal(code, 1);
    assert.match(stderr, /^--engine must be one of pulumi, terraform\.$/m);
  });
});
