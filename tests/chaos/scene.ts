import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApiCall, type Emulator, startEmulator } from "../../emulator";
import { type Authority, importAuthority } from "../../emulator/pki";
import { inProject, upload } from "../support/byHand";
import { type AdapterName, createStack, openStack } from "./adapters";
import type { Cell, Course, Outcome, Target } from "./cell";
import { disturb } from "./disturb";
import { targetsOf } from "./matrix";
import type { ChaosStack } from "./stack";
import { neighbour } from "./verdict";

const branches = ["staging", "canary", "main"];
/** How long a redeploy takes, in milliseconds. */
const deployMs = 150;
/** Seconds. Short, so that what never ends is given up soon. */
const callTimeout = "1";

/**
 * A stack with a certificate in service, and the next one in its program: where every cell begins. Beside it somebody
 * else has a certificate of their own in service.
 */
export class Scene {
  /** The calls of a run that nothing disturbs. */
  targets: Target[] = [];
  /** How that run ended. */
  undisturbed: Outcome = { problems: [], text: "" };

  private constructor(
    readonly adapter: AdapterName,
    readonly course: Course,
    private readonly folder: string,
    private readonly authority: Authority,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @param signal ends what is under way, and lets nothing new begin. */
  static async prepare(adapter: AdapterName, course: Course, signal?: AbortSignal): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-chaos-"));
    const emulator = await start(join(folder, "zuplo.json"));
    const authority = await importAuthority(await emulator.authority.export());
    const scene = new Scene(adapter, course, folder, authority, signal);
    try {
      await settleNeighbour(emulator);
      await scene.using(createStack(adapter, course, emulator), async stack => {
        await stack.write(await emulator.authority.issue());
        const { code, text } = await stack.up();
        if (code !== 0) throw new Error(`the stack was not made:\n${text}`);
        await stack.write(await emulator.authority.issue());
        await emulator.stop();
        await cp(stack.project.folder, join(folder, "project"), { recursive: true, verbatimSymlinks: true });
      });
      scene.undisturbed = await scene.play(undefined);
      return scene;
    } catch (error) {
      await emulator.stop();
      await scene.remove();
      throw error;
    }
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Plays one cell; without one, the run that nothing disturbs. */
  async play(cell: Cell | undefined): Promise<Outcome> {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-cell-"));
    const stateFile = join(folder, "zuplo.json");
    await cp(join(this.folder, "zuplo.json"), stateFile);
    const emulator = await start(stateFile, this.authority);
    const env = { ZUPLO_CALL_TIMEOUT: callTimeout };
    try {
      const opened = openStack(this.adapter, emulator, join(this.folder, "project"), env);
      return await this.using(opened, async stack => {
        const outcome = await disturb(this.course, cell, emulator, stack);
        if (cell === undefined) this.targets = targetsOf(callsOf(emulator));
        return outcome;
      });
    } finally {
      await emulator.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  /** Removes the stack afterwards. What it runs ends with the signal, and has then no result. */
  private async using<T>(opened: Promise<ChaosStack>, body: (stack: ChaosStack) => Promise<T>): Promise<T> {
    const stack = await opened;
    const { project } = stack;
    const end = () => void project.end();
    if (this.signal?.aborted) end();
    this.signal?.addEventListener("abort", end);
    try {
      const result = await body(stack);
      this.signal?.throwIfAborted();
      return result;
    } finally {
      this.signal?.removeEventListener("abort", end);
      await project.remove();
    }
  }
}

function start(stateFile: string, authority?: Authority): Promise<Emulator> {
  return startEmulator({ branches: branches.map(name => ({ name })), deployMs, stateFile, authority });
}

/** Gives every branch of the emulator a certificate of somebody else. */
export async function settleNeighbour(emulator: Emulator): Promise<void> {
  await upload(emulator, neighbour.certificate, await emulator.authority.issue());
  const body = { name: neighbour.variable, isSecret: false, value: neighbour.certificate };
  const all = emulator.deployments().map(({ branch }) => branch);
  for (const branch of all) await inProject(emulator, "POST", `/branches/${branch}/variables`, body);
  await Promise.all(all.map(branch => emulator.push(branch)));
}

function callsOf(emulator: Emulator): ApiCall[] {
  return emulator.trace.filter((entry): entry is ApiCall => entry.type === "call");
}
