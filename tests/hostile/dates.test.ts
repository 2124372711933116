import assert from "node:assert/strict";
import type { Status } from "../../cli/status";
import { type Emulator, spoil } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import { invoke } from "../../provider/lookups/lookup";
import { cli } from "../cli/capture";
import { contextOf, RecordingLogger, withEmulator } from "../support/core";

const dayMs = 24 * 60 * 60 * 1000;
const inDays = (days: number) => new Date(Date.now() + days * dayMs).toISOString();

/** Zuplo's list, with a certificate that is good for long and one for each of these dates. */
function tell(emulator: Emulator, dates: readonly string[]): void {
  const data = ["lasting", ...dates].map((validTo, index) => ({
    id: `cert_${index}`,
    name: index === 0 ? "lasting" : `odd_${index}`,
    certificateInfo: {
      subject: "CN=a",
      issuer: "CN=b",
      validFrom: inDays(-1),
      validTo: index === 0 ? inDays(300) : validTo,
      serialNumber: `0${index}`,
    },
    environments: { preview: true, production: true },
  }));
  emulator.onCall(spoil(({ kind }) => kind === "certificate.list", { status: 200, body: { data } }, 99));
}

describe("a date of expiry that cannot be read", () => {
  for (const date of ["", "soon", "2031-13-45T00:00:00Z", "\u0000"]) {
    it(`counts as expiring in status, which says so: ${JSON.stringify(date)}`, () =>
      withEmulator({}, async emulator => {
        // given
        tell(emulator, [date]);
        const env = settingsOf(emulator);
        // when
        const told = await cli(["status", "--within", "1s"], { env });
        const unasked = await cli(["status"], { env });
        const { stdout, code } = await cli(["status", "--within", "1s", "--json"], { env });
        // then
        assert.equal(told.code, 2);
        assert.match(told.stdout, /^odd_1 .* unknown .* expiry date cannot be read$/m);
        assert.doesNotMatch(told.stdout, /NaN/);
        assert.match(told.stdout, /^lasting .* 299 days$/m);
        assert.equal(unasked.code, 0);
        assert.match(unasked.stdout, /cannot be read/);
        assert.equal(code, 2);
        const found = (JSON.parse(stdout) as Status).certificates.map(each => [
          each.name,
          each.daysLeft,
          each.expiring,
        ]);
        assert.deepEqual(found, [
          ["odd_1", null, true],
          ["lasting", 299, false],
        ]);
      }));
  }

  it("is among what expires soon in getMtlsCertificates, with a warning that names it", () =>
    withEmulator({}, async emulator => {
      // given
      tell(emulator, ["soon", inDays(3)]);
      const log = new RecordingLogger();
      const { session } = contextOf(emulator, { log });
      // when
      const { values } = await invoke(session, "getMtlsCertificates", { expiresWithin: "10d" });
      // then
      const names = (values.certificates as { name: string }[]).map(({ name }) => name);
      assert.deepEqual(names, ["odd_1", "odd_2"]);
      assert.deepEqual(log.lines, [
        "warn: MtlsCertificate 'odd_1': its expiry date cannot be read ('soon'), so it counts as expiring. [ZUPLO1213]",
      ]);
    }));
});
