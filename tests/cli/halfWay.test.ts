import assert from "node:assert/strict";
import type { RotationStep } from "../../cli/nextSteps";
import type { Rotation } from "../../cli/rotations";
import { type StackExport, stackOf } from "../../cli/stackExport";
import { readStatus } from "../../cli/status";
import type { ApiCall, Emulator, Permission } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { familyOf } from "../../provider/certificates/name";
import { Lifecycle } from "../../provider/lifecycle";
import { mtlsBinding } from "../../provider/resources/mtlsBinding/lifecycle";
import type { RawInputs } from "../../provider/resources/resource";
import { contextOf, RecordingLogger, withEmulator } from "../support/core";
import { assertSafe, names, pem } from "../support/rotation";

const lifecycle = new Lifecycle(mtlsBinding);
const identity = { project: "shop", stack: "prod", parents: "", resource: "backend" };
const variable = "BACKEND_MTLS_CERT";
/** When nothing may be a fresh upload of another stack any more. */
const later = () => Date.now() + 2 * 3_600_000;
const world = {
  branches: [
    { name: "dev", environmentType: "preview" as const },
    { name: "staging", environmentType: "preview" as const },
    { name: "main", environmentType: "production" as const },
  ],
  deployMs: 20,
};
const stages = [
  { branches: ["dev"], environmentType: "preview" },
  { branches: ["staging"] },
  { branches: ["main"] },
];

interface Part {
  key: string;
  type: string;
  id: string;
  inputs: RawInputs;
  state: RawInputs;
  isPendingDelete?: boolean;
}

/** A binding, brought up once, and what its state holds. */
class Stack {
  state: RawInputs = {};
  private id = "";

  constructor(private readonly emulator: Emulator) {}

  /** Its parts, as an engine exports resources of their own. */
  exported(): StackExport {
    const { parts } = this.state.__memory as { parts: Part[] };
    return stackOf({
      deployment: {
        resources: parts.map(({ key, type, id, inputs, state, isPendingDelete }) => ({
          type: `zuplo:index:${type}`,
          urn: `urn:pulumi:prod::shop::zuplo:index:MtlsBinding$zuplo:index:${type}::${key}`,
          id,
          inputs,
          outputs: state,
          delete: isPendingDelete === true,
        })),
      },
    });
  }

  /** Whether the state has the certificate of this name. */
  has(name: string): boolean {
    return JSON.stringify(this.state).includes(name);
  }

  /** A run of the engine. One that is killed stores nothing; one that was interrupted, how far it has come. */
  async up(
    issued: Issued,
    end?: { signal: AbortSignal; isKill: boolean },
    more: RawInputs = {},
  ): Promise<Error | undefined> {
    const args = { ...pem(issued), namePrefix: "backend", variable, stages, settle: 0, timeout: 20, ...more };
    const log = new RecordingLogger();
    const options = { log, now: later, ...(end === undefined ? {} : { signal: end.signal }) };
    const context = { ...contextOf(this.emulator, options), identity };
    const news = { values: args, secrets: [] };
    const { values, failures } = lifecycle.check(context, this.state, news);
    assert.deepEqual(failures, []);
    const inputs = { values, secrets: [] };
    const kept = { values: this.state, secrets: [], source: args };
    try {
      if (this.id !== "") lifecycle.diff(context, kept, values);
      const outcome =
        this.id === ""
          ? await lifecycle.create(context, inputs)
          : await lifecycle.update(context, this.id, kept, inputs);
      if (outcome.failure !== undefined && end?.isKill === true) return outcome.failure;
      this.id = outcome.id;
      this.state = JSON.parse(JSON.stringify(outcome.values));
      return outcome.failure;
    } catch (error) {
      return error as Error;
    }
  }
}

/** Ends a run with its write of this number, or with the first such call. @returns the call, if it came so far. */
async function endAt(
  emulator: Emulator,
  at: number | ((call: ApiCall) => boolean),
  when: "before" | "after",
  run: (signal: AbortSignal) => Promise<unknown>,
): Promise<ApiCall | undefined> {
  const ending = new AbortController();
  let last: ApiCall | undefined;
  let writes = 0;
  const isLast = (call: ApiCall) =>
    typeof at === "number" ? call.method !== "GET" && writes++ === at : at(call);
  const forget = emulator.onCall(call => {
    if (last !== undefined) return { destroy: "before" };
    if (!isLast(call)) return undefined;
    last = call;
    ending.abort();
    return { destroy: when };
  });
  await run(ending.signal);
  forget();
  return last;
}

