import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { type RawInputs, unknown } from "../../provider/resources/resource";
import { assertSafe, calls, names } from "../support/rotation";
import { decode, type InState, Refused, StandIn } from "./standIn";

const certificate = "zuplo_mtls_certificate";
const variable = "zuplo_environment_variable";
const redeployment = "zuplo_redeployment";

describe("the Terraform provider, by the engine's rules", () => {
  let emulator: Emulator;
  let issued: Issued;

  beforeEach(async () => {
    emulator = await startEmulator({ deployMs: 50 });
    issued = await emulator.authority.issue();
  });

  afterEach(() => emulator.stop());

  const process = (settings: RawInputs = {}) => new StandIn(emulator, settings);
  const backend = ({ chain, privateKey }: Issued = issued, more: RawInputs = {}): RawInputs => ({
    namePrefix: "backend",
    certificate: chain,
    privateKeyWo: privateKey,
    environments: ["preview", "production"],
    ...more,
  });
  const action = async (type: string, config: RawInputs, before: InState) =>
    (await process().plan(type, config, before)).action;

  it("a certificate: what follows from the PEM is planned, and what Zuplo tells is not known", async () => {
    const plan = await process().plan(certificate, backend());
    assert.equal(plan.action, "create");
    assert.equal(plan.planned.fingerprint, issued.fingerprint);
    for (const name of ["id", "name", "account", "project", "createdOn", "updatedOn"])
      assert.equal(plan.planned[name], unknown, name);
    const kept = await process().run(certificate, backend());
    assert.equal(await action(certificate, backend(), kept), "nothing");
    const read = await process().read(certificate, kept);
    assert.deepEqual(decode(certificate, read?.state ?? {}), decode(certificate, kept.state));
    assert.equal(await action(certificate, backend(), read as InState), "nothing");
    assert.doesNotMatch(Buffer.from(kept.private ?? []).toString(), /PRIVATE KEY/);
  });

  it("a certificate: another spelling is nothing, another type an update, another leaf a replacement", async () => {
    const kept = await process().run(certificate, backend());
    const windows = { ...issued, chain: issued.chain.replaceAll("\n", "\r\n") };
    assert.equal(await action(certificate, backend(windows), kept), "nothing");
    const narrower = backend(issued, { environments: ["production"] });
    const updated = await process().run(certificate, narrower, kept);
    assert.deepEqual(emulator.certificates()[0]?.environments, ["production"]);
    assert.equal(await action(certificate, narrower, updated), "nothing");
    const next = await emulator.authority.issue();
    const plan = await process().plan(certificate, backend(next), kept);
    assert.equal(plan.action, "replace");
    // The name follows, and is no reason of its own.
    assert.deepEqual(plan.replacing, ["certificate"]);
  });

  it("a certificate whose PEM is not known yet is planned as a replacement", async () => {
    const kept = await process().run(certificate, backend());
    const plan = await process().plan(certificate, backend(issued, { certificate: unknown }), kept);
    assert.equal(plan.action, "replace");
    assert.equal(plan.planned.fingerprint, unknown);
  });

  it("a name that is taken gets a suffix, which no plan has promised", async () => {
    const first = await process().run(certificate, backend());
    // The same PEM once more, as after a replacement that was rolled back.
    const second = await process().run(certificate, backend(issued, { onDelete: "retain" }));
    assert.equal(decode(certificate, second.state)?.name, `${decode(certificate, first.state)?.name}_2`);
    assert.equal(await action(certificate, backend(issued, { onDelete: "retain" }), second), "nothing");
  });

  it("two certificates of one configuration never share what they are named by", async () => {
    const engine = process();
    await engine.plan(certificate, backend());
    const next = await emulator.authority.issue();
    await assert.rejects(
      engine.plan(certificate, backend(next)),
      /^Error: name_prefix is also used by another certificate/,
    );
    await engine.plan(certificate, backend(next, { namePrefix: "other" }));
  });

  it("a certificate that is imported is recognised, and keeps what the program says of it", async () => {
    await process().run(certificate, backend());
    emulator.clearTrace();
    const [{ name = "", id = "" } = {}] = emulator.certificates();
    for (const text of [name, id, `${emulator.account}/${emulator.project}/${id}`]) {
      const imported = await process().import(certificate, text);
      const config = backend(issued, { warnBefore: "10d" });
      const plan = await process().plan(certificate, config, imported);
      assert.equal(plan.action, "update");
      const kept = await process().apply(certificate, config, plan, imported);
      assert.equal(await action(certificate, config, kept), "nothing");
    }
    assert.deepEqual(emulator.writes(), []);
    const stranger = await emulator.authority.issue();
    const imported = await process().import(certificate, name);
    assert.equal(await action(certificate, backend(stranger), imported), "replace");
    await assert.rejects(process().import(certificate, "cert_nothing"), /ZUPLO1002/);
  });

  for (const reading of ["open", 403] as const)
    it(`a variable that is imported beside a new certificate is set in the same run (${reading})`, async () => {
      const named = (name: unknown): RawInputs => ({
        branch: "main",
        name: "BACKEND_MTLS_CERT",
        value: name,
      });
      const old = await process().run(certificate, backend());
      await process().run(variable, named(names(emulator)[0]));
      emulator.readVariablesAs(reading);
      // given
      const engine = process();
      const imported = await engine.import(variable, "main/BACKEND_MTLS_CERT");
      const next = await engine.run(certificate, backend(await emulator.authority.issue()), old);
      const { name } = decode(certificate, next.state) ?? {};
      // when
      const plan = await engine.plan(variable, named(name), imported);
      const kept = await engine.apply(variable, named(name), plan, imported);
      // then
      assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, name);
      emulator.clearTrace();
      const refreshed = (await process().read(variable, kept)) ?? assert.fail();
      assert.equal(await action(variable, named(name), refreshed), "nothing");
      // and what an import finds as it is, is not written
      const again = await process().import(variable, "main/BACKEND_MTLS_CERT");
      const unchanged = await process().plan(variable, named(name), again);
      await process().apply(variable, named(name), unchanged, again);
      assert.deepEqual(emulator.writes(), []);
    });

  it("a certificate is not narrowed under an unchanged redeployment that lists it: the plan says so", async () => {
    const kept = await process().run(certificate, backend());
    const listing: RawInputs = { branch: "main", certificates: names(emulator), variables: [] };
    const deployed = await process().run(redeployment, listing);
    // when
    const engine = process();
    await engine.plan(certificate, backend(issued, { environments: ["preview"] }), kept);
    // then
    await assert.rejects(
      engine.plan(redeployment, listing, deployed),
      /certificates lists 'backend_\w+', whose `environments` no longer include production.*ZUPLO1316/s,
    );
    assert.equal(await action(redeployment, listing, deployed), "nothing");
    // and both may move to a branch of another type
    const moving = process();
    await moving.plan(certificate, backend(issued, { environments: ["preview"] }), kept);
    const moved = await moving.plan(redeployment, { ...listing, branch: "staging" }, deployed);
    assert.equal(moved.action, "replace");
  });

  it("a redeployment that is applied after another one of its deployment does what was planned", async () => {
    const config = (commit: string, more: RawInputs = {}): RawInputs => ({
      branch: "main",
      certificates: [],
      variables: [],
      triggers: { commit },
      ...more,
    });
    const one = await process().run(redeployment, config("a"));
    const two = await process().run(redeployment, config("b"));
    const early = await process().plan(redeployment, config("b", { timeout: "30s" }), two);
    const applying = process();
    await applying.run(redeployment, config("c"), one);
    await applying.planAgain(redeployment, config("b", { timeout: "30s" }), early, two);
  });

  it("a binding that is applied after another one of its deployment does what was planned", async () => {
    const binding = "zuplo_mtls_binding";
    const config = (namePrefix: string, { chain, privateKey }: Issued, more: RawInputs = {}): RawInputs => ({
      namePrefix,
      certificate: chain,
      privateKeyWo: privateKey,
      variable: `${namePrefix.toUpperCase()}_MTLS_CERT`,
      stages: [{ branches: ["main"] }],
      ...more,
    });
    const one = await process().run(binding, config("one", issued));
    const two = await process().run(binding, config("two", issued));
    const changed = config("two", issued, { warnBefore: "10d" });
    const early = await process().plan(binding, changed, two);
    const applying = process();
    await applying.run(binding, config("one", await emulator.authority.issue()), one);
    await applying.planAgain(binding, changed, early, two);
  });

  it("a certificate that is gone leaves the state, and one that cannot be read does not", async () => {
    const kept = await process().run(certificate, backend());
    emulator.loseAccess(403);
    await assert.rejects(process().read(certificate, kept), Refused);
    emulator.restoreAccess();
    await process().delete(certificate, kept);
    assert.deepEqual(names(emulator), []);
    assert.equal(await process().read(certificate, kept), undefined);
  });

  const token = (valueWo: string, valueWoVersion: number): RawInputs => ({
    branch: "main",
    name: "TOKEN",
    isSecret: true,
    valueWo,
    valueWoVersion,
  });

  it("a secret variable: only its version tells that the value is another", async () => {
    const kept = await process().run(variable, token("first-secret", 1));
    assert.equal(emulator.variables("main").TOKEN, "first-secret");
    assert.equal(await action(variable, token("second-secret", 1), kept), "nothing");
    const updated = await process().run(variable, token("second-secret", 2), kept);
    assert.equal(emulator.variables("main").TOKEN, "second-secret");
    const read = await process().read(variable, updated);
    assert.equal(await action(variable, token("second-secret", 2), read as InState), "nothing");
    for (const { state, private: hidden } of [kept, updated, read as InState])
      assert.doesNotMatch(
        Buffer.concat([state.msgpack ?? [], hidden ?? []].map(Buffer.from)).toString(),
        /secret"?$|-secret/,
      );
  });

  it("a secret variable whose update fails keeps its old version, so that the next run tries again", async () => {
    const kept = await process().run(variable, token("first-secret", 1));
    const remove = emulator.onCall(({ kind }) =>
      kind === "variable.update" ? { status: 400, body: { message: "not now" } } : undefined,
    );
    const failure = await process()
      .run(variable, token("second-secret", 2), kept)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    remove();
    assert.ok(failure instanceof Refused);
    assert.doesNotMatch(failure.message, /second-secret/);
    const stored = failure.newState as InState;
    assert.equal(decode(variable, stored.state)?.valueWoVersion, 1);
    await process().run(variable, token("second-secret", 2), stored);
    assert.equal(emulator.variables("main").TOKEN, "second-secret");
  });

  it("what the engine drops beside a state, where the provider was killed amid an update, is made up for", async () => {
    const { namePrefix: _, ...unnamed } = backend();
    const settle = { ...(await process().run(certificate, unnamed)), private: undefined };
    const secret = { ...(await process().run(variable, token("first-secret", 1))), private: undefined };
    // a certificate without a name of the program's keeps the one that it has
    const read = (await process().read(certificate, settle)) as InState;
    assert.equal(await action(certificate, unnamed, read), "nothing");
    assert.equal(await action(certificate, unnamed, settle), "nothing");
    // a secret is not read into the state, and at most written once more
    const readSecret = (await process().read(variable, secret)) as InState;
    assert.equal(decode(variable, readSecret.state)?.value, undefined);
    const again = await process().run(variable, token("first-secret", 1), readSecret);
    assert.equal(await action(variable, token("first-secret", 1), again), "nothing");
    assert.equal(emulator.variables("main").TOKEN, "first-secret");
  });

  it("a variable that somebody changed is put right", async () => {
    const config = { branch: "main", name: "URL", value: "one" };
    const kept = await process().run(variable, config);
    emulator.hands.setVariable(emulator.project, "main", "URL", "two");
    const read = (await process().read(variable, kept)) as InState;
    assert.equal(decode(variable, read.state)?.value, "two");
    await process().run(variable, config, read);
    assert.equal(emulator.variables("main").URL, "one");
  });

  it("two resources of one variable are refused, in whatever order they come", async () => {
    const engine = process();
    const config = { branch: "main", name: "URL", value: "one" };
    await engine.plan(variable, config);
    await assert.rejects(engine.plan(variable, config), /another zuplo_environment_variable/);
  });

  const deploys = () => calls(emulator.trace, "deployment.deploy").length;
  const main = (name: string, more: RawInputs = {}): RawInputs => ({
    branch: "main",
    certificates: [name],
    variables: [{ branch: "main", name: "BACKEND_MTLS_CERT", value: name }],
    verify: { path: "/health", timeout: "1" },
    ...more,
  });
  const put = async (name: string, value: string) => process().run(variable, { branch: "main", name, value });

  it("a redeployment that fails keeps what is in force, and the next run tries again", async () => {
    const first = decode(certificate, (await process().run(certificate, backend())).state)?.name as string;
    await put("BACKEND_MTLS_CERT", first);
    const kept = await process().run(redeployment, main(first));
    assert.equal(await action(redeployment, main(first), kept), "nothing");
    // given another certificate, and a build that fails
    const next = await emulator.authority.issue();
    const second = decode(certificate, (await process().run(certificate, backend(next))).state)
      ?.name as string;
    await put("BACKEND_MTLS_CERT", second);
    emulator.failNextBuild("main", "syntax error");
    const failure = await process()
      .run(redeployment, main(second), kept)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    // then
    assert.ok(failure instanceof Refused);
    assert.match(failure.message, /syntax error[\s\S]*`terraform apply`/);
    const stored = failure.newState as InState;
    assert.deepEqual(decode(redeployment, stored.state)?.certificates, [first]);
    assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, first);
    // and again without an edit
    const before = deploys();
    const done = await process().run(redeployment, main(second), stored);
    assert.equal(deploys(), before + 1);
    assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, second);
    assert.equal(await action(redeployment, main(second), done), "nothing");
    assertSafe(emulator);
  });

  it("a redeployment whose create fails is not kept, which would destroy it with the next run", async () => {
    emulator.failNextBuild("main", "syntax error");
    const config = { branch: "main", certificates: [], variables: [] };
    const failure = await process()
      .run(redeployment, config)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    assert.ok(failure instanceof Refused);
    assert.equal(decode(redeployment, failure.newState?.state ?? {}), undefined);
  });

  it("a redeployment whose deployment lost a certificate is done again, once", async () => {
    const name = decode(certificate, (await process().run(certificate, backend())).state)?.name as string;
    await put("BACKEND_MTLS_CERT", name);
    const kept = await process().run(redeployment, main(name, { triggers: { version: "1" } }));
    const again = await process().run(redeployment, main(name, { triggers: { version: "2" } }), kept);
    assert.equal(deploys(), 2);
    assert.equal(await action(redeployment, main(name, { triggers: { version: "2" } }), again), "nothing");
  });

  const binding = "zuplo_mtls_binding";
  const stages = [
    { branches: ["staging"], verify: { path: "/health", timeout: "1" } },
    { branches: ["main"], verify: { path: "/health", timeout: "1" } },
  ];
  const bound = (given: Issued, more: RawInputs = {}): RawInputs => ({
    namePrefix: "backend",
    certificate: given.chain,
    privateKeyWo: given.privateKey,
    variable: "BACKEND_MTLS_CERT",
    stages,
    ...more,
  });

  it("a binding rotates in place, one stage after the other, and shows from what to what", async () => {
    const plan = await process().plan(binding, bound(issued));
    assert.equal(plan.planned.fingerprint, issued.fingerprint);
    const kept = await process().run(binding, bound(issued));
    assert.equal(await action(binding, bound(issued), kept), "nothing");
    const read = (await process().read(binding, kept)) as InState;
    assert.equal(await action(binding, bound(issued), read), "nothing");
    // when
    const next = await emulator.authority.issue();
    const rotation = await process().plan(binding, bound(next), read);
    assert.equal(rotation.action, "update");
    const steps = rotation.planned.rotation as RawInputs[];
    assert.deepEqual(
      steps.map(({ deployment, from, to }) => [deployment, from, to]),
      ["staging", "main"].map(branch => [branch, issued.fingerprint, next.fingerprint]),
    );
    assert.deepEqual(steps[1]?.steps, [
      `disable '${names(emulator)[0]}' for production unless a branch needs it`,
      "redeploy once",
      "verify GET /health",
      "roll back if that fails",
    ]);
    const rotated = await process().run(binding, bound(next), read);
    // then
    assert.equal(await action(binding, bound(next), rotated), "nothing");
    assert.equal(names(emulator).length, 1);
    assert.equal(decode(binding, rotated.state)?.certificateName, names(emulator)[0]);
    assertSafe(emulator);
    assert.doesNotMatch(Buffer.from(rotated.private ?? []).toString(), /PRIVATE KEY/);
    await process().delete(binding, rotated);
    assert.deepEqual(names(emulator), []);
  });

  it("a binding of which the engine has dropped all but the attributes is destroyed, and one that is made again is not", async () => {
    const kept = await process().run(binding, bound(issued));
    // a plan as if there were nothing, which is that of both halves of a replacement
    const anew = await process().plan(binding, bound(issued));
    emulator.clearTrace();
    await process().delete(binding, { ...kept, private: anew.response.plannedPrivate });
    assert.deepEqual(emulator.writes(), []);
    await process().delete(binding, { ...kept, private: undefined });
    assert.deepEqual(names(emulator), []);
  });

  it("a binding whose rotation fails says what is in force, and the next run ends it", async () => {
    const kept = await process().run(binding, bound(issued));
    const next = await emulator.authority.issue();
    emulator.failNextBuild("main", "syntax error");
    const failure = await process()
      .run(binding, bound(next), kept)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    assert.ok(failure instanceof Refused);
    assert.match(failure.message, /syntax error/);
    const stored = failure.newState as InState;
    const read = (await process().read(binding, stored)) as InState;
    const done = await process().run(binding, bound(next), read);
    assert.equal(await action(binding, bound(next), done), "nothing");
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
  });

  it("a binding whose first stage fails has not touched the next one", async () => {
    const kept = await process().run(binding, bound(issued));
    const [current = ""] = names(emulator);
    emulator.failNextBuild("staging", "syntax error");
    const next = await emulator.authority.issue();
    await assert.rejects(process().run(binding, bound(next), kept), Refused);
    assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, current);
    assert.equal(emulator.variables("staging").BACKEND_MTLS_CERT, current);
  });

  it("settings that are not known yet are not missing, and nobody is asked", async () => {
    const kept = await process().run(certificate, backend());
    emulator.clearTrace();
    const early = process({ apiKey: unknown, project: unknown, endpoint: unknown });
    assert.equal((await early.plan(certificate, backend(), kept)).action, "nothing");
    const other = backend(await emulator.authority.issue(), { namePrefix: "other" });
    assert.equal((await early.plan(certificate, other)).action, "create");
    assert.deepEqual(await early.read(certificate, kept), kept);
    assert.deepEqual(emulator.trace, []);
  });

  it("the environment's key goes to no endpoint that only a configuration names", async () => {
    const { ZUPLO_API_KEY: before } = globalThis.process.env;
    globalThis.process.env.ZUPLO_API_KEY = emulator.apiKey;
    try {
      const engine = process({ apiKey: undefined });
      await assert.rejects(
        engine.plan(certificate, backend()),
        /`api_key` is not set, and ZUPLO_API_KEY is not sent to an endpoint that only `endpoint` names/,
      );
    } finally {
      if (before === undefined) delete globalThis.process.env.ZUPLO_API_KEY;
      else globalThis.process.env.ZUPLO_API_KEY = before;
    }
    assert.deepEqual(emulator.trace, []);
  });

  it("says what is missing by Terraform's names", async () => {
    const failure = await process({ apiKey: undefined, endpoint: undefined, project: undefined })
      .plan(certificate, backend())
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    assert.ok(failure instanceof Refused);
    assert.match(
      failure.message,
      /`api_key` is not set: set it with `api_key` of provider "zuplo", or with ZUPLO_API_KEY/,
    );
    assert.match(failure.message, /project is not set/);
  });
});

