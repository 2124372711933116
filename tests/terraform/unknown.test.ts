import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import { type RawInputs, unknown } from "../../provider/resources/resource";
import { calls, names } from "../support/rotation";
import { Refused, StandIn } from "./standIn";

const certificate = "zuplo_mtls_certificate";
const variable = "zuplo_environment_variable";
const binding = "zuplo_mtls_binding";
const authority = "zuplo_client_mtls_ca_certificate";

/** The engine plans twice: in the plan, where an argument may come from what is not made yet, and right before it acts. */
describe("an argument that Terraform does not know when it plans", () => {
  let emulator: Emulator;
  let issued: Issued;

  beforeEach(async () => {
    emulator = await startEmulator({ deployMs: 20 });
    issued = await emulator.authority.issue();
  });
  afterEach(() => emulator.stop());

  const process = (settings: RawInputs = {}) => new StandIn(emulator, settings);
  const bound = (more: RawInputs = {}, { chain, privateKey } = issued): RawInputs => ({
    namePrefix: "backend",
    certificate: chain,
    privateKeyWo: privateKey,
    variable: "BACKEND_MTLS_CERT",
    stages: [{ branches: ["staging"] }, { branches: ["main"] }],
    ...more,
  });

  const arguments_: Record<string, { before: unknown; after: unknown[] }> = {
    triggers: { before: { v: "1" }, after: [{ v: "1" }, { v: "2" }] },
    namePrefix: { before: "backend", after: ["backend", "other"] },
    variable: { before: "BACKEND_MTLS_CERT", after: ["BACKEND_MTLS_CERT", "OTHER"] },
    rollback: { before: true, after: [true, false] },
    warnBefore: { before: "10d", after: ["10d", "20d"] },
  };
  for (const [name, { before, after }] of Object.entries(arguments_))
    for (const value of after)
      it(`of a binding comes true as it was planned: ${name} turns out to be ${JSON.stringify(value)}`, async () => {
        const kept = await process().run(binding, bound({ [name]: before }));
        const next = await emulator.authority.issue();
        for (const one of [issued, next]) {
          const early = await process().plan(binding, bound({ [name]: unknown }, one), kept);
          await process().planAgain(binding, bound({ [name]: value }, one), early, kept);
        }
      });

  for (const value of ["backend", "other"])
    it(`of a certificate comes true as it was planned: its prefix turns out to be ${value}`, async () => {
      const config = (namePrefix: unknown): RawInputs => ({
        namePrefix,
        certificate: issued.chain,
        privateKeyWo: issued.privateKey,
        environments: ["preview"],
      });
      const kept = await process().run(certificate, config("backend"));
      const early = await process().plan(certificate, config(unknown), kept);
      assert.equal(early.action, "replace");
      assert.equal(early.planned.name, unknown);
    });

  it("never makes it delete a CA certificate that callers need", async () => {
    const { certificate: first } = await createAuthority();
    const { certificate: second } = await createAuthority();
    const config = (pem: unknown, more: RawInputs = {}) => ({ name: "partners", certificate: pem, ...more });
    const kept = await process().run(authority, config(first));
    // given
    const early = await process().plan(authority, config(unknown), kept);
    assert.equal(early.action, "update");
    // then the same one is nothing, and another one is refused before anything is done
    await process().planAgain(authority, config(first), early, kept);
    await assert.rejects(process().plan(authority, config(second), kept), /ZUPLO1106/);
    assert.deepEqual(calls(emulator.trace, "ca-certificate.delete"), []);
    // and where no caller needs it, it is replaced
    const planned = await process().plan(authority, config(unknown, { onReplace: "delete" }), kept);
    assert.equal(planned.action, "replace");
  });

  it("may turn out not to be given, where another one is given in its place", async () => {
    const secret = { branch: "main", name: "URL", isSecret: true, valueWo: "v", valueWoVersion: 1 };
    const ways: [string, RawInputs, RawInputs][] = [
      [variable, { ...secret, isSecret: unknown, value: unknown }, { ...secret, value: "v" }],
      [variable, { branch: "main", name: "URL", value: "v", valueWo: unknown }, { ...secret, value: "v" }],
      [binding, bound({ privateKey: unknown }), bound({ privateKey: issued.privateKey })],
      [binding, bound({ privateKey: issued.privateKey, privateKeyWo: unknown }), bound({ privateKey: "k" })],
    ];
    for (const [type, early, both] of ways) {
      const errors = (await process().validate(type, early)).filter(({ severity }) => severity === 1);
      assert.deepEqual(errors, [], type);
      // Once both are known, a plan says so, too.
      await assert.rejects(process().plan(type, both), /ZUPLO1109/);
    }
  });

  it("of the provider is not looked for in the environment, and nobody is asked for data", async () => {
    const config = { branch: "main", name: "URL", value: "one" };
    const kept = await process().run(variable, config);
    const { ZUPLO_PROJECT: before } = globalThis.process.env;
    globalThis.process.env.ZUPLO_PROJECT = "other";
    try {
      const early = process({ project: unknown });
      assert.equal((await early.plan(variable, config, kept)).action, "nothing");
      emulator.clearTrace();
      await assert.rejects(
        early.ask("zuplo_deployments", {}),
        (error: unknown) =>
          error instanceof Refused && /`project` of provider "zuplo".*ZUPLO1112/s.test(error.message),
      );
      assert.deepEqual(emulator.trace, []);
      await early.ask("zuplo_deployments", { project: emulator.project });
    } finally {
      if (before === undefined) delete globalThis.process.env.ZUPLO_PROJECT;
      else globalThis.process.env.ZUPLO_PROJECT = before;
    }
    assert.deepEqual(names(emulator), []);
  });
});
