import assert from "node:assert/strict";
import { createAuthority } from "../../emulator/pki";
import { assertFailed, assertSucceeded } from "../support/project";
import { assertSafe, names, pem } from "../support/rotation";
import { branches, StagedBinding } from "./staged";

const requestsPerSecond = 100;
/** A certificate that the backend refuses is verified no longer than that. */
const verifySeconds = 10;

describe("a rotation that failed", () => {
  let staged: StagedBinding;

  beforeEach(async () => {
    staged = await StagedBinding.create();
  });

  afterEach(() => staged.remove());

  it("to build ends as if nothing had happened where it is tried again without edits", async () => {
    const { emulator, project } = staged;
    await staged.writeNext();
    emulator.failNextBuild("staging");
    assertFailed(await project.up());
    const { run, traffic } = await staged.upUnderLoad(requestsPerSecond);
    assertSucceeded(run);
    assert.equal(traffic.failed, 0);
    const [name, ...others] = names(emulator);
    assert.deepEqual(others, []);
    for (const branch of branches) assert.equal(emulator.variables(branch).BACKEND_MTLS_CERT, name);
    assertSafe(emulator);
    emulator.clearTrace();
    assertSucceeded(await project.up());
    assert.deepEqual(emulator.writes(), []);
  });

  it("since the backend does not know the authority goes on without edits once it does", async () => {
    const { emulator, project } = staged;
    const next = await createAuthority({ commonName: "Next CA" });
    await staged.write(pem(await next.issue()), { verifySeconds });
    assertFailed(await project.up());
    emulator.backend.setClientAuthorities([emulator.authority.certificate, next.certificate]);
    assertSucceeded(await project.up());
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
  });

  it("goes back to the old certificate when the program does, and the new one is gone", async () => {
    const { project } = staged;
    const stranger = await createAuthority({ commonName: "Another CA" });
    await staged.write(pem(await stranger.issue()), { verifySeconds });
    assertFailed(await project.up());
    await staged.write(staged.first);
    await staged.assertRotates(requestsPerSecond);
  });

  it("twice succeeds with the third certificate, and leaves nothing over", async () => {
    const { emulator, project } = staged;
    for (const _ of [1, 2]) {
      await staged.writeNext();
      emulator.failNextBuild("canary");
      assertFailed(await project.up());
    }
    await staged.writeNext();
    await staged.assertRotates(requestsPerSecond);
  });

  it("without verification is not rolled back: the old build serves on, and the next run goes on", async () => {
    const { emulator, project } = staged;
    const stages = [{ branches }];
    await staged.write(staged.first, { stages });
    assertSucceeded(await project.up());
    await staged.writeNext({ stages });
    emulator.failNextBuild("main");
    const failing = await staged.upUnderLoad(requestsPerSecond);
    const next = await staged.upUnderLoad(requestsPerSecond);
    assertFailed(failing.run);
    assert.doesNotMatch(failing.run.text, /Rolled back/);
    assertSucceeded(next.run);
    assert.deepEqual([failing.traffic.failed, next.traffic.failed], [0, 0]);
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
  });
});