/** Every build that was asked for has ended. */
async function untilBuilt(emulator: Emulator): Promise<void> {
  while (emulator.deployments().some(({ state }) => state === "DEPLOYING"))
    await new Promise(resolve => setTimeout(resolve, 5));
}

async function statusOf(
  emulator: Emulator,
  { apiKey = emulator.apiKey, stack }: { apiKey?: string; stack?: StackExport } = {},
): Promise<Rotation[]> {
  const env = { ZUPLO_API_KEY: apiKey };
  const { session } = contextOf(emulator, { env, now: later });
  return (await readStatus(session, undefined, stack)).rotations;
}

function boundBy(emulator: Emulator, deployment: string): string[] {
  const last = emulator.trace.findLast(
    entry => entry.type === "event" && entry.kind === "build.served" && entry.subject === deployment,
  );
  return last?.type === "event" ? last.certificates : [];
}

/** Everything that is stated of a rotation is so in the emulator, and what is so is stated. */
function assertTrue(emulator: Emulator, rotation: Rotation, issued: Issued, areVariablesRead = true): void {
  const certificates = emulator.certificates();
  const { newCertificate, oldCertificates, branches, workingCopies } = rotation;
  const ofRotation = [newCertificate, ...oldCertificates];
  assert.deepEqual(
    ofRotation.map(({ name }) => name).sort(),
    certificates
      .filter(({ name }) => familyOf(name) === rotation.lineage)
      .map(({ name }) => name)
      .sort(),
  );
  assert.equal(certificates.find(({ id }) => id === newCertificate.id)?.fingerprint, issued.fingerprint);
  for (const { id, environments } of ofRotation) {
    const is = certificates.find(certificate => certificate.id === id)?.environments ?? [];
    assert.deepEqual([...environments].sort(), [...is].sort());
  }
  const isOne = (name: string) => ofRotation.some(certificate => certificate.name === name);
  for (const { name: deployment, branch } of emulator.deployments()) {
    const copy = workingCopies.find(each => each.deployment === deployment);
    const row = copy ?? branches.find(each => each.deployment === deployment);
    const bound = boundBy(emulator, deployment).filter(isOne);
    const stated = (isCertain: boolean) =>
      (row?.holds ?? []).filter(held => held.isCertain === isCertain).map(held => held.certificate);
    for (const name of bound)
      assert.ok([...stated(true), ...stated(false)].includes(name), `${branch}: ${name}`);
    for (const name of stated(true)) assert.ok(bound.includes(name), `${branch}: ${name}`);
    if (copy !== undefined || row === undefined || !("variables" in row)) continue;
    const served = emulator.served(branch).at(-1)?.certificates[variable];
    if (served !== undefined && isOne(served)) assert.ok(bound.includes(served));
    const named = Object.entries(emulator.variables(branch)).filter(([, value]) => isOne(value));
    assert.deepEqual(
      row.variables,
      areVariablesRead ? named.map(([name, certificate]) => ({ name, certificate })) : [],
    );
    assert.equal(row.variablesRead, areVariablesRead ? "all" : "none");
  }
}

/** What the writes of a run changed, in the words of `next`. */
function changesOf(before: Before, writes: readonly ApiCall[]): string[] {
  const { variables, environments } = structuredClone(before);
  return writes
    .filter(({ applied }) => applied)
    .flatMap(({ kind, subject, body }) => {
      const sent = (body ?? {}) as { value?: string; environments?: string[] };
      if (kind === "variable.update") {
        const isSame = variables[subject] === sent.value;
        variables[subject] = sent.value ?? "";
        return isSame ? [] : [`setVariable ${subject.split("/")[0]}`];
      }
      if (kind === "certificate.update") {
        const was = environments[subject] ?? [];
        environments[subject] = sent.environments ?? [];
        return was
          .filter(type => !sent.environments?.includes(type))
          .map(type => `disable ${subject} ${type}`);
      }
      if (kind === "certificate.create") return ["upload"];
      return [`${kind.split(".")[1]?.replace("deploy", "redeploy")} ${subject}`];
    });
}

