import assert from "node:assert/strict";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { usePlugin } from "../support/plugin";
import { assertSucceeded, type Run, TestProject } from "../support/project";
import { pem } from "../support/rotation";

const day = 24 * 60 * 60 * 1000;
const lifetimeDays = 90;
const shiftedClock = join(__dirname, "shiftedClock.cjs");

const adapters = [
  { name: "the dynamic adapter", program: "any.js", isNative: false },
  { name: "the native plugin", program: "anyNative.js", isNative: true },
];

for (const { name, program, isNative } of adapters) {
  describe(`the clock, with the engine and ${name}`, () => {
    let emulator: Emulator;
    let project: TestProject;

    before(async () => {
      emulator = await startEmulator();
      const env = { NODE_OPTIONS: `--require=${shiftedClock}`, CLOCK_OFFSET_MS: "0" };
      project = await TestProject.create(emulator, program, { env });
      if (isNative) await usePlugin(project);
    });

    after(async () => {
      await project?.remove();
      await emulator?.stop();
    });

    const said = ({ text }: Run) => text.replace(/\s+/g, " ");

    it("warns in preview and in up, without a refresh, and never makes a difference", async () => {
      // given a certificate of 90 days that was uploaded when it was new
      const notAfter = new Date(Date.now() + lifetimeDays * day);
      const args = { ...pem(await emulator.authority.issue({ notAfter })), environments: ["preview"] };
      await project.write({ resources: [{ type: "MtlsCertificate", name: "backend", args }] });
      const first = await project.up();
      assertSucceeded(first);
      assert.doesNotMatch(said(first), /the certificate expire/);
      emulator.clearTrace();
      // when a part of its lifetime has passed
      const later: [number, RegExp][] = [
        [lifetimeDays - 15, /MtlsCertificate 'backend': the certificate expires in 14 days/],
        [lifetimeDays + 5 * 365, /MtlsCertificate 'backend': the certificate expired at/],
      ];
      for (const [days, warning] of later) {
        project.env.CLOCK_OFFSET_MS = String(days * day);
        const preview = await project.preview("--expect-no-changes");
        assertSucceeded(preview);
        assert.match(said(preview), warning);
      }
      const last = await project.up("--expect-no-changes");
      assertSucceeded(last);
      assert.match(said(last), /the certificate expired at/);
      // then nothing was asked of Zuplo, and nothing written
      assert.deepEqual(emulator.trace, []);
    });
  });
}
