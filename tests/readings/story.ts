import assert from "node:assert/strict";
import { deploymentOf } from "../../emulator/state/branches";
import { actOutside } from "../model/outside";
import { perform } from "../model/perform";
import { inWorld } from "../model/play";
import { firstRefused } from "../model/pool";
import type { BindingSpec, StackSpec } from "../model/program/spec";
import type { Operation } from "../model/run";
import type { Disturbance, RunSettings } from "../model/steps/step";
import { type Table, World, type WorldSpec } from "../model/world";
import type { Readings } from "./readings";

const branches = ["staging", "qa", "main"];
const first = 0;
const second = 1;
const third = 2;
const refused = firstRefused;

/** How long a reference still counts at Zuplo when it is gone, in milliseconds. */
const referenceLagMs = 3000;
/** How long reads of certificates lag behind, in milliseconds. */
const certificatesLagMs = 2000;

/** Everything that a stack does in its life, under one set of readings. @throws where something is not as it should be. */
export async function playLife(table: Table, row: Readings): Promise<void> {
  const binding: BindingSpec = {
    kind: "binding",
    name: "backend",
    variable: 0,
    verify: "right",
    patience: 20,
    triggers: 0,
    pem: first,
    stages: [["staging", "qa"], ["main"]],
  };
  const stack: StackSpec = { stack: "prod", backend: "A", project: "gateway", components: [binding] };
  const world = new World(table, worldOf(row, stack), 1);
  const life = new Life(world, row);
  try {
    await inWorld(world, () => life.play());
  } catch (error) {
    const trace = world.trace.slice(-60).join("\n");
    throw new Error(`${(error as Error).message}\n${trace}`, { cause: error });
  }
}

function worldOf(row: Readings, stack: StackSpec): WorldSpec {
  const {
    identity,
    snapshot,
    emptyEnvironments,
    duplicate,
    heldDelete,
    variables,
    copies,
    missing,
    certificatesLag,
    pages,
    locations,
  } = row;
  return {
    projects: 1,
    branches,
    copies: Array.from({ length: copies }, () => "main"),
    reads: snapshot,
    deployMs: 3000,
    identity,
    reading: variables,
    isAccountOfKey: false,
    isUp: false,
    copiesAs: row.copiesAs,
    statuses: { emptyEnvironments, duplicate, heldDelete, missing },
    ...lagOf(certificatesLag),
    ...(pages === "whole" ? {} : { pageLimit: pages }),
    ...(locations === 1 ? {} : { edge: { locations, lagMs: 5000 } }),
    stacks: [stack],
  };
}

/** How long which reads lag. */
export function lagOf(reads: Readings["certificatesLag"]): Pick<WorldSpec, "certificatesLag"> {
  if (reads === "none") return {};
  return { certificatesLag: { listMs: certificatesLagMs, byIdMs: reads === "both" ? certificatesLagMs : 0 } };
}

class Life {
  constructor(
    private readonly world: World,
    private readonly row: Readings,
  ) {}

  async play(): Promise<void> {
    await this.firstUp();
    await this.rotation();
    await this.rotationWithLostAnswers();
    await this.rollback();
    await this.withoutAccess();
    await this.rotationWhilePullRequestIsOpen();
    await this.import();
    await this.destroy();
  }

  /** The answers to the upload and to a variable are lost: the call that is repeated finds the name taken. */
  private async firstUp(): Promise<void> {
    await this.succeed("up", { disturbances: [lost(0), lost(2)] });
    this.isServed(first);
    await this.hasNothingToDo();
  }

  private async rotation(): Promise<void> {
    this.world.emulator.world.references.lagFor(referenceLagMs);
    this.give(second);
    const { writes, deletes } = await this.succeed("up");
    this.isServed(second);
    this.hasOne("certificates after a rotation");
    // K + V + K·S + E + K; the empty list that is refused is tried once, and so is the delete while it still counts.
    const tried = this.row.emptyEnvironments === 400 ? 1 : 0;
    assert.equal(writes, 1 + 3 + 2 + 3 + 1 + tried + (deletes - 1), "writes of a rotation");
    await this.hasNothingToDo();
  }

  private async rotationWithLostAnswers(): Promise<void> {
    this.give(third);
    await this.succeed("up", { disturbances: [lost(0), lost(5)] });
    this.isServed(third);
    this.hasOne("certificates after a rotation with lost answers");
  }

  private async rollback(): Promise<void> {
    this.give(refused);
    await this.fail("up");
    this.isServed(third);
    this.give(first);
    await this.succeed("up");
    this.isServed(first);
    this.hasOne("certificates after a rollback and a rotation");
  }

