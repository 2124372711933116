import assert from "node:assert/strict";
import { type InProcess, openInProcess } from "../../emulator/inProcess";
import { createAuthority, type Issued } from "../../emulator/pki";
import { ensureBranch, ensureProject } from "../../emulator/state/branches";
import { emptyState, type State } from "../../emulator/state/model";

/** Time that stands still until it is moved. */
class Clock {
  private time = Date.UTC(2026, 0, 1);
  private timers: { at: number; callback: () => void }[] = [];

  now = () => this.time;

  after(ms: number, callback: () => void) {
    const timer = { at: this.time + ms, callback };
    this.timers.push(timer);
    return () => void this.timers.splice(this.timers.indexOf(timer), 1);
  }

  async move(ms: number) {
    await new Promise(resolve => setImmediate(resolve));
    this.time += ms;
    const due = this.timers.filter(({ at }) => at <= this.time);
    this.timers = this.timers.filter(({ at }) => at > this.time);
    for (const { callback } of due) callback();
    await new Promise(resolve => setImmediate(resolve));
  }
}

const variable = "BACKEND_MTLS_CERT";
const project = "gateway";
const certificates = `/v1/accounts/acme/projects/${project}/mtls-certificates`;

function newState(): State {
  const state = emptyState("acme");
  ensureProject(state, project);
  ensureBranch(state, project, "main", undefined, "2026-01-01T00:00:00.000Z", "first build");
  return state;
}

