import assert from "node:assert/strict";
import { createAuthority } from "../../emulator/pki";
import { assertFailed, assertSucceeded } from "../support/project";
import { assertSafe, names, pem } from "../support/rotation";
import { StagedBinding } from "./staged";

const requestsPerSecond = 100;

describe("a rotation that fails", () => {
  let staged: StagedBinding;

  beforeEach(async () => {
    staged = await StagedBinding.create();
  });

  afterEach(() => staged.remove());

  it("to build: the old build serves on, everything is put back, and the next certificate rotates cleanly", async () => {
    const { emulator } = staged;
    const [oldName = ""] = names(emulator);
    // given a new certificate, and a build that fails
    await staged.writeNext();
    emulator.failNextBuild("staging", "src/routes.ts: syntax error");
    // when it is rotated under load
    const { run, traffic } = await staged.upUnderLoad(requestsPerSecond);
    // then no request fails, and the error names step, outcome and remedy
    assertFailed(run);
    assert.equal(traffic.failed, 0);
    const text = run.text.replace(/\s+/g, " ");
    assert.match(
      text,
      /redeploy deployment 'gateway-staging-[^']+': the build ended as ERROR: src\/routes.ts: syntax error/,
    );
    assert.match(
      text,
      new RegExp(
        `Rolled back in [\\d.]+ s: certificate '${oldName}' enabled for preview, variable 'staging/BACKEND_MTLS_CERT'`,
      ),
    );
    assert.match(
      text,
      /Look at the deployment's build log in the Zuplo portal, correct it, and run `pulumi up` again/,
    );
    assert.equal(emulator.variables("staging").BACKEND_MTLS_CERT, oldName);
    staged.assertProductionUntouched(oldName);
    assertSafe(emulator);
    await staged.writeNext();
    await staged.assertRotates(requestsPerSecond);
  });

  it("in preflight: nothing is changed, and no request fails", async () => {
    const { emulator, project } = staged;
    const stranger = await createAuthority({ commonName: "Another CA" });
    const { url, caCertificate } = emulator.backend;
    await staged.write(pem(await stranger.issue()), { preflight: { url, caCertificate } });
    const { run, traffic } = await staged.upUnderLoad(requestsPerSecond);
    assertFailed(run);
    assert.match(
      run.text,
      /preflight at https:\S+: the backend refused the TLS handshake with this certificate .*Nothing was changed/,
    );
    assert.equal(traffic.failed, 0);
    assert.deepEqual(emulator.writes(), []);
    // and a certificate that the backend takes passes the same preflight
    await staged.writeNext({ preflight: { url, caCertificate } });
    assertSucceeded(await project.up());
    assert.equal(names(emulator).length, 1);
  });
});