interface Before {
  variables: Record<string, string>;
  environments: Record<string, string[]>;
}

function beforeOf(emulator: Emulator): Before {
  return {
    variables: Object.fromEntries(
      emulator
        .deployments()
        .flatMap(({ branch }) =>
          Object.entries(emulator.variables(branch)).map(([name, value]) => [`${branch}/${name}`, value]),
        ),
    ),
    environments: Object.fromEntries(
      emulator.certificates().map(({ name, environments }) => [name, environments]),
    ),
  };
}

function wordsOf(step: RotationStep): string {
  switch (step.action) {
    case "upload":
      return "upload";
    case "setVariable":
      return `setVariable ${step.branch}`;
    case "disable":
      return `disable ${step.certificate} ${step.environmentType}`;
    case "redeploy":
      return `redeploy ${step.deployment}`;
    case "delete":
      return `delete ${step.certificate}`;
  }
}

/** The run did what was certain, and nothing that was not foreseen. */
function assertForeseen(next: readonly RotationStep[], done: readonly string[]): void {
  const certain = next.filter(({ isCertain }) => isCertain).map(wordsOf);
  assert.deepEqual(
    certain.filter(step => !done.includes(step)),
    [],
    "foreseen, and not done",
  );
  assert.deepEqual(
    done.filter(step => !next.map(wordsOf).includes(step)),
    [],
    "done, and not foreseen",
  );
}

/** The branches in few words: what each names, and what its deployment has. */
function inShort({ branches, newCertificate, oldCertificates }: Rotation): string {
  const word = (name: string) =>
    name === newCertificate.name ? "new" : oldCertificates.length === 1 ? "old" : "one of the old";
  return branches
    .map(({ branch, variables, holds }) => {
      const named = variables.map(({ certificate }) => word(certificate)).join();
      const held = holds.map(({ certificate, isCertain }) => word(certificate) + (isCertain ? "" : "?"));
      return `${branch} ${named}/${held.join("+")}`;
    })
    .join("  ");
}

/** What is seen after each write of a rotation but the last: what a branch's variable names, and what it has. */
const steps = [
  "dev old/old  main old/old  staging old/old",
  "dev new/old  main old/old  staging old/old",
  "dev new/old  main old/old  staging new/old",
  // That it is enabled for production was so before as well, but nothing at Zuplo tells.
  "dev new/old?  main old/old?  staging new/old?",
  "dev new/new  main old/old?  staging new/old?",
  "dev new/new  main old/old?  staging new/new",
  "dev new/new  main new/old?  staging new/new",
  // Since when it is disabled for preview, nothing at Zuplo tells once it is disabled for production.
  "dev new/old?+new  main new/old?  staging new/old?+new",
  "dev new/old?+new  main new/new  staging new/old?+new",
];

/** Without what reads the variables. */
const blind: Permission[] = ["certificates.read", "deployments.read", "environments.read"];

