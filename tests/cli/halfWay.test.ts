import assert from "node:assert/strict";
import type { RotationStep } from "../../cli/nextSteps";
import type { Rotation } from "../../cli/rotations";
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
const hourMs = 3_600_000;
const world = {
  branches: [
    { name: "dev", environmentType: "preview" as const },
    { name: "staging", environmentType: "preview" as const },
    { name: "main", environmentType: "production" as const },
  ],
  deployMs: 20,
};
const stages = [{ branches: ["dev"] }, { branches: ["staging"] }, { branches: ["main"] }].map(stage => ({
  ...stage,
  verify: { path: "/" },
  ...(stage.branches[0] === "dev" ? { environmentType: "preview" } : {}),
}));

/** A binding, brought up once, and what its state holds. */
class Stack {
  state: RawInputs = {};
  private id = "";

  constructor(private readonly emulator: Emulator) {}

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
    const options = end === undefined ? { log } : { log, signal: end.signal };
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

/** Ends a run with its write number `at`, before it is applied or after it. @returns the write, if it came so far. */
async function endAt(
  emulator: Emulator,
  at: number,
  when: "before" | "after",
  run: (signal: AbortSignal) => Promise<unknown>,
): Promise<ApiCall | undefined> {
  const ending = new AbortController();
  let killed: ApiCall | undefined;
  let writes = 0;
  const forget = emulator.onCall(call => {
    if (killed !== undefined) return { destroy: "before" };
    if (call.method === "GET" || writes++ < at) return undefined;
    killed = call;
    ending.abort();
    return { destroy: when };
  });
  await run(ending.signal);
  forget();
  return killed;
}

/** Every build that was asked for has ended. */
async function untilBuilt(emulator: Emulator): Promise<void> {
  while (emulator.deployments().some(({ state }) => state === "DEPLOYING"))
    await new Promise(resolve => setTimeout(resolve, 5));
}

/** As somebody sees it an hour later, when nothing may be a fresh upload of another stack any more. */
async function statusOf(emulator: Emulator, apiKey = emulator.apiKey): Promise<Rotation[]> {
  const env = { ZUPLO_API_KEY: apiKey };
  const { session } = contextOf(emulator, { env, now: () => Date.now() + 2 * hourMs });
  return (await readStatus(session, undefined)).rotations;
}

function boundBy(emulator: Emulator, deployment: string): string[] {
  const last = emulator.trace.findLast(
    entry => entry.type === "event" && entry.kind === "build.served" && entry.subject === deployment,
  );
  return last?.type === "event" ? last.certificates : [];
}

/** Everything that is stated of a rotation is so in the emulator, and what is so is stated. */
function assertTrue(emulator: Emulator, rotation: Rotation, issued: Issued, areVariablesRead: boolean): void {
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

/** Without what reads the variables. */
const blind: Permission[] = ["certificates.read", "deployments.read", "environments.read"];

describe("pulumi-zuplo status half-way through a rotation", () => {
  for (const [ending, isKill] of [
    ["killed", true],
    ["interrupted", false],
  ] as const) {
    for (const when of ["before", "after"] as const) {
      it(`is right where the run was ${ending} ${when} each of its writes, and knows what the next one does`, () =>
        withEmulator(world, async emulator => {
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
            const [unread] = await statusOf(emulator, blindKey);
            // then
            assert.deepEqual(others, []);
            assert.equal(rotation !== undefined, names(emulator).length > 1);
            if (rotation !== undefined && unread !== undefined) {
              assertTrue(emulator, rotation, issued, true);
              assertTrue(emulator, unread, issued, false);
              assert.ok(unread.inTheWay.some(({ kind }) => kind === "unread"));
              seen.push(`${last?.kind}: ${inShort(rotation)}`);
            }
            // and when the run is repeated, then it does what was said
            const before = beforeOf(emulator);
            emulator.clearTrace();
            const isStored = rotation !== undefined && stack.has(rotation.newCertificate.name);
            assert.equal(await stack.up(issued), undefined);
            const done = changesOf(before, emulator.writes());
            for (const each of [rotation, unread])
              if (each !== undefined) assertForeseen((isStored ? each.next : each.nextFromStart) ?? [], done);
            assert.deepEqual(await statusOf(emulator), []);
            assert.deepEqual(await statusOf(emulator, blindKey), []);
            assertSafe(emulator);
            if (last === undefined) break;
          }
          console.log(seen.join("\n"));
        }));
    }
  }
});
