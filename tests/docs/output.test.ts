import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settingsOf } from "../../emulator/settings";
import { type Printed, cli as run } from "../cli/capture";
import { type Setup, setUp } from "../emulator/support";
import { pem } from "../support/rotation";
import { blocksOf } from "./blocks";

const dayMs = 24 * 60 * 60 * 1000;

describe("the output that the page on the command shows", () => {
  const shown = blocksOf("docs/reference/cli.md")
    .filter(({ language }) => language === "text")
    .map(({ text }) => sameEveryDay(text));
  let setup: Setup;

  beforeEach(async () => {
    setup = await setUp();
  });
  afterEach(() => setup.emulator.stop());

  const issue = (days: { before: number; after: number }) =>
    setup.emulator.authority.issue({
      notBefore: new Date(Date.now() - days.before * dayMs),
      notAfter: new Date(Date.now() + days.after * dayMs),
    });

  it("is that of `status`, which ends with 2 where a certificate expires", async () => {
    // given
    const backend = "backend_prod_8d804666e4d5";
    await setup.upload(backend, await issue({ before: 50, after: 315.5 }));
    const ledger = await issue({ before: 70, after: 20.5 });
    await setup.upload("ledger_prod_91c25b0f77aa", ledger, ["production"]);
    for (const branch of ["main", "staging"]) await setup.point(branch, backend);
    await setup.redeploy("main");
    // when
    const printed = await run(["status", "--within", "30d"], { env: settingsOf(setup.emulator) });
    // then
    assert.equal(printed.code, 2);
    assert.equal(sameEveryDay(printed.stdout), shown[0]);
  });

  it("is that of `check`, for a key that is another certificate's", async () => {
    // given
    const [leaf, other] = [await issue({ before: 1, after: 364 }), await issue({ before: 1, after: 364 })];
    // when
    const printed = await check(leaf.chain, pem(other).privateKey);
    // then
    assert.equal(printed.code, 1);
    assert.equal(sameEveryDay(printed.stdout), shown[1]);
    assert.equal(shown.length, 2);
  });

  async function check(certificate: string, privateKey: string): Promise<Printed> {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-output-"));
    const [certificatePath, keyPath] = [join(folder, "client.pem"), join(folder, "client-key.pem")];
    try {
      writeFileSync(certificatePath, certificate);
      writeFileSync(keyPath, privateKey, { mode: 0o600 });
      return await run(["check", certificatePath, keyPath]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
});

/** Without what differs from run to run: instants, hashes, serial numbers. */
function sameEveryDay(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d(T[\d:.]+Z)?/g, "DATE")
    .replace(/\b[0-9a-f]{64}\b/g, "FINGERPRINT")
    .replace(/ends in [0-9a-f]{8}/g, "ends in HASH")
    .replace(/(gateway-main-)[0-9a-f]{7}/g, "$1BUILD")
    .replace(/(serial number {2})[0-9A-F]+/g, "$1SERIAL");
}
