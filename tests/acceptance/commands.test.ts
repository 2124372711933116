import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseOptions } from "../../scripts/acceptance/options";
import { linesOf } from "../docs/commands";
import { run, withEmulator } from "./support";

const PREFIX = "npm run acceptance -- ";

describe("the commands of the guide to `npm run acceptance`", () => {
  const lines = linesOf("docs/guides/acceptance.md");
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-test-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("are of this script", () => {
    assert.ok(lines.length >= 3);
    assert.deepEqual(
      lines.filter(line => !line.startsWith(PREFIX)),
      [],
    );
  });

  for (const line of lines) {
    it(`do what it says: ${line}`, () => {
      const branches = [{ name: "main" }, { name: "PREVIEW_BRANCH" }];
      return withEmulator({ projects: ["NAME"], branches }, async emulator => {
        // given
        const report = join(folder, "report.md");
        const args = line.slice(PREFIX.length).replace("report.md", report).split(" ");
        // when
        const { code, out } = await run(emulator, args, { env: { ZUPLO_PROJECT: "" } });
        // then
        const isPlan = !args.includes("--yes");
        assert.equal(code, 0, out);
        assert.equal(emulator.writes().length === 0, isPlan);
        assert.equal(existsSync(report), !isPlan);
        rmSync(report, { force: true });
      });
    });
  }

  it("have a help, which needs no key", () => {
    assert.deepEqual(
      parseOptions(["--help"], () => undefined),
      { help: true },
    );
  });
});
