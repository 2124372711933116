import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pruned } from "../../cli/prune";
import { type Emulator, spoil, startEmulator } from "../../emulator";
import { type Authority, createAuthority } from "../../emulator/pki";
import { settingsOf } from "../../emulator/settings";
import { blocksOf } from "../docs/blocks";
import { enableByHand, makeByHand } from "../situations/expect";
import { names } from "../support/rotation";
import { cli } from "./capture";

const hourMs = 3_600_000;
const family = "backend_prod_421b";
const nameOf = (generation: number) => `${family}0000000${generation}`;
const old = { environments: [] as string[], hours: 2 };

/** A resource of a stack's export, as far as it is read. */
interface Held {
  name: unknown;
  id?: string;
  delete?: boolean;
  external?: boolean;
  onDelete?: string;
  project?: string;
}

describe("pulumi-zuplo prune", () => {
  let folder: string;
  let authority: Authority;
  let emulator: Emulator;
  before(async () => {
    authority = await createAuthority();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-prune-"));
  });
  afterEach(async () => {
    await emulator?.stop();
    await rm(folder, { recursive: true });
  });

  /** A project with these certificates; `hours` ago they were changed last. */
  async function start(certificates: Record<string, { environments: string[]; hours: number }>) {
    const { chain: certificate, privateKey: key } = await authority.issue();
    const stateFile = join(folder, "zuplo.json");
    await writeFile(
      stateFile,
      JSON.stringify({
        version: 1,
        account: "acme",
        projects: [{ name: "gateway", certificateNames: Object.keys(certificates) }],
        ...{ branches: [], variables: [], deployments: [], caCertificates: [] },
        certificates: Object.entries(certificates).map(([name, { environments, hours }]) => {
          const on = new Date(Date.now() - hours * hourMs).toISOString();
          const stamps = { createdOn: on, updatedOn: on };
          return { id: `cert_${name}`, project: "gateway", name, certificate, key, environments, ...stamps };
        }),
      }),
    );
    emulator = await startEmulator({ stateFile, authority, deployMs: 20 });
  }

  async function stackOf(...held: Held[]): Promise<string> {
    const path = join(folder, "stack.json");
    const resources = held.map(({ name, id = `cert_${name}`, onDelete, project, ...flags }) => ({
      type: "zuplo:index:MtlsCertificate",
      urn: `urn:pulumi:prod::shop::zuplo:index:MtlsCertificate::backend`,
      id,
      inputs: { name, ...(onDelete === undefined ? {} : { onDelete }) },
      outputs: { name, ...(project === undefined ? {} : { project }) },
      ...flags,
    }));
    await writeFile(path, JSON.stringify({ version: 3, deployment: { resources } }));
    return path;
  }

  const prune = (...args: string[]) => cli(["prune", ...args], { env: settingsOf(emulator) });
  const json = async (...args: string[]) => JSON.parse((await prune(...args, "--json")).stdout) as Pruned;
  const outcomes = ({ certificates }: Pruned) =>
    Object.fromEntries(certificates.map(({ name, outcome }) => [name, outcome]));

  it("leaves what a deploy may have released just now, since Zuplo's edge takes time for it", async () => {
    await start({ [nameOf(1)]: old });
    const settling = async (settle: string) => {
      const { stdout } = await cli(["prune", family], {
        env: { ...settingsOf(emulator), ZUPLO_SETTLE: settle },
      });
      return stdout.split("\n")[2];
    };
    const reason = "a deploy of the last 3600 s may have released it, and Zuplo's edge needs time to follow";
    assert.equal(await settling("1h"), `left         ${nameOf(1)}  ${reason}`);
    assert.equal(await settling("0"), `to delete    ${nameOf(1)}`);
  });

  it("deletes what is enabled only for a type without deployments: some APIs cannot disable it otherwise", async () => {
    await start({ [nameOf(1)]: { environments: ["development"], hours: 2 } });
    emulator.answerWith({ emptyEnvironments: 400 });
    const pruned = await json(family, "--yes");
    assert.deepEqual(
      pruned.certificates.map(({ outcome, reasons }) => [outcome, reasons]),
      [["deleted", []]],
    );
  });

  it("leaves what is enabled for a production that a limited key does not see", async () => {
    await start({ [nameOf(1)]: { environments: ["production"], hours: 2 } });
    const ZUPLO_API_KEY = emulator.addKey({ environmentTypes: ["preview"], certificatesBy: "project" });
    const { stdout } = await cli(["prune", family], { env: { ...settingsOf(emulator), ZUPLO_API_KEY } });
    assert.match(stdout, /^left +backend_prod_421b00000001 {2}it is enabled for production/m);
  });

  it("lists what it would delete, and what it leaves and why, and changes nothing", async () => {
    // given
    await start({
      [nameOf(1)]: old,
      [nameOf(2)]: { environments: ["preview"], hours: 2 },
      [nameOf(3)]: { environments: [], hours: 0.5 },
      [nameOf(4)]: old,
    });
    await makeByHand(emulator, "main", "BACKEND_MTLS_CERT", nameOf(4));
    emulator.clearTrace();
    // when
    const { code, stdout } = await prune(family);
    // then
    assert.deepEqual(stdout.split("\n"), [
      "acme/gateway: 1 to delete, 3 left",
      "",
      `to delete    ${nameOf(1)}`,
      `left         ${nameOf(2)}  it is enabled for preview; ${bound("staging")}`,
      `left         ${nameOf(3)}  it was changed within the last hour`,
      `left         ${nameOf(4)}  the variable 'main/BACKEND_MTLS_CERT' names it`,
      "",
      "Nothing was deleted. Add --yes to delete.",
      "",
    ]);
    assert.equal(code, 0);
    assert.deepEqual(emulator.writes(), []);
    // and the guide shows the same
    const shown = blocksOf("docs/guides/stuck-certificates.md").find(({ text }) =>
      text.startsWith("acme/gateway: "),
    );
    assert.equal(shown?.text, stdout.replaceAll(family, "backend_prod_8d80"));
  });

  it("deletes it with --yes, and has nothing to do the next time", async () => {
    // given
    await start({ [nameOf(1)]: old, [nameOf(2)]: { ...old, environments: ["preview"] }, somebodys: old });
    // when
    const { code, stdout } = await prune(family, "--yes");
    // then
    assert.match(stdout, new RegExp(`^deleted      ${nameOf(1)}$`, "m"));
    assert.equal(code, 0);
    assert.deepEqual(names(emulator), [nameOf(2), "somebodys"]);
    // and
    emulator.clearTrace();
    assert.equal((await prune(family, "--yes")).code, 0);
    assert.deepEqual(emulator.writes(), []);
  });

  it("takes a fixed name, and the id of a certificate", async () => {
    await start({ somebodys: old, others: old });
    assert.deepEqual(outcomes(await json("somebodys", "--yes")), { somebodys: "deleted" });
    assert.deepEqual(outcomes(await json("cert_others", "--yes")), { others: "deleted" });
  });

  it("deletes nothing by a prefix without lineage, and tells the one with it", async () => {
    await start({ [nameOf(1)]: old });
    const { code, stdout } = await prune("backend_prod", "--yes");
    assert.match(
      stdout,
      /No certificate matches 'backend_prod'\. A prefix ends with its lineage: 'backend_prod_421b'\./,
    );
    assert.equal(code, 0);
    assert.deepEqual(names(emulator), [nameOf(1)]);
  });

  it("leaves what a stack has, also where it is still to be deleted or being made, and what it keeps", async () => {
    // given
    const kept = "ledger_prod_91c200000001";
    await start({ [nameOf(1)]: old, [nameOf(2)]: old, [nameOf(3)]: old, [kept]: old });
    const path = await stackOf(
      { name: nameOf(1) },
      { name: nameOf(2), delete: true },
      { name: "ledger_prod_91c200000002", onDelete: "retain" },
      { name: "others_prod_00aa00000001", external: true },
    );
    // when
    const found = await json("--stack-export", path, "--yes");
    // then
    assert.deepEqual(outcomes(found), {
      [nameOf(1)]: "left",
      [nameOf(2)]: "left",
      [nameOf(3)]: "deleted",
      [kept]: "left",
    });
    const [[current = ""] = [], [pending = ""] = []] = found.certificates.map(({ reasons }) => reasons);
    assert.equal(current, "the stack has it");
    assert.match(pending, /is a pending delete of the stack/);
  });

  it("leaves what a stack had begun to make, and what another stack owns", async () => {
    // given
    const foreign = "others_prod_00aa00000002";
    await start({ [nameOf(1)]: old, [nameOf(2)]: old, [foreign]: old });
    const type = "pulumi-nodejs:dynamic/zuplo:MtlsCertificate";
    const path = join(folder, "stack.json");
    const deployment = {
      resources: [{ type, id: "cert_gone", outputs: { name: nameOf(9) } }],
      pending_operations: [{ type: "creating", resource: { type, inputs: { name: nameOf(1) } } }],
    };
    deployment.resources.push(
      Object.assign(
        { type, id: "cert_x", outputs: { name: "others_prod_00aa00000001" } },
        { external: true },
      ),
    );
    await writeFile(path, JSON.stringify({ version: 3, deployment }));
    // then
    assert.deepEqual(outcomes(await json("--stack-export", path, "--yes")), {
      [nameOf(1)]: "left",
      [nameOf(2)]: "deleted",
    });
    assert.deepEqual(names(emulator), [nameOf(1), foreign]);
  });

  it("goes to the project in which the stack's certificates live, where nothing else is said", async () => {
    await start({ [nameOf(1)]: old });
    const path = await stackOf({ name: nameOf(2), project: "gateway" });
    const { ZUPLO_PROJECT: _, ...env } = settingsOf(emulator);
    assert.match(
      (await cli(["prune", "--stack-export", path], { env })).stdout,
      /^acme\/gateway: 1 to delete/,
    );
    assert.match(
      (await prune("--stack-export", await stackOf({ name: nameOf(2), project: "other" }))).stdout,
      /The stack has certificates in 'acme\/other', too/,
    );
  });

  it("leaves what somebody enables while it looks", async () => {
    // given
    await start({ [nameOf(1)]: old });
    let isEnabled = false;
    emulator.onCall(async ({ kind }) => {
      if (kind !== "environment.configurations" || isEnabled) return undefined;
      isEnabled = true;
      await enableByHand(emulator, nameOf(1), ["preview"]);
      return undefined;
    });
    // then
    assert.deepEqual(outcomes(await json(family, "--yes")), { [nameOf(1)]: "left" });
  });

  it("goes on with the others where Zuplo does not delete one, and ends with 1", async () => {
    // given
    await start({ [nameOf(1)]: old, [nameOf(2)]: old });
    emulator.onCall(spoil(({ kind }) => kind === "certificate.delete", { status: 401 }, 1));
    // when
    const { code, stdout } = await prune(family, "--yes", "--json");
    // then
    assert.deepEqual(outcomes(JSON.parse(stdout) as Pruned), {
      [nameOf(1)]: "failed",
      [nameOf(2)]: "deleted",
    });
    assert.equal(code, 1);
  });

  it("says where it could not look", async () => {
    // given
    await start({ [nameOf(1)]: old });
    emulator.onCall(spoil(({ kind }) => kind === "environment.configurations", { status: 403 }, 99));
    // then
    assert.match((await prune(family)).stdout, /Zuplo does not show every variable of main, staging\./);
  });

  it("has to be told what it may delete, in one way", async () => {
    await start({ [nameOf(1)]: old });
    for (const args of [[], [family, "--stack-export", "-"]]) {
      const { code, stderr } = await prune(...args);
      assert.match(stderr, /Tell prune what it may delete, in one of two ways/);
      assert.equal(code, 64);
    }
  });

  it("never shows what stands in a file that is no export", async () => {
    await start({});
    const path = join(folder, "stack.json");
    for (const text of ["s3cret", '{"secret": "s3cret"}', '{"deployment": {"resources": "s3cret"}}']) {
      await writeFile(path, text);
      const { code, stdout, stderr } = await prune("--stack-export", path);
      assert.match(stderr, /this is not an export of a stack/);
      assert.ok(!(stdout + stderr).includes("s3cret"));
      assert.equal(code, 1);
    }
    const { stderr } = await prune("--stack-export", "/dev/zero");
    assert.match(stderr, /this is not a regular file/);
  });

  function bound(branch: string): string {
    const { name } = emulator.deployment(branch);
    return `it may be bound by 1 deployment: ${name} (preview, branch ${branch})`;
  }
});
