import assert from "node:assert/strict";
import type { IntervalCount, LoadResult } from "../../emulator/load";
import { createAuthority } from "../../emulator/pki";
import { assertFailed } from "../support/project";
import { assertSafe, names, pem } from "../support/rotation";
import { StagedBinding } from "./staged";

const requestsPerSecond = 300;
const verifySeconds = 1;

describe("a rotation that fails", () => {
  let staged: StagedBinding;

  beforeEach(async () => {
    staged = await StagedBinding.create();
  });

  afterEach(() => staged.remove());

  it("since the backend refuses the certificate: traffic fails no longer than verification and rollback take", async () => {
    const { emulator } = staged;
    const [oldName = ""] = names(emulator);
    const stranger = await createAuthority({ commonName: "Another CA" });
    await staged.write(pem(await stranger.issue()), { verifySeconds });
    const { run, traffic } = await staged.upUnderLoad(requestsPerSecond);
    assertFailed(run);
    const text = run.text.replace(/\s+/g, " ");
    assert.match(
      text,
      /verify deployment 'gateway-(staging|canary)-[^']+': GET \S+\/health answered 502 instead of 200/,
    );
    assert.match(text, /Rolled back in [\d.]+ s: .* redeployed, verified/);
    assert.match(text, /Check that the backend accepts the new certificate/);
    staged.assertProductionUntouched(oldName);
    // then the outage of each environment is bounded by what was measured of the rollback
    const rollbacks = [...text.matchAll(/Rolled back in ([\d.]+) s/g)].map(
      ([, seconds]) => Number(seconds) * 1000,
    );
    const verifyMs = verifySeconds * 1000;
    for (const branch of ["staging", "canary"]) {
      const outage = outageOf(traffic, emulator.deployment(branch).url);
      const bound = Math.max(...rollbacks) + verifyMs;
      console.log(
        `        ${branch}: failed for ${outage} ms; verification ${verifyMs} ms + rollback ${bound - verifyMs} ms`,
      );
      // Intervals of 100 ms, and the time in which the gateway changes builds.
      assert.ok(outage <= bound + 400, `${branch} failed for ${outage} ms, more than ${bound} ms`);
    }
    assert.equal(outageOf(traffic, emulator.deployment("main").url), 0, JSON.stringify(traffic.failures));
    assertSafe(emulator);
    await staged.writeNext();
    await staged.assertRotates(requestsPerSecond);
  });
});

/** Length of the time in which requests to a URL failed, in milliseconds: from the first such interval to the last. */
function outageOf(result: LoadResult, url: string): number {
  const failing: IntervalCount[] = (result.perInterval[url] ?? []).filter(interval => interval.failed > 0);
  const [first, last] = [failing[0], failing.at(-1)];
  return first === undefined || last === undefined ? 0 : last.at - first.at + 100;
}
