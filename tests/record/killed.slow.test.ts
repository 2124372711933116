import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { markdownOf } from "../../cli/report/markdown";
import { readRecords } from "../../cli/report/readRecord";
import { isComplete, rotationOf } from "../../cli/report/rotation";
import { type Emulator, startEmulator } from "../../emulator";
import { cli } from "../cli/capture";
import { type Browser, openBrowser } from "../demo/browser";
import { usePlugin } from "../support/plugin";
import { assertFailed, assertSucceeded, TestProject } from "../support/project";
import { assertSafe, names, pem } from "../support/rotation";

/** Not committed. */
const artefacts = resolve(__dirname, "../../.tmp/screenshots");
const branches = ["staging", "canary", "main"];
const stages = [["staging"], ["canary", "main"]].map(of => ({
  branches: of,
  verify: { path: "/", timeout: 5 },
}));

for (const adapter of ["native", "dynamic"] as const) {
  describe(`the record of a rotation that was killed, and completed by the next run (${adapter})`, () => {
    let emulator: Emulator;
    let project: TestProject;
    let folder: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-record-"));
      emulator = await startEmulator({ branches: branches.map(name => ({ name })), deployMs: 500 });
      const program = adapter === "native" ? "anyNative.js" : "any.js";
      project = await TestProject.create(emulator, program, { env: { ZUPLO_RECORD: `${folder}/` } });
      if (adapter === "native") await usePlugin(project);
    });

    after(async () => {
      await project?.remove();
      await emulator?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    async function write(): Promise<void> {
      const args = {
        ...pem(await emulator.authority.issue()),
        variable: "BACKEND_MTLS_CERT",
        stages,
        settle: 0,
        timeout: 60,
      };
      await project.write({ resources: [{ type: "MtlsBinding", name: "backend", args }] });
    }

    it("makes one page and one text of both, which say what is true", async () => {
      await write();
      assertSucceeded(await project.up());
      for (const name of readdirSync(folder)) await rm(join(folder, name));
      const [old] = names(emulator);
      // given a rotation whose engine, program and host are killed when the second stage is asked for
      await write();
      let redeploys = 0;
      const stop = emulator.onCall(({ kind }) => {
        if (kind === "deployment.deploy") redeploys += 1;
        if (redeploys === 2) project.kill();
        return undefined;
      });
      assertFailed(await project.up());
      stop();
      const files = () => readdirSync(folder).map(name => join(folder, name));
      const killed = rotationOf(readRecords(files()));
      assert.equal(isComplete(killed), false);
      assert.deepEqual(
        killed.deployments.map(({ branch, outcome }) => [branch, outcome]).sort(),
        [
          ["canary", "cut off"],
          ["main", "cut off"],
          ["staging", "done"],
        ].filter(([branch]) => killed.deployments.some(one => one.branch === branch)),
      );
      // when the next run completes it
      await project.run("cancel", "--yes");
      assertSucceeded(await project.up());
      // then the records of both tell the whole rotation
      const [next] = names(emulator);
      const rotation = rotationOf(readRecords(files()));
      assert.equal(isComplete(rotation), true);
      assert.deepEqual(rotation.deployments.map(({ branch }) => branch).sort(), [...branches].sort());
      for (const { from, to, branch } of rotation.deployments) {
        assert.equal(from[0]?.name, old, branch);
        assert.equal(to[0]?.name, next, branch);
        assert.ok(to[0]?.fingerprint !== undefined && from[0]?.fingerprint !== undefined);
      }
      assert.deepEqual(rotation.deleted, [old]);
      assertSafe(emulator);
      const text = markdownOf(rotation);
      for (const branch of branches) assert.match(text, new RegExp(`^\\| ${branch} \\|.*\\| done \\|$`, "m"));
      const output = join(folder, "rotation.html");
      const printed = await cli(["report", ...files(), "--output", output]);
      assert.equal(printed.code, 0, printed.stderr);
      await look(output, `record-${adapter}`);
    });
  });
}

/** Looks at a page in a browser, where one can be had. */
async function look(file: string, name: string): Promise<void> {
  let browser: Browser;
  try {
    browser = await openBrowser();
  } catch (error) {
    console.log(`        no browser can be had here: ${(error as Error).message.split("\n")[0]}`);
    return;
  }
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: "light" });
    const complaints: string[] = [];
    page.on("console", message => complaints.push(String(message.text?.())));
    page.on("pageerror", ({ message = "" }) => complaints.push(message));
    await page.goto(pathToFileURL(file).href);
    mkdirSync(artefacts, { recursive: true });
    await page.screenshot({ path: join(artefacts, `${name}.png`), fullPage: true });
    assert.deepEqual(complaints, []);
    const lanes = await page.evaluate<{ branch: string; serving: number }[]>(`
      [...document.querySelectorAll("g.lane")].map(lane => ({
        branch: lane.dataset.branch,
        serving: lane.querySelectorAll("rect.serving").length,
      }))`);
    assert.deepEqual(lanes.map(({ branch }) => branch).sort(), [...branches].sort());
    for (const { branch, serving } of lanes) assert.ok(serving >= 2, branch);
    const isWide = await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth");
    assert.equal(isWide, false);
  } finally {
    await browser.close();
  }
}
