/** A native stack over several deployments under a load that measures latency. */
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
    private readonly urls: string[],
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
    const urls = deployments.map(({ url }) => url);
    return new GatewayScene(emulator, stack, urls, ratePerSecond);
  }

  /** Nothing but the load. */
  calm(): Promise<LoadResult> {
    return this.during(() => Promise.resolve());
  }

  /** A run with nothing to do. */
  up(): Promise<LoadResult> {
    return this.during(() => this.stack.up("--expect-no-changes"));
  }

  async rotate(): Promise<LoadResult> {
    const [next] = await this.emulator.issue(1);
    if (next === undefined) throw new Error("no certificate was issued");
    await this.stack.write(pemFiles(next));
    return this.during(() => this.stack.up());
  }

  private async during(work: () => Promise<unknown>): Promise<LoadResult> {
    const { urls, ratePerSecond } = this;
    const load = await LoadProcess.start({ urls, ratePerSecond, maxSeconds });
    await Promise.all([work(), new Promise(resolve => setTimeout(resolve, windowMs))]);
    return load.stop();
  }

  async close(): Promise<void> {
    await this.stack.remove();
    await this.emulator.stop();
  }
}
