import assert from "node:assert/strict";
import type { Emulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import { Lifecycle, type Outcome } from "../../provider/lifecycle";
import { forgottenKey } from "../../provider/resources/hidden";
import { mtlsBinding } from "../../provider/resources/mtlsBinding/lifecycle";
import { type RawInputs, unknown } from "../../provider/resources/resource";
import { contextOf, RecordingLogger, withEmulator } from "../support/core";
import { assertSafe, calls, load, names, pem, writesOfRotation } from "../support/rotation";

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

  constructor(private readonly emulator: Emulator) {}

  private context(signal?: AbortSignal) {
    return {
      ...contextOf(this.emulator, { log: this.log, ...(signal === undefined ? {} : { signal }) }),
      identity,
    };
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
  async apply(args: RawInputs, signal?: AbortSignal): Promise<Error | undefined> {
    const planned = this.plan(args).preview;
    const context = this.context(signal);
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

  /** @param hidden what the engine's adapter adds */
  async destroy(hidden: RawInputs = {}): Promise<void> {
    await lifecycle.delete(this.context(), this.id, { values: { ...this.state, ...hidden }, secrets: [] });
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

/** Somebody disables a certificate, pushes every branch, and deletes it. */
async function deleteBehindTheBack(emulator: Emulator, id: string): Promise<void> {
  emulator.hands.enableCertificate(id, []);
  for (const { name } of branches) await emulator.push(name);
  assert.ok(emulator.hands.deleteCertificate(id));
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
      assert.equal(emulator.writes().length, writesOfRotation({ K: 1, V: 3, S: 2, E: 3 }));
      assert.deepEqual(names(emulator), [stack.state.certificateName]);
      assert.deepEqual(stack.plan(argsOf(second)).changes, {});
      // when it is destroyed, then nothing of it is left
      await stack.destroy();
      assert.deepEqual(names(emulator), []);
    }));

  it("gives a variable of another name the previous certificate where the new one is refused", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      await succeed(stack, argsOf(await emulator.authority.issue()));
      const name = stack.state.certificateName;
      // when the variable's name and the certificate change at once
      const variable = "UPSTREAM_MTLS_CERT";
      const verified = stages.map(stage => ({ ...stage, verify: { path: `/via/${variable}/`, timeout: 2 } }));
      const next = { variable, stages: verified };
      const stranger = await (await createAuthority()).issue();
      assert.match((await stack.apply(argsOf(stranger, next)))?.message ?? "", /Rolled back/);
      // then no variable names the one that was refused
      assertSafe(emulator);
      for (const branch of ["dev", "staging"])
        assert.equal(emulator.variables(branch)[variable], name, branch);
      assert.equal(emulator.variables("main")[variable], undefined);
      // and it goes on with a good one, after which nothing is to be done
      const good = argsOf(await emulator.authority.issue(), next);
      await stack.refresh();
      await succeed(stack, good);
      assertSafe(emulator);
      for (const { name: branch } of branches)
        assert.equal(emulator.variables(branch)[variable], stack.state.certificateName, branch);
      await stack.refresh();
      assert.deepEqual(stack.plan(good).changes, {});
    }));

  it("goes back where the new certificate is refused, says what is left, and takes up what waits", () =>
    withEmulator(world, async emulator => {
      // given a binding, and a certificate that the backend does not accept
      const stack = new Stack(emulator);
      const good = await emulator.authority.issue();
      const stranger = await (await createAuthority()).issue();
      await succeed(stack, argsOf(good));
      const name = stack.state.certificateName;
      // when it rotates to that one, then the first stage goes back and the others are never touched
      const error = await stack.apply(argsOf(stranger));
      assert.match(error?.message ?? "", /Rolled back/);
      assert.match(
        error?.message ?? "",
        new RegExp(
          `\nHalf-way: nothing has '\\w+' in service; 'dev', 'staging' and 'main' have '${name}'\\.\n` +
            "Next: .* goes on with 'dev', 'staging' and 'main'\\..*\nWay back: .*\\[ZUPLO1410\\]$",
        ),
      );
      assertSafe(emulator);
      assert.equal(emulator.variables("dev").BACKEND_MTLS_CERT, name);
      assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, name);
      // and the next plan, without edits, shows what is left to do
      await stack.refresh();
      const { changes, preview } = stack.plan(argsOf(stranger));
      assert.notDeepEqual(changes, {});
      assert.deepEqual(
        (preview.rotation as RawInputs[]).map(({ deployment }) => deployment),
        ["dev", "staging", "main"],
      );
      // when the program has the good one again, then it is not uploaded again, and the other one goes
      emulator.clearTrace();
      await succeed(stack, argsOf(good));
      assert.deepEqual(calls(emulator.trace, "certificate.create"), []);
      assert.deepEqual(names(emulator), [name]);
      assert.equal(stack.state.certificateName, name);
      assert.deepEqual(stack.plan(argsOf(good)).changes, {});
      assertSafe(emulator);
    }));

  it("leaves nothing in a state that is not there: a create that fails is made again", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      const issued = await emulator.authority.issue();
      emulator.failNextBuild("main");
      const error = await stack.apply(argsOf(issued));
      assert.ok(error instanceof Error);
      assert.equal(stack.id, "");
      await succeed(stack, argsOf(issued));
      assert.deepEqual(names(emulator), [stack.state.certificateName]);
      assert.deepEqual(stack.plan(argsOf(issued)).changes, {});
      assertSafe(emulator);
    }));

  it("keeps what was rolled where a later stage fails, and goes on there", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      const [first, second] = [await emulator.authority.issue(), await emulator.authority.issue()];
      await succeed(stack, argsOf(first));
      emulator.failNextBuild("main");
      const failure = await stack.apply(argsOf(second));
      assert.match(
        failure?.message ?? "",
        /\nHalf-way: 'dev' and 'staging' have '\w+'; 'main' has '\w+'\.\nNext: .* goes on with 'main', and leaves 'dev' and 'staging' as they are/,
      );
      const { preview } = stack.plan(argsOf(second));
      assert.deepEqual(
        (preview.rotation as RawInputs[]).map(({ deployment }) => deployment),
        ["main"],
      );
      emulator.clearTrace();
      await succeed(stack, argsOf(second));
      assert.equal(calls(emulator.trace, "deployment.deploy").length, 1);
      assert.deepEqual(names(emulator), [stack.state.certificateName]);
      assertSafe(emulator);
    }));

  it("redeploys what has lost its certificate, once, and takes in and lets go of stages", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      const issued = await emulator.authority.issue();
      const [dev, staging, main] = stages;
      await succeed(stack, argsOf(issued, { stages: [staging, main] }));
      // when somebody disables the certificate and pushes
      const [certificate] = emulator.certificates();
      emulator.hands.enableCertificate(certificate?.id ?? "", ["preview"]);
      await emulator.push("main");
      await stack.refresh();
      await succeed(stack, argsOf(issued, { stages: [staging, main] }));
      assert.deepEqual(emulator.violations.slice(1), []);
      await stack.refresh();
      assert.deepEqual(stack.plan(argsOf(issued, { stages: [staging, main] })).changes, {});
      // when a stage comes, and one goes
      emulator.clearTrace();
      await succeed(stack, argsOf(issued, { stages: [dev, main] }));
      assert.equal(calls(emulator.trace, "deployment.deploy").length, 1);
      assert.deepEqual(stack.plan(argsOf(issued, { stages: [dev, main] })).changes, {});
      // then a destroy takes it out of all three
      await stack.destroy();
      assert.deepEqual(names(emulator), []);
    }));

  it("is made again where its certificate is gone", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      const issued = await emulator.authority.issue();
      await succeed(stack, argsOf(issued));
      for (const { id } of emulator.certificates()) await deleteBehindTheBack(emulator, id);
      await stack.refresh();
      await succeed(stack, argsOf(issued));
      assert.deepEqual(names(emulator), [stack.state.certificateName]);
      assert.deepEqual(stack.plan(argsOf(issued)).changes, {});
    }));

  it("keeps no secret in what it remembers", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      const issued = await emulator.authority.issue();
      const verify = { path: "/", headers: { authorization: "Bearer nobody-may-see" } };
      await succeed(stack, argsOf(issued, { stages: [{ branches: ["main"], verify }] }));
      const { __memory } = stack.state;
      assert.doesNotMatch(JSON.stringify(__memory), /PRIVATE KEY|nobody-may-see/);
      assert.deepEqual(stack.plan(argsOf(issued, { stages: [{ branches: ["main"], verify }] })).changes, {});
    }));

  it("tells in a plan what is wrong with its arguments, by their own names", () =>
    withEmulator(world, async emulator => {
      const issued = await emulator.authority.issue();
      const context = { ...contextOf(emulator), identity };
      const failuresOf = (more: RawInputs) =>
        lifecycle
          .check(context, {}, { values: argsOf(issued, more), secrets: [] })
          .failures.map(({ property }) => property);
      assert.deepEqual(failuresOf({}), []);
      assert.deepEqual(failuresOf({ variable: "not a name" }), ["variable"]);
      assert.deepEqual(failuresOf({ environments: ["preview"] }), ["environments"]);
      assert.deepEqual([...new Set(failuresOf({ stages: [] }))], ["stages"]);
      assert.deepEqual(failuresOf({ stages: [{ branches: ["main"] }, { branches: ["main"] }] }), [
        "stages[1]",
      ]);
      assert.deepEqual(failuresOf({ certificate: "x" }), ["certificate"]);
      const verify = { path: "/", expect: { body: `\${serialNumber:OTHER}` } };
      assert.deepEqual(failuresOf({ stages: [{ branches: ["main"], verify }] }), [
        "stages[0].verify.expect.body",
      ]);
    }));

  it("knows what a killed run of it has left, in use or not, and lets it go at the end of the next one", () =>
    withEmulator(world, async emulator => {
      // given a rotation that was killed when its first deployment was to be redeployed: nothing of it is stored
      const stack = new Stack(emulator);
      const [first, second] = [await emulator.authority.issue(), await emulator.authority.issue()];
      await succeed(stack, argsOf(first));
      const before = { state: stack.state, id: stack.id };
      const ending = new AbortController();
      const forget = emulator.onCall(({ kind }) => {
        if (kind === "deployment.deploy") ending.abort();
        return undefined;
      });
      await stack.apply(argsOf(second), ending.signal);
      forget();
      Object.assign(stack, before);
      assert.equal(names(emulator).length, 2);
      // when it is run again
      await succeed(stack, argsOf(second));
      // then nothing but its certificate is left
      assert.deepEqual(names(emulator), [stack.state.certificateName]);
      assert.deepEqual(stack.plan(argsOf(second)).changes, {});
      assertSafe(emulator);
    }));

  describe("whose parts nobody remembers, as where its provider is killed and the engine is not", () => {
    /** Terraform keeps the attributes of before, and drops what it was given to remember. */
    function forget(stack: Stack): void {
      const { __memory, ...attributes } = stack.state;
      stack.state = attributes;
    }

    /** A binding, and a rotation of it of which nothing was stored, since it was killed at the first such call. */
    async function killedAt(emulator: Emulator, kind: string) {
      const stack = new Stack(emulator);
      const [first, second] = [await emulator.authority.issue(), await emulator.authority.issue()];
      await succeed(stack, argsOf(first));
      const before = { state: stack.state, id: stack.id };
      const ending = new AbortController();
      const forgetCalls = emulator.onCall(call => {
        if (call.kind === kind) ending.abort();
        return undefined;
      });
      await stack.apply(argsOf(second), ending.signal);
      forgetCalls();
      Object.assign(stack, before);
      forget(stack);
      return { stack, first, second };
    }

    for (const isRefreshed of [true, false])
      for (const kind of ["variable.update", "certificate.update", "deployment.deploy"])
        it(`goes on, killed at ${kind}${isRefreshed ? "" : ", without a refresh"}`, () =>
          withEmulator(world, async emulator => {
            const { stack, second } = await killedAt(emulator, kind);
            const traffic = load(emulator, ["dev", "staging", "main"], 50);
            // when
            if (isRefreshed) await stack.refresh();
            await succeed(stack, argsOf(second));
            // then
            assert.equal((await traffic.stop()).failed, 0);
            assertSafe(emulator);
            assert.deepEqual(names(emulator), [stack.state.certificateName]);
            assert.ok(stack.log.lines.some(text => text.includes("[ZUPLO1413]")));
            await stack.refresh();
            assert.deepEqual(stack.plan(argsOf(second)).changes, {});
          }));

    it("goes back, where the program has the old certificate again", () =>
      withEmulator(world, async emulator => {
        const { stack, first } = await killedAt(emulator, "deployment.deploy");
        const name = stack.state.certificateName;
        await stack.refresh();
        await succeed(stack, argsOf(first));
        assertSafe(emulator);
        assert.equal(stack.state.certificateName, name);
        assert.equal(emulator.variables("dev").BACKEND_MTLS_CERT, name);
        assert.deepEqual(stack.plan(argsOf(first)).changes, {});
      }));

    it("is redeployed once where nothing else is to be done: nobody knows what it was", () =>
      withEmulator(world, async emulator => {
        const stack = new Stack(emulator);
        const issued = await emulator.authority.issue();
        await succeed(stack, argsOf(issued));
        forget(stack);
        await stack.refresh();
        emulator.clearTrace();
        // when
        await succeed(stack, argsOf(issued));
        // then
        assert.deepEqual(
          emulator.writes().map(({ kind }) => kind),
          ["deployment.deploy", "deployment.deploy", "deployment.deploy"],
        );
        assert.deepEqual(stack.plan(argsOf(issued)).changes, {});
      }));

    for (const isRefreshed of [true, false])
      it(`takes its certificate out when it is destroyed${isRefreshed ? "" : ", without a refresh"}`, () =>
        withEmulator(world, async emulator => {
          const { stack } = await killedAt(emulator, "certificate.update");
          const { certificateName } = stack.state;
          if (isRefreshed) await stack.refresh();
          await stack.destroy(isRefreshed ? {} : { [forgottenKey]: true });
          // What the killed run uploaded is left for now: it may be the fresh upload of another stack.
          assert.equal(names(emulator).includes(String(certificateName)), false);
        }));

    it("goes on serving where its parts are not told, since it is made again right away", () =>
      withEmulator(world, async emulator => {
        const stack = new Stack(emulator);
        const issued = await emulator.authority.issue();
        await succeed(stack, argsOf(issued));
        forget(stack);
        emulator.clearTrace();
        // when
        await stack.destroy();
        assert.deepEqual(emulator.writes(), []);
        // then its successor takes over what is there
        await succeed(stack, argsOf(issued));
        assert.deepEqual(names(emulator), [stack.state.certificateName]);
        assertSafe(emulator);
      }));

    it("is made again where its certificate and a deployment are gone", () =>
      withEmulator(world, async emulator => {
        const stack = new Stack(emulator);
        const issued = await emulator.authority.issue();
        await succeed(stack, argsOf(issued));
        for (const { id } of emulator.certificates()) await deleteBehindTheBack(emulator, id);
        forget(stack);
        await stack.refresh();
        await succeed(stack, argsOf(issued));
        assert.deepEqual(names(emulator), [stack.state.certificateName]);
        assert.deepEqual(stack.plan(argsOf(issued)).changes, {});
      }));
  });

  it("takes up what waits only once that works, and lets go of the other one then", () =>
    withEmulator(world, async emulator => {
      // given a rotation that failed, and the old certificate disabled by somebody
      const stack = new Stack(emulator);
      const good = await emulator.authority.issue();
      const stranger = await (await createAuthority()).issue();
      await succeed(stack, argsOf(good));
      const name = stack.state.certificateName;
      assert.ok(await stack.apply(argsOf(stranger)));
      const { id = "" } = emulator.certificates().find(certificate => certificate.name === name) ?? {};
      emulator.hands.enableCertificate(id, ["production"]);
      // when the program has it again, and it cannot be enabled
      const forget = emulator.onCall(({ kind }) =>
        kind === "certificate.update" ? { status: 403 } : undefined,
      );
      assert.ok(await stack.apply(argsOf(good)));
      forget();
      // then one of the two is in service, as far as the binding knows
      const { parts } = stack.state.__memory as { parts: { key: string; isPendingDelete?: boolean }[] };
      const inService = parts.filter(part => part.key === "certificate" && part.isPendingDelete !== true);
      assert.equal(inService.length, 1);
      // and the next run does it, and nothing else is left
      await stack.refresh();
      await succeed(stack, argsOf(good));
      assert.deepEqual(names(emulator), [name]);
      assert.deepEqual(stack.plan(argsOf(good)).changes, {});
    }));
});
