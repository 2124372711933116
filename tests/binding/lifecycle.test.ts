import assert from "node:assert/strict";
import type { Emulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { Lifecycle, type Outcome } from "../../provider/lifecycle";
import { mtlsBinding } from "../../provider/resources/mtlsBinding/lifecycle";
import { type RawInputs, unknown } from "../../provider/resources/resource";
import { contextOf, RecordingLogger, withEmulator } from "../support/core";
import { assertSafe, load, names, pem, writesOfRotation } from "../support/rotation";

const lifecycle = new Lifecycle(mtlsBinding);
const identity = { project: "terraform", stack: "", parents: "", resource: "backend" };

const stages = [
  { branches: ["dev"], environmentType: "preview", verify: { path: "/" } },
  { branches: ["staging"], verify: { path: "/" } },
  { branches: ["main"], verify: { path: "/" } },
];

function argsOf(issued: Issued, more: RawInputs = {}): RawInputs {
  return {
    ...pem(issued),
    namePrefix: "backend",
    variable: "BACKEND_MTLS_CERT",
    stages,
    settle: 0,
    timeout: 20,
    ...more,
  };
}

/** One run of an engine over one binding: refresh, plan, apply, each call as Terraform makes it. */
class Stack {
  state: RawInputs = {};
  id = "";
  readonly log = new RecordingLogger();

  constructor(
    private readonly emulator: Emulator,
    private readonly env: Record<string, string> = {},
  ) {}

  private context() {
    return { ...contextOf(this.emulator, { log: this.log, env: this.env }), identity };
  }

  plan(args: RawInputs, context = this.context()) {
    const marked = { values: args, secrets: [] };
    const { values, failures } = lifecycle.check(context, this.id === "" ? {} : this.state, marked);
    assert.deepEqual(failures, []);
    const inputs = { values, secrets: [] };
    const kept = { values: this.state, secrets: [], source: args };
    if (this.id === "")
      return { inputs, changes: undefined, preview: lifecycle.previewCreate(context, inputs).values };
    const { changes } = lifecycle.diff(context, kept, values);
    return { inputs, changes, preview: lifecycle.previewUpdate(context, kept, inputs).values };
  }

  /** @returns what failed; what was planned and is known has to come true. */
  async apply(args: RawInputs): Promise<Error | undefined> {
    const planned = this.plan(args).preview;
    const context = this.context();
    const { inputs, changes } = this.plan(args, context);
    if (changes !== undefined && Object.keys(changes).length === 0) return undefined;
    const kept = { values: this.state, secrets: [], source: args };
    let outcome: Outcome;
    try {
      outcome =
        changes === undefined
          ? await lifecycle.create(context, inputs)
          : await lifecycle.update(context, this.id, kept, inputs);
    } catch (error) {
      return error as Error;
    }
    this.id = outcome.id;
    this.state = JSON.parse(JSON.stringify(outcome.values));
    if (outcome.failure !== undefined) return outcome.failure;
    for (const [name, value] of Object.entries(planned)) assertComesTrue(name, value, this.state[name]);
    return undefined;
  }

  async refresh(): Promise<void> {
    const found = await lifecycle.read(this.context(), this.id, { values: this.state, secrets: [] });
    assert.ok(found);
    this.state = JSON.parse(JSON.stringify(found.values));
  }

  async destroy(): Promise<void> {
    await lifecycle.delete(this.context(), this.id, { values: this.state, secrets: [] });
    this.state = {};
    this.id = "";
  }
}

function assertComesTrue(name: string, planned: unknown, is: unknown): void {
  if (planned === unknown || name.startsWith("__")) return;
  if (Array.isArray(planned)) {
    assert.equal((is as unknown[]).length, planned.length, name);
    for (const [index, item] of planned.entries()) assertComesTrue(name, item, (is as unknown[])[index]);
  } else if (typeof planned === "object" && planned !== null) {
    for (const [key, value] of Object.entries(planned))
      assertComesTrue(`${name}.${key}`, value, (is as RawInputs)[key]);
  } else assert.deepEqual(is, planned, name);
}

async function succeed(stack: Stack, args: RawInputs): Promise<void> {
  const error = await stack.apply(args);
  assert.equal(error?.message, undefined);
}

const branches = [
  { name: "dev", environmentType: "preview" },
  { name: "staging", environmentType: "preview" },
  { name: "main", environmentType: "production" },
] as const;
const world = { branches: [...branches], deployMs: 50 };

describe("a binding as one resource", () => {
  it("is made, rotates over three stages under load with the writes of a rotation, and is destroyed", () =>
    withEmulator(world, async emulator => {
      // given a binding
      const stack = new Stack(emulator);
      const first = await emulator.authority.issue();
      const second = await emulator.authority.issue();
      await succeed(stack, argsOf(first));
      assert.deepEqual(names(emulator), [stack.state.certificateName]);
      // when nothing has changed, then nothing is to be done
      await stack.refresh();
      assert.deepEqual(stack.plan(argsOf(first)).changes, {});
      // when its certificate is another one, then a plan says what happens
      const { preview } = stack.plan(argsOf(second));
      const was = stack.state.fingerprint;
      assert.deepEqual(
        (preview.rotation as RawInputs[]).map(({ deployment, from, to }) => [deployment, from, to]),
        ["dev", "staging", "main"].map(name => [name, was, preview.fingerprint]),
      );
      // and it happens
      const traffic = load(emulator, ["dev", "staging", "main"], 50);
      emulator.clearTrace();
      await succeed(stack, argsOf(second));
      const result = await traffic.stop();
      assert.equal(result.failed, 0);
      assertSafe(emulator);
      const writes = emulator.trace
        .slice(before)
        .filter(entry => entry.type === "call" && entry.method !== "GET");
      assert.equal(writes.length, writesOfRotation({ K: 1, V: 3, S: 2, E: 3 }));
      assert.deepEqual(names(emulator), [stack.state.certificateName]);
      assert.deepEqual(stack.plan(argsOf(second)).changes, {});
      // when it is destroyed, then nothing of it is left
      await stack.destroy();
      assert.deepEqual(names(emulator), []);
    }));
});
