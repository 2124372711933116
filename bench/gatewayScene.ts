/** A native stack over several deployments under a load that measures latency. */
import type { DeploymentSummary } from "../emulator";
import type { LoadResult } from "../emulator/load";
import { EmulatorProcess } from "./emulator";
import { LoadProcess } from "./load";
import { pemFiles, rotationFiles } from "./rotationStack";
import { branchesOf, redeployMs } from "./rotations";
import { BenchStack } from "./stack";

/** The gateway is not on the machine on which Pulumi runs: here, it goes first. */
const niceness = 19;
const maxSeconds = 120;

/** Every measurement is at least so long, so that each of them speaks of as many requests. */
const windowMs = 5000;

export class GatewayScene {
  private constructor(
    private readonly emulator: EmulatorProcess,
    private readonly stack: BenchStack,
    private readonly deployments: readonly DeploymentSummary[],
    private readonly ratePerSecond: number,
  ) {}

  static async open(environments: number, ratePerSecond: number): Promise<GatewayScene> {
    const emulator = await EmulatorProcess.start({
      branches: branchesOf(environments),
      deployMs: redeployMs,
    });
    const deployments = await emulator.deployments();
    const [first] = await emulator.issue(1);
    if (first === undefined) throw new Error("no certificate was issued");
    const files = { ...rotationFiles("native", deployments, []), ...pemFiles(first) };
    const stack = await BenchStack.create(emulator.target, files, { niceness });
    await stack.up();
    return new GatewayScene(emulator, stack, deployments, ratePerSecond);
  }

  /** Nothing but the load. */
  calm(): Promise<LoadResult> {
    return this.during(() => Promise.resolve());
  }

  /** A run with nothing to do. */
  up(): Promise<LoadResult> {
    return this.during(() => this.stack.up("--expect-no-changes"));
  }

  /** Every deployment is redeployed by a call each, and nothing is changed: what a redeploy by itself does. */
  redeploy(): Promise<LoadResult> {
    const { apiUrl, apiKey } = this.emulator.target;
    const headers = { Authorization: `Bearer ${apiKey}` };
    return this.during(async () => {
      const asked = this.deployments.map(({ name }) =>
        fetch(`${apiUrl}/v1/deployments/${name}/deploy`, { method: "POST", headers }),
      );
      for (const answer of await Promise.all(asked))
        if (!answer.ok) throw new Error(`a redeploy was answered with ${answer.status}`);
    });
  }

  async rotate(): Promise<LoadResult> {
    const [next] = await this.emulator.issue(1);
    if (next === undefined) throw new Error("no certificate was issued");
    await this.stack.write(pemFiles(next));
    return this.during(() => this.stack.up());
  }

  private async during(work: () => Promise<unknown>): Promise<LoadResult> {
    const { deployments, ratePerSecond } = this;
    const urls = deployments.map(({ url }) => url);
    const load = await LoadProcess.start({ urls, ratePerSecond, maxSeconds });
    await Promise.all([work(), new Promise(resolve => setTimeout(resolve, windowMs))]);
    return load.stop();
  }

  async close(): Promise<void> {
    await this.stack.remove();
    await this.emulator.stop();
  }
}