describe("pulumi-zuplo status half-way through a rotation", () => {
  // Killed after one write is the same to look at as killed before the next one: only the state differs.
  for (const [ending, isKill, when, reads] of [
    ["killed after", true, "after", "end"],
    ["interrupted before", false, "before", "start"],
  ] as const) {
    it(`is right where the run was ${ending} each of its writes, and knows what the next one does`, () =>
      withEmulator({ ...world, reads }, async emulator => {
        const stack = new Stack(emulator);
        const blindKey = emulator.addKey({ permissions: blind });
        assert.equal(await stack.up(await emulator.authority.issue()), undefined);
        const seen: string[] = [];
        for (let at = 0; ; at += 1) {
          // given a run that ended early
          const issued = await emulator.authority.issue();
          const last = await endAt(emulator, at, when, signal => stack.up(issued, { signal, isKill }));
          await untilBuilt(emulator);
          // when somebody looks
          const [rotation, ...others] = await statusOf(emulator);
          const [unread] = await statusOf(emulator, { apiKey: blindKey });
          // then
          assert.deepEqual(others, []);
          assert.equal(rotation !== undefined, names(emulator).length > 1);
          if (rotation !== undefined && unread !== undefined) {
            assertTrue(emulator, rotation, issued);
            assertTrue(emulator, unread, issued, false);
            assert.ok(unread.inTheWay.some(({ kind }) => kind === "unread"));
            seen.push(inShort(rotation));
          }
          // and what the stack knows besides is as right
          const isStored = rotation !== undefined && stack.has(rotation.newCertificate.name);
          const [known] = await statusOf(emulator, { stack: stack.exported() });
          if (known !== undefined) {
            assertTrue(emulator, known, issued);
            assert.equal(known.nextFromStart, undefined);
          }
          // and when the run is repeated, then it does what was said
          const before = beforeOf(emulator);
          emulator.clearTrace();
          assert.equal(await stack.up(issued), undefined);
          const done = changesOf(before, emulator.writes());
          for (const each of [rotation, unread])
            if (each !== undefined) assertForeseen((isStored ? each.next : each.nextFromStart) ?? [], done);
          if (known !== undefined) assertForeseen(known.next, done);
          assert.deepEqual(await statusOf(emulator), []);
          assert.deepEqual(await statusOf(emulator, { apiKey: blindKey }), []);
          assertSafe(emulator);
          if (last === undefined) break;
        }
        assert.deepEqual(seen, steps);
      }));
  }

  it("knows more with what a stack has stored: which deployments are done", () =>
    withEmulator(world, async emulator => {
      // given a rotation that was interrupted when the old certificate was to be deleted
      const stack = new Stack(emulator);
      assert.equal(await stack.up(await emulator.authority.issue()), undefined);
      const issued = await emulator.authority.issue();
      const isDelete = ({ method }: ApiCall) => method === "DELETE";
      await endAt(emulator, isDelete, "before", signal => stack.up(issued, { signal, isKill: false }));
      // when somebody looks without the stack, and with it
      const [open = assert.fail()] = await statusOf(emulator);
      const [known = assert.fail()] = await statusOf(emulator, { stack: stack.exported() });
      // then
      assert.equal(inShort(open), "dev new/old?+new  main new/new  staging new/old?+new");
      assert.equal(inShort(known), "dev new/new  main new/new  staging new/new");
      // and of main, that its build was not stored yet
      const main = emulator.deployment("main").name;
      const [{ name: old } = assert.fail()] = open.oldCertificates;
      assert.deepEqual(known.next.map(wordsOf), [`redeploy ${main}`, `delete ${old}`]);
    }));

  it("says what the old build serves while the new one is made, and where that fails", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      assert.equal(await stack.up(await emulator.authority.issue()), undefined);
      const isDeploy = ({ kind }: ApiCall) => kind === "deployment.deploy";
      for (const [fate, expected] of [
        ["failNextBuild", "dev new/old?+new?  main old/old?  staging new/old?"],
        ["hangNextBuild", "dev new/old?  main old/old?  staging new/old?"],
      ] as const) {
        // given a run that was killed when it had asked for a build
        const issued = await emulator.authority.issue();
        emulator[fate]("dev");
        await endAt(emulator, isDeploy, "after", signal => stack.up(issued, { signal, isKill: true }));
        if (fate === "failNextBuild") await untilBuilt(emulator);
        // then
        const [rotation = assert.fail()] = await statusOf(emulator);
        assertTrue(emulator, rotation, issued);
        assert.equal(inShort(rotation), expected);
        // What hangs would be waited for.
        if (fate === "failNextBuild") assert.equal(await stack.up(issued), undefined);
      }
    }));

  it("tells of a rollback that was killed", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      assert.equal(await stack.up(await emulator.authority.issue()), undefined);
      for (let at = 5; at < 9; at += 1) {
        // given a new certificate whose build fails, and a run that is killed while it goes back
        const issued = await emulator.authority.issue();
        emulator.failNextBuild("dev");
        const verified = stages.map(stage => ({ ...stage, verify: { path: "/" } }));
        await endAt(emulator, at, "before", signal =>
          stack.up(issued, { signal, isKill: true }, { stages: verified }),
        );
        await untilBuilt(emulator);
        // then
        const [rotation = assert.fail()] = await statusOf(emulator);
        assertTrue(emulator, rotation, issued);
        const before = beforeOf(emulator);
        emulator.clearTrace();
        assert.equal(await stack.up(issued), undefined);
        assertForeseen(rotation.nextFromStart ?? [], changesOf(before, emulator.writes()));
        assert.deepEqual(await statusOf(emulator), []);
      }
    }));

  it("is right where two runs were killed, one after the other, with another certificate each", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      assert.equal(await stack.up(await emulator.authority.issue()), undefined);
      for (const [first, second] of [
        [0, 0],
        [2, 3],
        [4, 2],
        [6, 5],
      ] as const) {
        // given
        const [other, issued] = [await emulator.authority.issue(), await emulator.authority.issue()];
        for (const [at, each] of [
          [first, other],
          [second, issued],
        ] as const) {
          await endAt(emulator, at, "after", signal => stack.up(each, { signal, isKill: true }));
          await untilBuilt(emulator);
        }
        // then
        const [rotation = assert.fail()] = await statusOf(emulator);
        assert.equal(rotation.oldCertificates.length, 2);
        assertTrue(emulator, rotation, issued);
        const before = beforeOf(emulator);
        emulator.clearTrace();
        assert.equal(await stack.up(issued), undefined);
        assertForeseen(rotation.nextFromStart ?? [], changesOf(before, emulator.writes()));
        const left = await statusOf(emulator);
        if (left[0] !== undefined) assertTrue(emulator, left[0], issued);
      }
    }));

  it("tells who keeps the old certificate when the run has done what it could", () =>
    withEmulator(world, async emulator => {
      // given a pull request whose variable names the old one, one that only has it bound, and a working copy
      const stack = new Stack(emulator);
      const environments = { environments: ["development", "preview", "production"] };
      assert.equal(await stack.up(await emulator.authority.issue(), undefined, environments), undefined);
      const [old = ""] = names(emulator);
      emulator.hands.setVariable(emulator.project, "pr-7", variable, old);
      for (const branch of ["pr-7", "pr-8"]) await emulator.push(branch);
      const copy = emulator.hands.openWorkingCopy(emulator.project, "main", "ada").name;
      const issued = await emulator.authority.issue();
      // when it rotates
      await stack.up(issued, undefined, environments);
      // then
      const [rotation = assert.fail()] = await statusOf(emulator, { stack: stack.exported() });
      assertTrue(emulator, rotation, issued);
      const told = rotation.inTheWay.map(obstacle => ({
        kind: obstacle.kind,
        where: "deployment" in obstacle ? obstacle.deployment : "branch" in obstacle && obstacle.branch,
      }));
      assert.deepEqual(told, [
        { kind: "workingCopy", where: copy },
        { kind: "variable", where: "pr-7" },
        { kind: "deployment", where: emulator.deployment("pr-8").name },
      ]);
      // and the next run has nothing to do
      assert.deepEqual(rotation.next, []);
      // and when they are gone, then only the old one is left to delete
      emulator.hands.deleteDeployment(copy);
      for (const branch of ["pr-7", "pr-8"])
        emulator.hands.deleteDeployment(emulator.deployment(branch).name);
      const [free = assert.fail()] = await statusOf(emulator, { stack: stack.exported() });
      assert.deepEqual(free.inTheWay, []);
    }));

  it("stays right where nobody may read the variables: the run goes on, and what it leaves is told", () =>
    withEmulator(world, async emulator => {
      const stack = new Stack(emulator);
      assert.equal(await stack.up(await emulator.authority.issue()), undefined);
      emulator.readVariablesAs(403);
      const issued = await emulator.authority.issue();
      const isDelete = ({ method }: ApiCall) => method === "DELETE";
      await endAt(emulator, isDelete, "before", signal => stack.up(issued, { signal, isKill: false }));
      const [rotation = assert.fail()] = await statusOf(emulator);
      assertTrue(emulator, rotation, issued, false);
      assert.equal(inShort(rotation), "dev /old?+new  main /new  staging /old?+new");
      assert.equal(await stack.up(issued), undefined);
      assert.deepEqual(await statusOf(emulator), []);
    }));
});