describe("a block of a configuration, before the provider is configured", () => {
  const engine = new StandIn(undefined as never);
  const summaries = async (type: string, config: RawInputs, writeOnlyAttributesAllowed = true) =>
    (await engine.validate(type, config, { writeOnlyAttributesAllowed })).map(({ summary }) => summary);

  it("may be unknown altogether", async () => {
    const config = { namePrefix: unknown, certificate: unknown, environments: unknown };
    assert.deepEqual(await summaries(certificate, config), []);
  });

  it("must tell what a certificate is named by", async () => {
    const config = { certificate: "x", environments: ["preview"] };
    assert.match(String(await summaries(certificate, config)), /^name_prefix is missing/);
    assert.deepEqual(await summaries(certificate, { ...config, name: "a" }), []);
  });

  it("has what is write-only only where the engine keeps it out of the state", async () => {
    const config = { namePrefix: "a", certificate: "x", environments: ["preview"], privateKeyWo: "k" };
    assert.deepEqual(await summaries(certificate, config), []);
    assert.match(
      String(await summaries(certificate, config, false)),
      /^private_key_wo needs Terraform 1\.11/,
    );
    assert.match(
      String(await summaries(certificate, { ...config, privateKey: "k" })),
      /beside `private_key`/,
    );
  });

  it("shows no secret value in clear", async () => {
    const config = { branch: "main", name: "TOKEN", isSecret: true };
    assert.match(String(await summaries(variable, { ...config, value: "v" })), /^value would stand in plans/);
    assert.match(String(await summaries(variable, { ...config, valueWo: "v" })), /needs `value_wo_version`/);
    const long = { ...config, isSecret: true, valueWo: "v", valueWoVersion: "20250101120000123" };
    assert.match(String(await summaries(variable, long)), /value_wo_version has too many digits/);
    assert.deepEqual(await summaries(variable, { ...config, valueWo: "v", valueWoVersion: 1 }), []);
    const [warning] = await engine.validate(
      variable,
      { ...config, value: "v" },
      { writeOnlyAttributesAllowed: false },
    );
    assert.equal(warning?.severity, 2);
    assert.match(
      String(await summaries(variable, { branch: "main", name: "A", valueWo: "v", valueWoVersion: 1 })),
      /needs `is_secret = true`/,
    );
    assert.match(String(await summaries(variable, { branch: "main", name: "A" })), /^value is missing/);
  });

  it("says where each failure is", async () => {
    const config = {
      branch: "main",
      certificates: [],
      variables: [{ branch: "main", name: "", value: "x" }],
      verify: { path: "health" },
    };
    const diagnostics = await engine.validate(redeployment, config);
    assert.deepEqual(
      diagnostics.map(({ attribute }) => attribute?.steps),
      [
        [{ attributeName: "variables" }, { elementKeyInt: 0 }, { attributeName: "name" }],
        [{ attributeName: "verify" }, { attributeName: "path" }],
      ],
    );
  });
});