  /** What cannot be seen is not taken for gone. */
  private async withoutAccess(): Promise<void> {
    actOutside(this.world, { act: "lose access", status: this.row.noAccess, all: false });
    const before = this.stack.state.entries.length;
    await this.fail("refresh");
    assert.equal(this.stack.state.entries.length, before, "resources in the state");
    await this.fail("destroy");
    this.give(second);
    await this.fail("up");
    const isThere = this.stack.state.entries.some(({ type }) => type === "MtlsCertificate");
    assert.ok(isThere, "the certificate is in the state");
    actOutside(this.world, { act: "restore access" });
    await this.succeed("up");
    this.isServed(second);
  }

  /** The old certificate is left while the pull request holds it, and goes with a later rotation. */
  private async rotationWhilePullRequestIsOpen(): Promise<void> {
    const pullRequest = "pr-0";
    actOutside(this.world, { act: "open pull request", number: 0 });
    await this.world.pass(10_000);
    this.give(third);
    await this.succeed("up");
    this.isServed(third);
    const held = this.deployment(pullRequest).snapshot.bindings.map(({ certificateId }) => certificateId);
    const isThere = ({ id }: { id: string }) => held.includes(id);
    assert.ok(this.certificates().some(isThere), "what the pull request holds is there");
    this.world.emulator.hands.deleteDeployment(this.deployment(pullRequest).name);
    await this.world.pass(10_000);
    this.give(first);
    await this.succeed("up");
    this.isServed(first);
    if (this.row.variables === "open")
      assert.deepEqual(this.certificates().filter(isThere), [], "what nobody holds any longer");
  }

  /** A state that was lost is made anew. */
  private async import(): Promise<void> {
    this.stack.lose();
    await this.succeed("import");
    await this.succeed("up");
    this.isServed(first);
    await this.hasNothingToDo();
  }

  private async destroy(): Promise<void> {
    await this.succeed("destroy");
    if (this.row.variables === "open")
      assert.deepEqual(this.certificates(), [], "certificates after a destroy");
  }

  /** Where nobody may look at the variables, an upload whose answer was lost may be left, and then also what it was for. */
  private hasOne(when: string): void {
    if (this.row.variables === "open") assert.equal(this.certificates().length, 1, when);
  }

  /** Another PEM. */
  private give(pem: number): void {
    this.binding.pem = pem;
    this.stack.isSettled = false;
  }

  private async hasNothingToDo(): Promise<void> {
    const { calls } = await this.succeed("up");
    assert.equal(calls, 0, "calls of an up with nothing to do");
  }

  private async succeed(operation: Operation, settings: Partial<RunSettings> = {}) {
    const told = await this.run(operation, settings);
    assert.ok(told.isGood, `${operation} failed: ${told.errors.join("\n")}`);
    return told;
  }

  private async fail(operation: Operation): Promise<void> {
    const { isGood } = await this.run(operation, {});
    assert.ok(!isGood, `${operation} succeeded`);
  }

  private async run(operation: Operation, settings: Partial<RunSettings>) {
    const { world, stack } = this;
    const whole: RunSettings = { disturbances: [], again: "no", ...settings };
    const isGood = await world.drive(perform(world, stack, operation, whole));
    assert.deepEqual(world.judge.violations, [], `${operation} keeps every rule`);
    const run = [...world.runs.values()].at(-1);
    assert.ok(run);
    return { isGood, errors: run.engine.errors, calls: run.calls, writes: run.writes, deletes: run.deletes };
  }

  /** Every deployment of the program runs with this certificate, and the variable names it. */
  private isServed(pem: number): void {
    for (const branch of branches) {
      const { snapshot } = this.deployment(branch);
      const [name] = Object.values(snapshot.variables);
      const bound = snapshot.bindings.find(binding => binding.name === name);
      const served = this.certificates().find(({ id }) => id === bound?.certificateId);
      const { certificate } = this.world.table.pool[pem] ?? {};
      assert.equal(served?.certificate.trim(), certificate?.trim(), `what ${branch} runs with`);
    }
  }

  private deployment(branch: string) {
    return deploymentOf(this.world.state, "gateway", branch) ?? assert.fail(`no deployment of ${branch}`);
  }

  private certificates() {
    return this.world.state.certificates;
  }

  private get stack() {
    return this.world.stacks[0] ?? assert.fail("no stack");
  }

  private get binding(): BindingSpec {
    return this.stack.spec.components[0] as BindingSpec;
  }
}

function lost(at: number): Disturbance {
  return { at, of: "write", moment: "after", what: { type: "fault", fault: "lost", isLasting: false } };
}
