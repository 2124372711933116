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
  ) {}

  static async prepare(adapter: AdapterName, course: Course): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-chaos-"));
    const emulator = await start(join(folder, "zuplo.json"));
    await settleNeighbour(emulator);
    const stack = await createStack(adapter, course, emulator);
    await stack.write(await emulator.authority.issue());
    const { code, text } = await stack.up();
    if (code !== 0) throw new Error(`the stack was not made:\n${text}`);
    await stack.write(await emulator.authority.issue());
    await emulator.stop();
    await cp(stack.project.folder, join(folder, "project"), { recursive: true, verbatimSymlinks: true });
    await stack.project.remove();
    const authority = await importAuthority(await emulator.authority.export());
    const scene = new Scene(adapter, course, folder, authority);
    scene.undisturbed = await scene.play(undefined);
    return scene;
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
    const stack = await openStack(this.adapter, emulator, join(this.folder, "project"), env);
    try {
      const outcome = await disturb(this.course, cell, emulator, stack);
      if (cell === undefined) this.targets = targetsOf(callsOf(emulator));
      return outcome;
    } finally {
      await stack.project.remove();
      await emulator.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
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
