import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApiCall, type Emulator, startEmulator } from "../../emulator";
import { type Authority, importAuthority } from "../../emulator/pki";
import { TestProject } from "../support/project";
import { pem } from "../support/rotation";
import type { NamedFault } from "./faults";

export const branches = ["staging", "canary", "main"];
const verify = { path: "/health", timeout: 2 };

/** What happens to one call of the rotation. */
export type Mishap =
  | { kind: "fault"; fault: NamedFault }
  /** The engine and everything it started are killed when the call arrives, or when it has been applied. */
  | { kind: "kill"; when: "before" | "after" }
  /** Ctrl-C. */
  | { kind: "interrupt" };

export interface Cell {
  /** Number of the call in the trace of an undisturbed rotation, from 0. */
  call: number;
  title: string;
  mishap: Mishap;
}

export interface Outcome {
  problems: string[];
  /** What the run that was disturbed printed, and the one after it. */
  text: string;
}

/** A stack with a certificate in service, and the next one in its program: where every cell begins. */
export class Scene {
  private constructor(
    private readonly folder: string,
    private readonly authority: Authority,
    /** The calls of a rotation that nothing disturbs. */
    readonly calls: ApiCall[],
  ) {}

  static async prepare(): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-chaos-"));
    const emulator = await startEmulator({
      branches: branches.map(name => ({ name })),
      deployMs: 150,
      stateFile: join(folder, "zuplo.json"),
    });
    const project = await TestProject.create(emulator, "binding.js");
    const { authority } = emulator;
    const stages = [
      { branches: ["staging", "canary"], verify },
      { branches: ["main"], verify },
    ];
    const write = async () =>
      project.write({ args: { ...pem(await authority.issue()), variable: "BACKEND_MTLS_CERT", stages } });
    await write();
    const first = await project.up();
    if (first.code !== 0) throw new Error(first.text);
    await write();
    await emulator.stop();
    await cp(project.folder, join(folder, "project"), { recursive: true, verbatimSymlinks: true });
    await project.remove();
    const scene = new Scene(folder, await importAuthority(await authority.export()), []);
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
    const emulator = await startEmulator({
      branches: branches.map(name => ({ name })),
      deployMs: 150,
      stateFile,
      authority: this.authority,
    });
    const project = await TestProject.open(emulator, join(this.folder, "project"), {
      PULUMI_ZUPLO_CALL_TIMEOUT: "1",
    });
    try {
      let seen = 0;
      let target: number | undefined;
      emulator.onCall(async call => {
        const number = seen++;
        if (cell === undefined || number !== cell.call) return undefined;
        target = call.seq;
        const { mishap } = cell;
        if (mishap.kind === "fault") return mishap.fault.fault;
        if (mishap.kind === "interrupt") project.interrupt();
        else if (mishap.when === "before") {
          project.kill();
          return { destroy: "before" as const };
        } else return { destroy: "after" as const };
        return undefined;
      });
      const watch =
        cell?.mishap.kind === "kill" && cell.mishap.when === "after"
          ? setInterval(() => {
              const hit = emulator.trace.find(entry => entry.type === "call" && entry.seq === target);
              if (hit?.type === "call" && hit.applied) project.kill();
            }, 5)
          : undefined;
      const disturbed = await project.up();
      clearInterval(watch);
      if (cell === undefined) {
        this.calls.push(...emulator.trace.filter((entry): entry is ApiCall => entry.type === "call"));
      }
      let text = disturbed.text;
      if (cell?.mishap.kind === "kill" && disturbed.code === 0) throw new Error(`not killed: ${cell.title}`);
      if (cell !== undefined) {
        if (cell.mishap.kind === "kill") text += (await project.run("cancel", "--yes")).text;
        const again = await project.up();
        text += `\n--- again\n${again.text}`;
        if (again.code !== 0) return { problems: [`the next run fails (${again.code})`], text };
      } else if (disturbed.code !== 0) return { problems: ["the undisturbed run fails"], text };
      return { problems: problemsOf(emulator), text };
    } finally {
      await project.remove();
      await emulator.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

/** What differs from the end of an undisturbed run, and what was unsafe on the way. */
function problemsOf(emulator: Emulator): string[] {
  const problems: string[] = [];
  const certificates = emulator.certificates();
  if (certificates.length !== 1)
    problems.push(`${certificates.length} certificates: ${certificates.map(({ name }) => name).join(", ")}`);
  const [certificate] = certificates;
  if (certificate?.environments.join() !== "preview,production")
    problems.push(`enabled for ${certificate?.environments.join()}`);
  for (const branch of branches) {
    const value = emulator.variables(branch).BACKEND_MTLS_CERT;
    const served = emulator.served(branch).at(-1)?.certificates.BACKEND_MTLS_CERT;
    if (value !== certificate?.name) problems.push(`${branch}: the variable is ${value}`);
    if (served !== certificate?.name) problems.push(`${branch}: ${served} is served`);
  }
  for (const { branch, reason } of emulator.violations) problems.push(`violation at ${branch}: ${reason}`);
  for (const { branch, reason } of emulator.hazards) problems.push(`hazard at ${branch}: ${reason}`);
  return problems;
}
