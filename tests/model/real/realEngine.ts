import { setTimeout as sleep } from "node:timers/promises";
import type { InProcess } from "../../../emulator/inProcess";
import type { Adapter } from "../../situations/engine/world";
import { usePlugin } from "../../support/plugin";
import { TestProject } from "../../support/project";
import { otherThan, placesOf } from "../perform";
import type { Sequence } from "../play";
import type { PooledCertificate } from "../pool";
import { pulumiProject } from "../program/spec";
import { keyOf } from "../rules/statuses";
import type { Operation } from "../run";
import type { Stack } from "../stack";
import type { RunSettings } from "../steps/step";
import { account, World } from "../world";
import { listed } from "./program";
import { codesIn, type Ended, type Player } from "./script";

/** How often it is looked whether a build is under way, in milliseconds. */
const pauseMs = 20;
/** A run that is killed for being slow would look like one that writes less. */
const maxRunMs = 600_000;

/** Runs the programs of a world as users do: with Pulumi, its language host, and the provider in a process of its own. */
export class RealEngine implements Player {
  private constructor(
    readonly world: World,
    readonly adapter: Adapter,
    private readonly projects: ReadonlyMap<Stack, TestProject>,
  ) {}

  static async open(
    adapter: Adapter,
    emulator: InProcess,
    pool: readonly PooledCertificate[],
    sequence: Sequence,
  ): Promise<RealEngine> {
    // Only the emulator's own clock counts here: the world's stands still.
    const world = new World({ emulator, pool, clock: {} as never }, sequence.world, sequence.seed);
    const projects = new Map<Stack, TestProject>();
    const engine = new RealEngine(world, adapter, projects);
    try {
      for (const stack of world.stacks) projects.set(stack, await projectOf(engine, stack));
    } catch (error) {
      await engine.close();
      throw error;
    }
    return engine;
  }

  async run(stack: Stack, operation: Operation, settings: RunSettings): Promise<Ended> {
    const { world } = this;
    const project = this.projects.get(stack) as TestProject;
    const own = settings.otherProject ? otherThan(world, stack.spec.project) : stack.spec.project;
    project.env.ZUPLO_PROJECT = own;
    if (operation === "up") {
      for (const { project, branch, variable } of placesOf(stack, own)) {
        stack.variables.add(keyOf(project, branch, variable));
      }
      const resources = await listed(stack.spec, world.table.pool);
      await project.write({ native: this.adapter === "native", resources });
    }
    const { code, text } = await project.run(...commandOf(operation, settings), ...slotsOf(world));
    return { succeeded: code === 0, codes: codesIn(text), text };
  }

  async rest(): Promise<void> {
    while (this.world.state.deployments.some(({ pending }) => pending > 0)) await sleep(pauseMs);
  }

  async close(): Promise<void> {
    for (const project of this.projects.values()) await project.remove();
  }
}

async function projectOf({ world, adapter }: RealEngine, { spec }: Stack): Promise<TestProject> {
  const { emulator } = world;
  const settings = { ...emulator, account: world.spec.isAccountOfKey ? "" : account, project: spec.project };
  const options = { name: pulumiProject, stack: spec.stack, maxRunMs };
  const project = await TestProject.create(settings, "../situations/programs/world.js", options);
  if (adapter === "native") await usePlugin(project);
  return project;
}

function slotsOf({ spec: { places } }: World): string[] {
  return places === undefined ? [] : ["--parallel", `${places}`];
}

function commandOf(operation: Operation, { skipPreview, refresh, continueOnError }: RunSettings): string[] {
  const flags: [boolean | undefined, string][] = [
    // Only an `up` can be refused by what its preview finds.
    [operation !== "up" || skipPreview, "--skip-preview"],
    [operation !== "refresh" && refresh, "--refresh"],
    [operation !== "refresh" && continueOnError, "--continue-on-error"],
  ];
  return [operation, "--yes", ...flags.flatMap(([isSet, flag]) => (isSet ? [flag] : []))];
}
