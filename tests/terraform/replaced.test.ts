import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { type RawInputs, unknown } from "../../provider/resources/resource";
import { assertSafe, calls, names } from "../support/rotation";
import { decode, type InState, type Planned, Refused, StandIn } from "./standIn";

const certificate = "zuplo_mtls_certificate";
const variable = "zuplo_environment_variable";
const redeployment = "zuplo_redeployment";
const binding = "zuplo_mtls_binding";

/** Without `create_before_destroy`, Terraform deletes first. */
describe("what Terraform replaces", () => {
  let emulator: Emulator;
  let issued: Issued;

  beforeEach(async () => {
    emulator = await startEmulator({ deployMs: 20, projects: ["gateway", "other"] });
    issued = await emulator.authority.issue();
  });
  afterEach(() => emulator.stop());

  const process = (settings: RawInputs = {}) => new StandIn(emulator, settings);
  const values = () =>
    emulator.writes().flatMap(({ kind, body }) => (kind === "variable.update" ? [body] : []));

  describe("a variable", () => {
    const config = (more: RawInputs = {}): RawInputs => ({
      branch: "main",
      name: "URL",
      value: "one",
      valueOnDelete: "",
      ...more,
    });

    it("keeps its value where it is made again under its name", async () => {
      const kept = await process().run(variable, config());
      emulator.clearTrace();
      // as with `-replace`, which tells what is kept, and with `taint`, which does not
      for (const told of [kept, undefined]) {
        const anew = await process().planAnew(variable, config(), told);
        await process().delete(variable, { ...kept, private: anew.response.plannedPrivate });
      }
      // and where its branch is not known when it is planned
      const early = await process().plan(variable, config({ branch: unknown }), kept);
      assert.equal(early.action, "replace");
      await process().delete(variable, { ...kept, private: early.response.plannedPrivate });
      assert.deepEqual(values(), []);
    });

    it("keeps its value where an unchanged block sets it, which waits for a slow read", async () => {
      const one = await process().run(variable, config());
      const two = await process().run(variable, config());
      const other = await process().run(variable, config({ name: "OTHER" }));
      // given the plan of a renamed block, which follows from another one
      const planning = process();
      emulator.onCall(() => ({ delayMs: 600 }));
      const deleting = planning.planDelete(variable, one);
      await planning.read(variable, other);
      await planning.read(variable, two);
      await planning.plan(variable, config(), two);
      const kept = await deleting;
      // when
      await process().delete(variable, kept);
      assert.equal(emulator.variables("main").URL, "one");
    });

    it("keeps its value where an earlier run has replaced it: the engine plans its delete amid the apply", async () => {
      const kept = await process().run(variable, config());
      const applying = process();
      await applying.delete(variable, await applying.planDelete(variable, kept));
      assert.equal(emulator.variables("main").URL, "one");
      // and not where that was planned before
      await process().delete(variable, await process().planDelete(variable, kept));
      assert.equal(emulator.variables("main").URL, "");
    });

    it("is made again although it adopts nothing", async () => {
      const own = config({ adopt: false });
      const kept = await process().run(variable, own);
      const engine = process();
      const anew = await engine.planAnew(variable, own, kept);
      await engine.delete(variable, { ...kept, private: anew.response.plannedPrivate });
      await engine.apply(variable, own, { ...anew, action: "create" });
      assert.equal(emulator.variables("main").URL, "one");
      // and nothing else is
      await assert.rejects(process().run(variable, own), /ZUPLO1314/);
    });

    it("keeps its value where it moves to another branch, and another block takes its own", async () => {
      const kept = await process().run(variable, config());
      const planning = process();
      const moving = planning.plan(variable, config({ branch: "staging" }), kept);
      await planning.plan(variable, config());
      const { action, response } = await moving;
      assert.equal(action, "replace");
      await process().delete(variable, { ...kept, private: response.plannedPrivate });
      assert.deepEqual(values(), []);
    });

    it("gets the value for its end where another one is made in its place, or none", async () => {
      const kept = await process().run(variable, config());
      const early = await process().plan(variable, config({ name: "OTHER" }), kept);
      await process().delete(variable, { ...kept, private: early.response.plannedPrivate });
      assert.equal(emulator.variables("main").URL, "");
      const again = await process().run(variable, config());
      await process().delete(variable, again);
      assert.equal(emulator.variables("main").URL, "");
    });
  });

  describe("a binding", () => {
    const config = (more: RawInputs = {}): RawInputs => ({
      namePrefix: "backend",
      certificate: issued.chain,
      privateKeyWo: issued.privateKey,
      variable: "BACKEND_MTLS_CERT",
      valueOnDelete: "",
      stages: [{ branches: ["main"] }],
      ...more,
    });

    /** The deletion of a replacement is refused, and the next run destroys what is left with what was kept of it. */
    const deletedInVain = async (kept: InState, { response }: Planned) => {
      const restore = emulator.onCall(({ kind }) =>
        kind === "deployment.list" ? { status: 403, body: { title: "No" } } : undefined,
      );
      const failure: unknown = await process()
        .delete(binding, { ...kept, private: response.plannedPrivate })
        .catch((error: unknown) => error);
      assert.ok(failure instanceof Refused);
      restore();
      const { private: left } = failure.newState as InState;
      await process().delete(binding, { ...kept, private: left });
      assert.deepEqual(names(emulator), []);
    };

    it("leaves in the project from which it moves what is in service: the project may be mistyped", async () => {
      const kept = await process().run(binding, config({ project: "gateway" }));
      const [name] = names(emulator);
      emulator.clearTrace();
      // when
      const plan = await process().plan(binding, config({ project: "othre" }), kept);
      assert.deepEqual(plan.replacing, ["project"]);
      const anew = await process().planAnew(binding, config({ project: "othre" }), {
        ...kept,
        private: plan.response.plannedPrivate,
      });
      await process().delete(binding, { ...kept, private: anew.response.plannedPrivate });
      // then
      assert.deepEqual(names(emulator), [name]);
      assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, name);
      assertSafe(emulator);
      await emulator.push("main");
      assertSafe(emulator);
    });

    it("goes on serving where it is made again in its place", async () => {
      const kept = await process().run(binding, config());
      emulator.clearTrace();
      const anew = await process().planAnew(binding, config(), kept);
      await process().delete(binding, { ...kept, private: anew.response.plannedPrivate });
      assert.deepEqual(emulator.writes(), []);
    });

    it("is destroyed by the next run, although this one was to make it again and could not delete it", async () => {
      const kept = await process().run(binding, config({ project: "gateway" }));
      const plan = await process().plan(binding, config({ project: "other" }), kept);
      await deletedInVain(kept, plan);
    });

    it("is looked up again by the next run, where it was tainted and could not be deleted", async () => {
      const kept = await process().run(binding, config({ project: "gateway" }));
      const anew = await process().planAnew(binding, config({ project: "other" }));
      await deletedInVain(kept, anew);
    });

    it("leaves its variable to another block that sets it, whatever a refresh has found there", async () => {
      const old = await process().run(binding, config({ namePrefix: "old" }));
      const next = await process().run(binding, config({ namePrefix: "next" }));
      // given the plan of a renamed block, after a refresh
      const planning = process();
      const refreshed = (await planning.read(binding, old)) ?? assert.fail();
      const deleting = planning.planDelete(binding, refreshed);
      await planning.plan(binding, config({ namePrefix: "next" }), next);
      // when
      await process().delete(binding, await deleting);
      // then
      assert.deepEqual(Object.values(emulator.variables("main")), names(emulator));
      assert.equal(names(emulator).length, 1);
    });

    it("is not taken out of service while the block in its place waits for its turn", async () => {
      const stages = [{ branches: ["staging"] }, { branches: ["main"] }];
      const old = await process().run(binding, config({ namePrefix: "old", stages, valueOnDelete: "" }));
      const [name = ""] = names(emulator);
      // given the plan of a renamed block that has a stage less, and an apply that has no place for it yet
      const renamed = config({ namePrefix: "next", stages: [{ branches: ["main"] }] });
      const planning = process();
      const deleting = planning.planDelete(binding, old);
      await planning.plan(binding, renamed);
      const planned = await deleting;
      emulator.clearTrace();
      // when
      await assert.rejects(process().delete(binding, planned), /ZUPLO1205/);
      // then
      assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, name);
      assert.deepEqual(emulator.certificates()[0]?.environments, ["preview", "production"]);
      assert.deepEqual(calls(emulator.trace, "deployment.deploy"), []);
      // and the next apply, in which the other one comes first, finishes it
      const applying = process();
      await applying.run(binding, renamed);
      await applying.delete(binding, planned);
      assert.equal(names(emulator).length, 1);
      assert.deepEqual(Object.values(emulator.variables("main")), names(emulator));
      assert.equal(emulator.variables("staging").BACKEND_MTLS_CERT, "");
      assertSafe(emulator);
    });

    it("warns of a destroy, and not of what is left of a replacement", async () => {
      const old = await process().run(binding, config());
      const codesOf = ({ diagnostics }: { diagnostics: { summary?: string | undefined }[] }) =>
        diagnostics.map(({ summary }) => /\[(\w+)\]/.exec(String(summary))?.[1]);
      assert.deepEqual(codesOf(await process().planDelete(binding, old)), ["ZUPLO1224"]);
      // given its successor, which is unchanged
      const planning = process();
      const deleting = planning.planDelete(binding, old);
      await planning.plan(binding, config(), old);
      assert.deepEqual(codesOf(await deleting), []);
      // nor where another block takes its branches over
      const other = process();
      const deletingOther = other.planDelete(binding, old);
      await other.plan(binding, config({ namePrefix: "other" }));
      assert.deepEqual(codesOf(await deletingOther), []);
    });

    it("whose certificate is unchanged has nothing to do, whatever key its file has by now", async () => {
      const own = ({ privateKey }: Issued): RawInputs =>
        config({ certificate: issued.chain, privateKey, privateKeyWo: undefined });
      const kept = await process().run(binding, own(issued));
      const { diagnostics } = await process().plan(binding, own(await emulator.authority.issue()), kept);
      assert.deepEqual(diagnostics, []);
    });

    it("with a fixed name says in the plan that another certificate needs another one", async () => {
      const named = { name: "one", namePrefix: undefined };
      const kept = await process().run(binding, config(named));
      const { chain, privateKey } = await emulator.authority.issue();
      const other = config({ ...named, certificate: chain, privateKeyWo: privateKey });
      await assert.rejects(
        process().plan(binding, other, kept),
        /'one' is the name of the certificate in use/,
      );
    });

    it("stores the key with which it was rotated", async () => {
      const own = ({ chain, privateKey }: Issued): RawInputs =>
        config({ certificate: chain, privateKey, privateKeyWo: undefined });
      const kept = await process().run(binding, own(issued));
      const next = await emulator.authority.issue();
      const rotated = await process().run(binding, own(next), kept);
      assert.equal(decode(binding, rotated.state)?.privateKey, next.privateKey);
    });
  });

  it("a certificate with a name of its own is left to a pull request that has bound it", async () => {
    // given
    const pem = ({ chain, privateKey }: Issued, name: string): RawInputs => ({
      name,
      certificate: chain,
      privateKeyWo: privateKey,
      environments: ["preview", "production"],
    });
    const users = (name: string): RawInputs => ({
      branch: "main",
      certificates: [name],
      variables: [{ branch: "main", name: "BACKEND_MTLS_CERT", value: name }],
    });
    const set = (value: string) => ({ branch: "main", name: "BACKEND_MTLS_CERT", value });
    const old = await process().run(certificate, pem(issued, "one"));
    const named = await process().run(variable, set("one"));
    const served = await process().run(redeployment, users("one"));
    await emulator.push("pr-1");
    // when, as with `create_before_destroy`
    const engine = process();
    await engine.run(certificate, pem(await emulator.authority.issue(), "two"));
    await engine.run(variable, set("two"), named);
    await engine.run(redeployment, users("two"), served);
    await engine.delete(certificate, old);
    // then
    assert.deepEqual(names(emulator).sort(), ["one", "two"]);
    assertSafe(emulator);
  });

  it("a variable that was put right is redeployed by the next run, where the one that did it could not", async () => {
    // given parts whose variable somebody has changed, and pushed
    const own = await process().run(certificate, {
      namePrefix: "backend",
      certificate: issued.chain,
      privateKeyWo: issued.privateKey,
      environments: ["production"],
    });
    const name = String(decode(certificate, own.state)?.name);
    const set = { branch: "main", name: "BACKEND_MTLS_CERT", value: name };
    const users = { branch: "main", certificates: [name], variables: [set] };
    const named = await process().run(variable, set);
    const served = await process().run(redeployment, users);
    emulator.hands.setVariable(emulator.project, "main", "BACKEND_MTLS_CERT", "nobody");
    const drifted = (await process().read(variable, named)) as InState;
    const seen = (await process().read(redeployment, served)) as InState;
    await emulator.push("main");
    // and a run that has set it again, and was cut off
    const right = await process().run(variable, set, drifted);
    // when
    const again = (await process().read(redeployment, seen)) as InState;
    emulator.clearTrace();
    const planning = process();
    assert.equal((await planning.plan(variable, set, right)).action, "nothing");
    assert.equal((await planning.plan(redeployment, users, again)).action, "update");
    // then the process that acts is told of nothing but what changes
    await process().run(redeployment, users, again);
    assert.equal(calls(emulator.trace, "deployment.deploy").length, 1);
  });

  describe("a CA certificate", () => {
    const authority = "zuplo_client_mtls_ca_certificate";
    const config = (more: RawInputs = {}): RawInputs => ({
      certificate: emulator.authority.certificate,
      name: "callers",
      ...more,
    });
    const deletions = () => emulator.writes().filter(({ kind }) => kind === "ca-certificate.delete").length;

    it("stays where the engine would delete it before its successor is there", async () => {
      const kept = await process().run(authority, config());
      // as with `-replace`, and where the account is mistyped
      for (const next of [config(), config({ account: "amce" })]) {
        const anew = await process().planAnew(authority, next, kept);
        await assert.rejects(
          process().delete(authority, { ...kept, private: anew.response.plannedPrivate }),
          /it would be deleted before its successor is there.*on_replace to "delete".*ZUPLO1106/s,
        );
        assert.equal(deletions(), 0);
      }
      // and goes where the configuration says so, and not the state alone
      const willing = await process().run(authority, config({ onReplace: "delete" }), kept);
      const stale = await process().planAnew(authority, config(), willing);
      await assert.rejects(
        process().delete(authority, { ...willing, private: stale.response.plannedPrivate }),
        /ZUPLO1106/,
      );
      const anew = await process().planAnew(authority, config({ onReplace: "delete" }), kept);
      await process().delete(authority, { ...kept, private: anew.response.plannedPrivate });
      assert.equal(deletions(), 1);
    });

    it("stays where another block is for the one of its name", async () => {
      const kept = await process().run(authority, config());
      // given the plan of a renamed block
      const planning = process();
      const deleting = planning.planDelete(authority, kept);
      await planning.plan(authority, config());
      // then
      await assert.rejects(
        process().delete(authority, await deleting),
        /another resource of the configuration manages the CA certificate of this name.*ZUPLO1106.*`moved` block/s,
      );
      assert.equal(deletions(), 0);
    });

    it("goes with its block, of which the plan warns", async () => {
      const kept = await process().run(authority, config());
      const deleting = await process().planDelete(authority, kept);
      assert.match(
        String(deleting.diagnostics[0]?.summary),
        /will be deleted: callers whose certificates it issued will then be refused.*ZUPLO1224/s,
      );
      await process().delete(authority, deleting);
      assert.equal(deletions(), 1);
    });
  });
});
