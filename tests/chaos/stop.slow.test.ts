import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { aliveAfter, processesOf } from "../support/engineProcesses";

const script = resolve(__dirname, "../../scripts/chaos.ts");

describe("a chaos matrix that is stopped", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "stopped-chaos-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("ends with the engines and the programs of its cells, and keeps what was played", async () => {
    // given
    const record = join(folder, "progress.json");
    const args = [
      "--adapter",
      "dynamic",
      "--part",
      "rotation",
      "--only",
      "killed before",
      "--resume",
      record,
    ];
    const child = spawn(process.execPath, ["--import", "tsx", script, ...args], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "ignore", "pipe"],
    });
    // when
    let printed = "";
    const { pid = assert.fail() } = child;
    const underWay = new Promise<ReturnType<typeof processesOf>>(found => {
      child.stderr.setEncoding("utf8").on("data", text => {
        printed += text;
        // Seconds later the next cells are in their engines.
        if (/^1\//m.test(printed)) setTimeout(() => found(processesOf(pid)), 3000);
      });
    });
    const { program } = await underWay;
    child.kill("SIGTERM");
    const [code] = await once(child, "close");
    // then
    assert.equal(code, 143, printed);
    assert.ok(program.length > 1, "something was under way");
    assert.deepEqual(await aliveAfter(program, 3000), []);
    const left = await readdir(folder);
    assert.deepEqual(
      left.filter(name => name.startsWith("pulumi-zuplo-")),
      [],
    );
    const played = printed.match(/^\d+\/.*$/gm) ?? [];
    assert.ok(
      played.every(line => / ok {3}dynamic /.test(line)),
      printed,
    );
    assert.equal((await readFile(record, "utf8")).match(/"problems":\[\]/g)?.length, played.length);
  });
});
