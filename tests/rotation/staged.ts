/** A MtlsBinding over two stages, in service, run by the real engine: for rotations of it that fail. */
import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import type { LoadResult } from "../../emulator/load";
import type { Run } from "../../scripts/engine/commands";
import { assertSucceeded, TestProject } from "../support/project";
import { assertSafe, calls, load, names, pem } from "../support/rotation";

export const branches = ["staging", "canary", "main"];

type Certificate = ReturnType<typeof pem>;

export class StagedBinding {
  private constructor(
    readonly emulator: Emulator,
    readonly project: TestProject,
    readonly first: Certificate,
  ) {}

  static async create(): Promise<StagedBinding> {
    const emulator = await startEmulator({ branches: branches.map(name => ({ name })), deployMs: 200 });
    const project = await TestProject.create(emulator, "binding.js");
    const staged = new StagedBinding(emulator, project, pem(await emulator.authority.issue()));
    await staged.write(staged.first);
    assertSucceeded(await project.up());
    emulator.clearTrace();
    return staged;
  }

  async remove(): Promise<void> {
    await this.project.remove();
    await this.emulator.stop();
  }

  /** What the program says next. */
  write(
    certificate: Certificate,
    { verifySeconds, ...more }: { verifySeconds?: number; [argument: string]: unknown } = {},
  ): Promise<void> {
    const verify = { path: "/health", ...(verifySeconds !== undefined && { timeout: verifySeconds }) };
    const stages = [
      { branches: ["staging", "canary"], verify },
      { branches: ["main"], verify },
    ];
    return this.project.write({ args: { ...certificate, variable: "BACKEND_MTLS_CERT", stages, ...more } });
  }

  async writeNext(more?: Parameters<StagedBinding["write"]>[1]): Promise<void> {
    await this.write(pem(await this.emulator.authority.issue()), more);
  }

  async upUnderLoad(requestsPerSecond: number): Promise<{ run: Run; traffic: LoadResult }> {
    const traffic = load(this.emulator, branches, requestsPerSecond);
    const run = await this.project.up();
    return { run, traffic: await traffic.stop() };
  }

  assertProductionUntouched(name: string): void {
    const { emulator } = this;
    assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, name);
    const main = emulator.deployment("main").name;
    assert.ok(!calls(emulator.trace, "deployment.deploy").some(({ subject }) => subject === main));
    const old = emulator.certificates().find(certificate => certificate.name === name);
    assert.ok(old?.environments.includes("production"), "the old certificate is disabled for production");
  }

  /** The run succeeds, no request fails meanwhile, and one certificate is left. */
  async assertRotates(requestsPerSecond: number): Promise<void> {
    const { run, traffic } = await this.upUnderLoad(requestsPerSecond);
    assertSucceeded(run);
    assert.equal(traffic.failed, 0);
    assert.equal(names(this.emulator).length, 1);
    assertSafe(this.emulator);
  }
}
