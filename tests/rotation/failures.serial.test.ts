import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import type { IntervalCount, LoadResult } from "../../emulator/load";
import { createAuthority } from "../../emulator/pki";
import { assertFailed, assertSucceeded, TestProject } from "../support/project";
import { assertSafe, calls, load, names, pem } from "../support/rotation";

const requestsPerSecond = 300;
const branches = ["staging", "canary", "main"];

describe("a rotation that fails", () => {
  let emulator: Emulator;
  let project: TestProject;
  let current: { certificate: string; privateKey: string };

  beforeEach(async () => {
    emulator = await startEmulator({ branches: branches.map(name => ({ name })), deployMs: 200 });
    project = await TestProject.create(emulator, "binding.js");
    current = pem(await emulator.authority.issue());
    await write(current);
    assertSucceeded(await project.up());
    emulator.clearTrace();
  });

  afterEach(async () => {
    await project.remove();
    await emulator.stop();
  });

  const write = (
    certificate: { certificate: string; privateKey: string },
    more: Record<string, unknown> = {},
  ) => {
    const verify = { path: "/health", timeout: 1 };
    const stages = [
      { branches: ["staging", "canary"], verify },
      { branches: ["main"], verify },
    ];
    return project.write({ args: { ...certificate, variable: "BACKEND_MTLS_CERT", stages, ...more } });
  };

  const assertProductionUntouched = (name: string) => {
    assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, name);
    assert.ok(
      !calls(emulator.trace, "deployment.deploy").some(
        call => call.subject === emulator.deployment("main").name,
      ),
    );
    const old = emulator.certificates().find(certificate => certificate.name === name);
    assert.ok(old?.environments.includes("production"), "the old certificate is disabled for production");
  };

  /** A new certificate rotates cleanly, and nothing of what failed is left over. */
  const assertRecovers = async () => {
    await write(pem(await emulator.authority.issue()));
    await assertRotates();
  };

  /** The run succeeds, no request fails meanwhile, and one certificate is left. */
  const assertRotates = async () => {
    const traffic = load(emulator, branches, requestsPerSecond);
    const run = await project.up();
    const result = await traffic.stop();
    assertSucceeded(run);
    assert.equal(result.failed, 0);
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
  };

  it("to build: the old build serves on, everything is put back, and the next certificate rotates cleanly", async () => {
    const [oldName = ""] = names(emulator);
    // given a new certificate, and a build that fails
    await write(pem(await emulator.authority.issue()));
    emulator.failNextBuild("staging", "src/routes.ts: syntax error");
    // when it is rotated under load
    const traffic = load(emulator, branches, requestsPerSecond);
    const run = await project.up();
    const result = await traffic.stop();
    // then no request fails, and the error names step, outcome and remedy
    assertFailed(run);
    assert.equal(result.failed, 0);
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
    assertProductionUntouched(oldName);
    assertSafe(emulator);
    await assertRecovers();
  });

  it("to build, and is tried again without edits: it ends as if nothing had happened", async () => {
    await write(pem(await emulator.authority.issue()));
    emulator.failNextBuild("staging");
    assertFailed(await project.up());
    const traffic = load(emulator, branches, requestsPerSecond);
    const run = await project.up();
    const result = await traffic.stop();
    assertSucceeded(run);
    assert.equal(result.failed, 0);
    const [name, ...others] = names(emulator);
    assert.deepEqual(others, []);
    for (const branch of branches) assert.equal(emulator.variables(branch).BACKEND_MTLS_CERT, name);
    assertSafe(emulator);
    emulator.clearTrace();
    assertSucceeded(await project.up());
    assert.deepEqual(emulator.writes(), []);
  });

  it("since the backend refuses the certificate: traffic fails no longer than verification and rollback take", async () => {
    const [oldName = ""] = names(emulator);
    const stranger = await createAuthority({ commonName: "Another CA" });
    await write(pem(await stranger.issue()));
    const traffic = load(emulator, branches, requestsPerSecond);
    const run = await project.up();
    const result = await traffic.stop();
    assertFailed(run);
    const text = run.text.replace(/\s+/g, " ");
    assert.match(
      text,
      /verify Redeployment 'gateway-(staging|canary)-[^']+': GET \S+\/health answered 502 instead of 200/,
    );
    assert.match(text, /Rolled back in [\d.]+ s: .* redeployed, verified/);
    assert.match(text, /Check that the backend accepts the new certificate/);
    assertProductionUntouched(oldName);
    // then the outage of each environment is bounded by what was measured of the rollback
    const rollbacks = [...text.matchAll(/Rolled back in ([\d.]+) s/g)].map(
      ([, seconds]) => Number(seconds) * 1000,
    );
    const verifyMs = 1000;
    for (const branch of ["staging", "canary"]) {
      const outage = outageOf(result, emulator.deployment(branch).url);
      const bound = Math.max(...rollbacks) + verifyMs;
      console.log(
        `        ${branch}: failed for ${outage} ms; verification 1000 ms + rollback ${bound - verifyMs} ms`,
      );
      // Intervals of 100 ms, and the time in which the gateway changes builds.
      assert.ok(outage <= bound + 400, `${branch} failed for ${outage} ms, more than ${bound} ms`);
    }
    assert.equal(outageOf(result, emulator.deployment("main").url), 0, JSON.stringify(result.failures));
    assertSafe(emulator);
    await assertRecovers();
  });

  it("since the backend does not know the authority yet: once it does, the next run goes on without edits", async () => {
    const next = await createAuthority({ commonName: "Next CA" });
    await write(pem(await next.issue()));
    assertFailed(await project.up());
    emulator.backend.setClientAuthorities([emulator.authority.certificate, next.certificate]);
    assertSucceeded(await project.up());
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
  });

  it("in preflight: nothing is changed, and no request fails", async () => {
    const stranger = await createAuthority({ commonName: "Another CA" });
    const { url, caCertificate } = emulator.backend;
    await write(pem(await stranger.issue()), { preflight: { url, caCertificate } });
    const traffic = load(emulator, branches, requestsPerSecond);
    const run = await project.up();
    const result = await traffic.stop();
    assertFailed(run);
    assert.match(
      run.text,
      /preflight at https:\S+: the backend refused the TLS handshake with this certificate .*Nothing was changed/,
    );
    assert.equal(result.failed, 0);
    assert.deepEqual(emulator.writes(), []);
    // and a certificate that the backend takes passes the same preflight
    await write(pem(await emulator.authority.issue()), { preflight: { url, caCertificate } });
    assertSucceeded(await project.up());
    assert.equal(names(emulator).length, 1);
  });

  it("and is reverted: the old certificate is back, and the new one is gone", async () => {
    const stranger = await createAuthority({ commonName: "Another CA" });
    await write(pem(await stranger.issue()));
    assertFailed(await project.up());
    await write(current);
    await assertRotates();
  });

  it("twice, and then succeeds: nothing is left over", async () => {
    for (const _ of [1, 2]) {
      await write(pem(await emulator.authority.issue()));
      emulator.failNextBuild("canary");
      assertFailed(await project.up());
    }
    await assertRecovers();
  });

  it("without verification: nothing is rolled back, the old build serves on, and the next run goes on", async () => {
    const stages = [{ branches }];
    await write(current, { stages });
    assertSucceeded(await project.up());
    await write(pem(await emulator.authority.issue()), { stages });
    emulator.failNextBuild("main");
    const traffic = load(emulator, branches, requestsPerSecond);
    const failing = await project.up();
    const next = await project.up();
    const result = await traffic.stop();
    assertFailed(failing);
    assert.doesNotMatch(failing.text, /Rolled back/);
    assertSucceeded(next);
    assert.equal(result.failed, 0);
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
  });
});

/** Length of the time in which requests to a URL failed, in milliseconds: from the first such interval to the last. */
function outageOf(result: LoadResult, url: string): number {
  const failing: IntervalCount[] = (result.perInterval[url] ?? []).filter(interval => interval.failed > 0);
  const [first, last] = [failing[0], failing.at(-1)];
  return first === undefined || last === undefined ? 0 : last.at - first.at + 100;
}
