import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApiCall, type Emulator, startEmulator } from "../../emulator";
import { type Authority, importAuthority } from "../../emulator/pki";
import { TestProject } from "../support/project";
import { type AdapterName, adapters, type ChaosProject, doneIn, restoreState } from "./adapters";
import { type Cell, type Outcome, titleOf } from "./cell";
import { problemsOf, redeployProblems, redeploysIn } from "./verdict";

export const branches = ["staging", "canary", "main"];
/** How long a redeploy takes, in milliseconds. */
const deployMs = 150;
/** Seconds. Short, so that what never ends is given up soon. */
const callTimeout = "1";

/** A stack with a certificate in service, and the next one in its program: where every cell begins. */
export class Scene {
  private constructor(
    readonly adapter: AdapterName,
    private readonly folder: string,
    private readonly authority: Authority,
    /** The calls of a rotation that nothing disturbs. */
    readonly calls: ApiCall[],
  ) {}

  static async prepare(adapter: AdapterName): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-chaos-"));
    const emulator = await start(join(folder, "zuplo.json"));
    const project: ChaosProject = await adapters[adapter](emulator);
    await project.write(await emulator.authority.issue());
    await project.project.succeed("up", "--yes", "--skip-preview");
    await project.write(await emulator.authority.issue());
    await emulator.stop();
    await cp(project.project.folder, join(folder, "project"), { recursive: true, verbatimSymlinks: true });
    await project.project.remove();
    const authority = await importAuthority(await emulator.authority.export());
    const scene = new Scene(adapter, folder, authority, []);
    const undisturbed = await scene.play(undefined);
    if (undisturbed.problems.length > 0)
      throw new Error(`${undisturbed.problems.join("; ")}\n${undisturbed.text}`);
    return scene;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Plays one cell: the rotation with its mishap, then `pulumi up` once more without edits. */
  async play(cell: Cell | undefined): Promise<Outcome> {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-cell-"));
    const stateFile = join(folder, "zuplo.json");
    await cp(join(this.folder, "zuplo.json"), stateFile);
    const emulator = await start(stateFile, this.authority);
    const env = { PULUMI_ZUPLO_CALL_TIMEOUT: callTimeout };
    const project = await TestProject.open(emulator, join(this.folder, "project"), env);
    try {
      return cell === undefined
        ? await this.rehearse(emulator, project)
        : await disturb(cell, emulator, project);
    } finally {
      await project.remove();
      await emulator.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  private async rehearse(emulator: Emulator, project: TestProject): Promise<Outcome> {
    const { code, text } = await project.up();
    this.calls.push(...emulator.trace.filter((entry): entry is ApiCall => entry.type === "call"));
    return { problems: code === 0 ? problemsOf(emulator) : ["the undisturbed run fails"], text };
  }
}

function start(stateFile: string, authority?: Authority): Promise<Emulator> {
  return startEmulator({ branches: branches.map(name => ({ name })), deployMs, stateFile, authority });
}

async function disturb(cell: Cell, emulator: Emulator, project: TestProject): Promise<Outcome> {
  const [before = ""] = emulator.certificates().map(({ name }) => name);
  let count = 0;
  let hit = false;
  emulator.onCall(call => {
    if (call.kind !== cell.kind || count++ !== cell.ofKind) return undefined;
    hit = true;
    return cell.mishap.strike({ emulator, project }, call);
  });
  const disturbed = await project.up();
  let { text } = disturbed;
  if (!hit) return { problems: ["the call did not come"], text };
  if (cell.mishap.kills && disturbed.code === 0) throw new Error(`not killed: ${titleOf(cell)}`);
  if (cell.mishap.kills) {
    await restoreState(project);
    text += (await project.run("cancel", "--yes")).text;
  }
  const redeploys = {
    disturbed: redeploysIn(emulator.trace).length,
    done: await doneIn(project, before),
    rolledBack: new Set(text.match(/(?<=')[\w-]+(?='.*Rolled back)/g)).size,
  };
  const again = await project.up();
  text += `\n--- again\n${again.text}`;
  if (again.code !== 0) return { problems: [`the next run fails (${again.code})`], text };
  const total = redeploysIn(emulator.trace).length;
  const problems = [
    ...problemsOf(emulator),
    ...redeployProblems(branches.length, { ...redeploys, again: total - redeploys.disturbed }),
  ];
  return { problems, text };
}
