import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./blocks";
import { allCommands, isMeasurement } from "./commands";
import { shell } from "./shell";

/** What makes each of them short: a part of the whole. */
const narrower = {
  bench: { always: "--quick", unlessChosen: "--only counts" },
  chaos: { always: "--adapter native", unlessChosen: `--only "^0 certificate.create: (503|killed before)$"` },
};

describe("the commands of README and docs/ that measure", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-test-"));
  });

  after(() => rmSync(folder, { recursive: true }));

  const lines = new Set(allCommands().flatMap(({ text }) => (isMeasurement(text) ? [text] : [])));
  // What a command measures with others, too, runs with them.
  const casesOf = (line: string) => [...line.matchAll(/--only ([\w-]+)/g)].map(([, name]) => name);
  const isWithin = (line: string, other: string) =>
    other !== line &&
    /^npm run bench --( --only [\w-]+)+$/.test(line) &&
    casesOf(line).every(name => casesOf(other).includes(name));
  const longest = [...lines].filter(line => ![...lines].some(other => isWithin(line, other)));

  for (const line of longest) {
    it(`run, for a part of what they measure: ${line}`, async () => {
      // given
      const name = line.includes(" bench") ? "bench" : "chaos";
      const { always, unlessChosen } = narrower[name];
      const chosen = line.includes("--only") ? always : `${always} ${unlessChosen}`;
      const document = join(folder, `${name}.md`);
      copyFileSync(join(root, "docs", name === "bench" ? "performance.md" : "reliability.md"), document);
      const before = readFileSync(document, "utf8");
      const figures = join(folder, "figures.json");
      const picture = join(folder, "picture.svg");
      const typed = `${line.includes(" -- ") ? line : `${line} --`} ${chosen}`
        .replace(/--write \S+/, `--write ${document}`)
        .replace("--json FILE", `--json ${figures}`)
        .replace("--picture FILE", `--picture ${picture}`);
      // when
      const { stdout } = await shell(typed, { cwd: root });
      // then
      assert.match(stdout, /^\| /m);
      assert.equal(readFileSync(document, "utf8") !== before, line.includes("--write"));
      if (line.includes("--picture")) assert.match(readFileSync(picture, "utf8"), /^<svg .* ours</);
      if (line.includes("--json")) {
        const { rows } = JSON.parse(readFileSync(figures, "utf8")) as { rows: unknown[] };
        assert.ok(rows.length > 0);
      }
    });
  }

  it("are there", () => {
    assert.ok([...lines].some(line => line.startsWith("npm run bench")));
    assert.ok([...lines].some(line => line.startsWith("npm run chaos")));
  });
});