describe("emulator within a process", () => {
  let clock: Clock;
  let emulator: InProcess;
  let issued: Issued;

  before(async () => {
    issued = await (await createAuthority()).issue();
  });

  beforeEach(async () => {
    clock = new Clock();
    emulator = await openInProcess({ timing: clock }, { state: newState(), deployMs: 1000 });
  });

  afterEach(() => emulator.stop());

  const call = (method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown) =>
    emulator.call({
      method,
      path,
      headers: { authorization: `Bearer ${emulator.apiKey}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });

  const main = () => {
    const [deployment] = emulator.world.state.deployments;
    assert.ok(deployment);
    return { ...deployment, url: `${emulator.gatewayUrl}/${deployment.name}` };
  };

  async function upload(name: string): Promise<string> {
    const { certificate, privateKey } = issued;
    const { body } = await call("POST", certificates, {
      name,
      certificate,
      key: privateKey,
      environments: ["production"],
    });
    return (JSON.parse(body) as { id: string }).id;
  }

  it("serves a build when the given clock says that it has ended, and not before", async () => {
    const before = emulator.answer(`${main().url}/__zuplo/build`).body;
    await call("POST", `/v1/deployments/${main().name}/deploy`);
    await clock.move(999);
    assert.equal(emulator.answer(`${main().url}/__zuplo/build`).body, before);
    await clock.move(1);
    assert.notEqual(emulator.answer(`${main().url}/__zuplo/build`).body, before);
  });

  it("answers as the runtime does: without a certificate, with one, and with a name that is not bound", async () => {
    assert.equal(emulator.answer(`${main().url}/health`).status, 200);

    await upload("ours");
    emulator.hands.setVariable(project, "main", variable, "ours");
    void emulator.hands.push(project, "main");
    await clock.move(1000);
    const shown = JSON.parse(emulator.answer(`${main().url}/health`).body) as Record<string, string>;
    assert.equal(shown.fingerprint, issued.fingerprint);
    assert.equal(shown.serialNumber, issued.serialNumber.toUpperCase());
    assert.match(String(shown.subject), /^C=US, O=Acme, CN=/);

    emulator.hands.setVariable(project, "main", variable, "missing");
    void emulator.hands.push(project, "main");
    await clock.move(1000);
    const { status, body } = emulator.answer(`${main().url}/health`);
    assert.equal(status, 500);
    assert.match(body, /mTLS certificate binding 'missing' not found/);

    void emulator.hands.pushCode(project, "main", "ours");
    await clock.move(1000);
    assert.equal(emulator.answer(`${main().url}/health`).status, 200, "the code names one itself");
  });

  it("answers 502 where the backend refuses the certificate", async () => {
    emulator.begin({ state: newState(), deployMs: 1000, accepts: () => false });
    await upload("ours");
    emulator.hands.setVariable(project, "main", variable, "ours");
    void emulator.hands.push(project, "main");
    await clock.move(1000);
    assert.equal(emulator.answer(`${main().url}/health`).status, 502);
  });

  it("gives a build what there was at its beginning, where it is told so", async () => {
    emulator.begin({ state: newState(), deployMs: 1000, reads: "start" });
    emulator.hands.setVariable(project, "main", variable, "early");
    void emulator.hands.push(project, "main");
    await clock.move(1);
    emulator.hands.setVariable(project, "main", variable, "late");
    await clock.move(999);
    assert.equal(main().snapshot.variables[variable], "early");
  });

  it("lists a working copy among the deployments of its branch, and not among the environments", async () => {
    emulator.hands.openWorkingCopy(project, "main");
    const deployments = await call("GET", `/v1/accounts/acme/projects/${project}/deployments`);
    const { data } = JSON.parse(deployments.body) as {
      data: { branchName: string; environmentType: string }[];
    };
    assert.deepEqual(
      data.map(({ branchName, environmentType }) => `${branchName} ${environmentType}`),
      ["main PRODUCTION", "main WORKING_COPY"],
    );
    const environments = await call("GET", `/v1/environments?accountName=acme&projectName=${project}`);
    assert.equal((JSON.parse(environments.body) as { data: unknown[] }).data.length, 1);
  });

  it("binds what is enabled for development to a working copy", async () => {
    const id = await upload("ours");
    emulator.hands.enableCertificate(id, ["development"]);
    const copy = emulator.hands.openWorkingCopy(project, "main");
    assert.deepEqual(
      copy.snapshot.bindings.map(({ name }) => name),
      ["ours"],
    );
    assert.equal((await call("DELETE", `${certificates}/${id}`)).status, 409);
  });

  for (const status of [401, 403, 404] as const) {
    it(`answers ${status} to everything while the access is lost, and as before when it is back`, async () => {
      emulator.world.lostAccess = { project: undefined, status };
      assert.equal((await call("GET", certificates)).status, status);
      assert.equal((await call("GET", `/v1/deployments/${main().name}`)).status, status);
      emulator.world.lostAccess = undefined;
      assert.equal((await call("GET", certificates)).status, 200);
    });
  }

  it("takes the access to one project away, its deployments included, and leaves the others", async () => {
    ensureProject(emulator.world.state, "portal");
    emulator.world.lostAccess = { project, status: 404 };
    assert.equal((await call("GET", `/v1/deployments/${main().name}`)).status, 404);
    assert.equal((await call("POST", `/v1/deployments/${main().name}/deploy`)).status, 404);
    assert.equal((await call("GET", `/v1/environments?accountName=acme&projectName=${project}`)).status, 404);
    assert.equal((await call("GET", "/v1/accounts/acme/projects/portal/deployments")).status, 200);
  });

  it("masks or refuses the variables of an environment, where it is told so", async () => {
    emulator.hands.setVariable(project, "main", variable, "ours");
    const read = () => call("GET", `/v1/environments/${main().name}/local-configurations`);
    assert.equal((JSON.parse((await read()).body) as Record<string, string>)[variable], "ours");
    emulator.world.readingVariables = "masked";
    assert.equal((JSON.parse((await read()).body) as Record<string, string>)[variable], "***");
    emulator.world.readingVariables = 429;
    assert.equal((await read()).status, 429);
  });

  it("lets nobody delete by hand what a deployment runs with", async () => {
    const id = await upload("ours");
    void emulator.hands.push(project, "main");
    await clock.move(1000);
    assert.equal(emulator.hands.deleteCertificate(id), false);
    emulator.hands.enableCertificate(id, []);
    void emulator.hands.push(project, "main");
    await clock.move(1000);
    assert.equal(emulator.hands.deleteCertificate(id), true);
    assert.deepEqual(emulator.world.state.certificates, []);
  });

  it("begins another world without anything of the last one", async () => {
    await upload("ours");
    await call("POST", `/v1/deployments/${main().name}/deploy`);
    emulator.begin({ state: newState() });
    await clock.move(10_000);
    assert.deepEqual(JSON.parse((await call("GET", certificates)).body).data, []);
    assert.equal(main().snapshot.buildId, "first build");
    assert.ok(emulator.trace.entries.every(({ type }) => type === "call"));
  });
});
