import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startEmulator } from "../../emulator";
import { read, root } from "./blocks";

const rows = read("docs/untested.md")
  .split("\n")
  .flatMap(line => {
    const [, assumed, other, code, test] = line.split("|").map(cell => cell.trim());
    const name = /^`(\w+)`$/.exec(code ?? "")?.[1];
    const file = /^`(tests\/[\w./]+)`$/.exec(test ?? "")?.[1];
    return name === undefined || file === undefined ? [] : [{ assumed, other, name, file }];
  });

describe("the page on what is assumed", () => {
  it("names switches that the emulator has", async () => {
    // given
    const emulator = await startEmulator();
    await emulator.stop();
    const has = (name: string) => name in emulator || name in emulator.hands;
    const isOption = (name: string) => read("emulator/options.ts").includes(`  ${name}?:`);
    // then
    assert.ok(rows.length > 10, `${rows.length} rows`);
    const unknown = rows.filter(({ name }) => !has(name) && !isOption(name));
    assert.deepEqual(unknown, []);
  });

  it("names tests that are there", () => {
    const missing = rows.filter(({ file }) => !existsSync(join(root, file)));
    assert.deepEqual(missing, []);
  });
});
