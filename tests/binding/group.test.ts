import assert from "node:assert/strict";
import type { Emulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import { Lifecycle, type Outcome } from "../../provider/lifecycle";
import { mtlsBinding } from "../../provider/resources/mtlsBinding/lifecycle";
import type { Context, RawInputs } from "../../provider/resources/resource";
import { contextOf, RecordingLogger, withEmulator } from "../support/core";
import { assertSafe, load, names, pem, redeployedAmong, writesOfRotation } from "../support/rotation";

const lifecycle = new Lifecycle(mtlsBinding);
const world = {
  branches: [{ name: "staging" }, { name: "main" }],
  deployMs: 100,
  defaultVariable: "BACKEND_1_CERT",
};
const branches = ["staging", "main"];
const bindings = [1, 2, 3, 4, 5].map(number => ({
  name: `backend${number}`,
  variable: `BACKEND_${number}_CERT`,
}));

function argsOf({ name, variable }: (typeof bindings)[number], issued: Issued): RawInputs {
  const verify = { path: `/via/${variable}/` };
  return {
    ...pem(issued),
    namePrefix: name,
    variable,
    stages: branches.map(branch => ({ branches: [branch], verify })),
    settle: 0,
    timeout: 20,
  };
}

/** A program with five bindings over the same two branches, which an engine brings side by side. */
class Program {
  private readonly states = new Map<string, Outcome>();

  constructor(private readonly emulator: Emulator) {}

  /** @returns the errors, by the binding's name. */
  async up(
    issued: readonly Issued[],
    { session } = contextOf(this.emulator),
    atOnce = bindings.length,
  ): Promise<Record<string, string>> {
    const failed: Record<string, string> = {};
    const wanted = bindings.slice(0, issued.length).map((binding, index) => {
      const context = {
        session,
        identity: { project: "shop", stack: "", parents: "", resource: binding.name },
      };
      const args = argsOf(binding, issued[index] as Issued);
      const olds = this.states.get(binding.name)?.values;
      const checked = lifecycle.check(context, olds ?? {}, { values: args, secrets: [] });
      assert.deepEqual(checked.failures, []);
      return { binding, context, args, inputs: { values: checked.values, secrets: [] } };
    });
    const work = async () => {
      for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
        const { binding, context, args, inputs } = next;
        const { name } = binding;
        try {
          const outcome = await this.bring(name, context, args, inputs);
          if (outcome === undefined) continue;
          this.states.set(name, outcome);
          if (outcome.failure !== undefined) failed[name] = outcome.failure.message;
        } catch (error) {
          failed[name] = (error as Error).message;
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return failed;
  }

  private bring(
    name: string,
    context: Context,
    source: RawInputs,
    inputs: { values: RawInputs; secrets: never[] },
  ): Promise<Outcome> | undefined {
    const state = this.states.get(name);
    if (state === undefined) return lifecycle.create(context, inputs);
    const kept = { values: JSON.parse(JSON.stringify(state.values)) as RawInputs, secrets: [], source };
    const { changes } = lifecycle.diff(context, kept, inputs.values);
    return Object.keys(changes).length === 0 ? undefined : lifecycle.update(context, state.id, kept, inputs);
  }
}

const redeploys = (emulator: Emulator) => redeployedAmong(emulator, branches);

const issue = (emulator: Emulator) => Promise.all(bindings.map(() => emulator.authority.issue()));

describe("five bindings over the same two branches", () => {
  it("are made, and rotate, with one redeploy for each deployment", () =>
    withEmulator(world, async emulator => {
      const program = new Program(emulator);
      // given
      assert.deepEqual(await program.up(await issue(emulator)), {});
      assert.deepEqual(redeploys(emulator), branches);
      // when all of them rotate
      const before = names(emulator);
      const traffic = load(emulator, branches, 50);
      emulator.clearTrace();
      assert.deepEqual(await program.up(await issue(emulator)), {});
      const result = await traffic.stop();
      // then
      assert.deepEqual(redeploys(emulator), branches);
      assert.equal(result.failed, 0);
      assertSafe(emulator);
      assert.equal(emulator.writes().length, writesOfRotation({ K: 5, V: 10, S: 2, E: 2 }));
      const after = names(emulator);
      assert.equal(after.length, 5);
      assert.deepEqual(
        after.filter(name => before.includes(name)),
        [],
      );
    }));

  it("are redeployed more often by an engine that works on two at a time, which is said once", () =>
    withEmulator(world, async emulator => {
      // given
      const program = new Program(emulator);
      const log = new RecordingLogger();
      const told = () => log.lines.filter(line => line.includes("ZUPLO1417"));
      assert.deepEqual(await program.up(await issue(emulator), contextOf(emulator, { log })), {});
      assert.deepEqual(told(), []);
      // when
      const traffic = load(emulator, branches, 50);
      emulator.clearTrace();
      assert.deepEqual(await program.up(await issue(emulator), contextOf(emulator, { log }), 2), {});
      const result = await traffic.stop();
      // then
      assert.ok(redeploys(emulator).length > branches.length);
      assert.equal(told().length, 1, log.lines.join("\n"));
      assert.match(
        told().join(),
        /^info: deployment '.*' is redeployed again in this run: .*\{\{moreAtOnce\}\}/,
      );
      assert.equal(result.failed, 0);
      assertSafe(emulator);
      assert.equal(names(emulator).length, 5);
    }));

  it("go back alone: what was verified stays, and is verified again", () =>
    withEmulator(world, async emulator => {
      // given
      const program = new Program(emulator);
      assert.deepEqual(await program.up(await issue(emulator)), {});
      const before = { ...emulator.variables("staging") };
      // when the backend refuses the third one's new certificate
      const issued = await issue(emulator);
      issued[2] = await (await createAuthority()).issue();
      emulator.clearTrace();
      const failed = await program.up(issued);
      // then that one alone goes back, and goes no further
      assert.deepEqual(Object.keys(failed), ["backend3"]);
      assert.match(
        failed.backend3 ?? "",
        /Rolled back in [\d.]+ s: certificate '[^']+' enabled for preview, variable/,
      );
      assert.deepEqual(redeploys(emulator), ["staging", "staging", "main"]);
      const now = emulator.variables("staging");
      for (const { name, variable } of bindings)
        assert.equal(now[variable] === before[variable], name === "backend3", variable);
      assertSafe(emulator);
      // and the next run ends as an undisturbed one would
      issued[2] = await emulator.authority.issue();
      emulator.clearTrace();
      assert.deepEqual(await program.up(issued), {});
      assert.deepEqual(redeploys(emulator), branches);
      assert.equal(names(emulator).length, 5);
      assertSafe(emulator);
    }));

  it("go back together after a build that failed, with one redeploy", () =>
    withEmulator(world, async emulator => {
      const program = new Program(emulator);
      assert.deepEqual(await program.up(await issue(emulator)), {});
      const before = { ...emulator.variables("staging") };
      emulator.failNextBuild("staging");
      emulator.clearTrace();
      const issued = await issue(emulator);
      const failed = await program.up(issued);
      assert.equal(Object.keys(failed).length, 5);
      assert.deepEqual(redeploys(emulator), ["staging", "staging"]);
      assert.deepEqual(emulator.variables("staging"), before);
      assertSafe(emulator);
      emulator.clearTrace();
      assert.deepEqual(await program.up(issued), {});
      assert.deepEqual(redeploys(emulator), branches);
      assert.equal(names(emulator).length, 5);
      assertSafe(emulator);
    }));

  it("are redeployed once, though their variables take longer than an engine that has nothing to do", () =>
    withEmulator(world, async emulator => {
      // given variables that are set one after the other, as by an engine with few places
      const program = new Program(emulator);
      let places = 0;
      const stop = emulator.onCall(({ kind }) => {
        if (!kind.startsWith("variable.")) return undefined;
        places += 1;
        return { delayMs: 700 * places };
      });
      assert.deepEqual(await program.up(await issue(emulator)), {});
      stop();
      assert.ok(places >= 5);
      assert.deepEqual(redeploys(emulator), branches);
      assertSafe(emulator);
    }));

  it("are redeployed once, though one of them takes longer to upload", () =>
    withEmulator(world, async emulator => {
      // given an upload that takes longer than the others
      const program = new Program(emulator);
      const stop = emulator.onCall(call =>
        call.kind === "certificate.create" && call.subject.startsWith("backend4")
          ? { delayMs: 700 }
          : undefined,
      );
      assert.deepEqual(await program.up(await issue(emulator)), {});
      stop();
      assert.deepEqual(redeploys(emulator), branches);
      assertSafe(emulator);
    }));

  it("look again after they have waited: what somebody has set meanwhile keeps its certificate", () =>
    withEmulator(world, async emulator => {
      // given a binding, and what a run has read of its branch
      const program = new Program(emulator);
      assert.deepEqual(await program.up(await issue(emulator)), {});
      const variable = "BACKEND_1_CERT";
      const old = String(emulator.variables("staging")[variable]);
      const context = contextOf(emulator);
      const project = await context.session.project({});
      const [staging] = (await project.deployments.list()).filter(
        ({ branchName }) => branchName === "staging",
      );
      assert.ok(staging);
      await project.variables.of(staging);
      // when a redeploy waits for others, and a colleague puts the old name back meanwhile
      project.preparing.note({ certificate: "another", users: { branches: ["staging"], deployments: [] } });
      const stop = emulator.onCall(({ kind, subject }) => {
        if (kind !== "variable.update" || subject !== `staging/${variable}`) return undefined;
        setTimeout(() => emulator.hands.setVariable(emulator.project, "staging", variable, old), 200);
        return undefined;
      });
      await program.up([await emulator.authority.issue()], context);
      stop();
      // then the next push of the branch finds its certificate
      assert.equal(emulator.variables("staging")[variable], old);
      assertSafe(emulator);
    }));
});
