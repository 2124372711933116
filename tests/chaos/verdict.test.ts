import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { startLoad } from "../../emulator/load";
import { inProject, upload } from "../support/byHand";
import { variable } from "./program";
import { settleNeighbour } from "./scene";
import {
  holdsSecret,
  neighbour,
  problemsOfDestroy,
  problemsOfLoad,
  problemsOfRotation,
  redeployProblems,
  unsafeNow,
} from "./verdict";

const environments = ["preview", "production"];
const branches = ["staging", "main"];

describe("the verdict over a cell of the chaos matrix", () => {
  let emulator: Emulator;
  let id: string;

  beforeEach(async () => {
    // given two certificates in service
    emulator = await startEmulator({ branches: branches.map(name => ({ name })), deployMs: 1 });
    await settleNeighbour(emulator);
    id = await upload(emulator, "backend", await emulator.authority.issue());
    for (const branch of branches) {
      const body = { name: variable, isSecret: false, value: "backend" };
      await inProject(emulator, "POST", `/branches/${branch}/variables`, body);
      await emulator.push(branch);
    }
  });

  afterEach(() => emulator.stop());

  it("finds a key in a state, and no secret where there is none", async () => {
    const { privateKey, chain } = await emulator.authority.issue();
    assert.ok(holdsSecret(JSON.stringify({ privateKey }), emulator));
    assert.ok(holdsSecret(JSON.stringify({ token: emulator.apiKey }), emulator));
    assert.ok(!holdsSecret(JSON.stringify({ chain, privateKey: { ciphertext: "v1:x" } }), emulator));
  });

  const patch = (certificate: string, those: string[]) =>
    inProject(emulator, "PATCH", `/mtls-certificates/${certificate}`, { environments: those });
  const idOf = (name: string) => emulator.certificates().find(one => one.name === name)?.id ?? "";

  it("is good where one certificate serves every environment", () => {
    assert.deepEqual(problemsOfRotation(emulator), []);
    assert.deepEqual(unsafeNow(emulator, []), []);
  });

  it("tells of a moment at which a push would break, although it has passed", async () => {
    await patch(id, ["preview"]);
    assert.match(
      unsafeNow(emulator, []).join(),
      /^a push of main would break: BACKEND_MTLS_CERT names backend/,
    );
    await patch(id, environments);
    assert.match(problemsOfRotation(emulator).join(), /^hazard at main: certificate 'backend' is not bound/);
    assert.deepEqual(unsafeNow(emulator, []), []);
  });

  it("tells of a certificate too many", async () => {
    await upload(emulator, "left", await emulator.authority.issue());
    assert.match(problemsOfRotation(emulator).join(), /^2 certificates: backend, left/);
  });

  it("of a destroy is good once the certificate is gone from everywhere, whatever its variables name", async () => {
    assert.notDeepEqual(problemsOfDestroy(emulator, "backend", 2), []);
    await patch(id, []);
    await Promise.all(branches.map(branch => emulator.push(branch)));
    await inProject(emulator, "DELETE", `/mtls-certificates/${id}`);
    assert.deepEqual(problemsOfDestroy(emulator, "backend", 2), []);
    assert.deepEqual(unsafeNow(emulator, ["backend"]), []);
  });

  it("of a destroy tells what was done to somebody else's certificate", async () => {
    await patch(idOf(neighbour.certificate), []);
    assert.match(unsafeNow(emulator, ["backend"]).join(), /NEIGHBOUR_MTLS_CERT names neighbour/);
    const problems = problemsOfDestroy(emulator, "backend", 2).join();
    assert.match(problems, /somebody else's certificate is enabled for/);
    assert.match(problems, /hazard at staging: certificate 'neighbour' is not bound/);
  });

  it("counts requests that failed, and is not good without any", async () => {
    const begin = () => startLoad({ urls: emulator.deployments().map(({ url }) => url), ratePerSecond: 100 });
    const loadForAWhile = async () => {
      const load = begin();
      await new Promise(resolve => setTimeout(resolve, 100));
      return problemsOfLoad(await load.stop());
    };
    assert.deepEqual(await loadForAWhile(), []);
    assert.match(problemsOfLoad(await begin().stop()).join(), /no request was sent/);
    await patch(id, []);
    await emulator.push("main");
    assert.match(
      (await loadForAWhile()).join(),
      /^\d+ of \d+ requests failed, the first one at http.*: 500$/,
    );
  });

  it("allows a redeploy for each environment that is not done, and one for each that was put back", () => {
    assert.deepEqual(
      redeployProblems(3, [
        { count: 5, done: 0, rolledBack: 2 },
        { count: 1, done: 2, rolledBack: 0 },
      ]),
      [],
    );
    assert.equal(redeployProblems(3, [{ count: 4, done: 0, rolledBack: 0 }]).length, 1);
    assert.equal(redeployProblems(3, [{ count: 2, done: 2, rolledBack: 0 }]).length, 1);
  });
});
