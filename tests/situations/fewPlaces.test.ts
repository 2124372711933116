import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import type { RawInputs } from "../../provider/resources/resource";
import { load, redeployedAmong } from "../support/rotation";
import { type Declared, Stack } from "../support/run";
import { assertPushSafe, branchesOf, failureOf, linesOf, setByHand } from "./expect";
import { binding } from "./programs";

const branches = ["staging", "qa"];
const bindings = [1, 2, 3].map(number => ({ name: `backend${number}`, variable: `BACKEND_${number}_CERT` }));
const types = ["MtlsCertificate", "EnvironmentVariable", "Redeployment"];

/** The same bindings, as an engine with one place comes to them: what waits for nothing first. */
function programOf(issued: readonly Issued[], redeployment: RawInputs[] = []): Declared[] {
  const all = bindings.flatMap(({ name, variable }, index) => {
    const verify = { path: `/via/${variable}/`, timeout: 1 };
    const options = { name, variable, redeployment: redeployment[index] ?? {} };
    return binding(issued[index] as Issued, [{ branches, verify }], options);
  });
  return all.toSorted((one, other) => types.indexOf(one.type) - types.indexOf(other.type));
}

/** An engine with fewer places than there are resources brings the redeployments of a deployment one after the other. */
describe("bindings over the same deployments, one after the other", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator({ ...branchesOf(...branches), defaultVariable: "BACKEND_1_CERT" });
    stack = new Stack(emulator);
    await stack.up(programOf(await issue()));
    assert.deepEqual(redeploys(), branches);
  });
  afterEach(() => emulator.stop());

  const issue = () => Promise.all(bindings.map(() => emulator.authority.issue()));
  const certificates = (program: readonly Declared[]) =>
    program.filter(({ type }) => type === "MtlsCertificate").map(one => stack.outputs(one).name);
  const named = (branch: string) => bindings.map(({ variable }) => emulator.variables(branch)[variable]);

  /** The branches that were redeployed since the last call, in order. */
  function redeploys(): (string | undefined)[] {
    const found = redeployedAmong(emulator, branches);
    emulator.clearTrace();
    return found;
  }

  /** Something happens once, while the first redeploy of a branch is asked for. */
  function whileRedeployed(branch: string, work: () => void): void {
    let isDone = false;
    emulator.onCall(({ kind, subject }) => {
      if (kind === "deployment.deploy" && subject === emulator.deployment(branch).name && !isDone) {
        isDone = true;
        work();
      }
      return undefined;
    });
  }

  it("rotate with one redeploy for each deployment, and each is verified", async () => {
    // when
    const traffic = load(emulator, branches, 50);
    const program = programOf(await issue());
    const log = await stack.up(program);
    const { failed } = await traffic.stop();
    // then
    assert.deepEqual(redeploys(), branches);
    assert.deepEqual(linesOf(log, "ZUPLO1417"), []);
    assert.equal(failed, 0);
    for (const branch of branches) assert.deepEqual(named(branch), certificates(program));
    assert.equal(emulator.certificates().length, bindings.length);
    await assertPushSafe(emulator, ...branches);
    // and there is nothing left to do
    emulator.clearTrace();
    await stack.up(program);
    assert.deepEqual(emulator.writes(), []);
  });

  it("go back alone where the backend refuses one whose turn comes late", async () => {
    // given
    const before = named("staging");
    const issued = await issue();
    issued[2] = await (await createAuthority()).issue();
    // when
    const { message } = await failureOf(stack.up(programOf(issued)));
    // then
    assert.match(
      message,
      /Rolled back .*certificate '[^']+' enabled for preview, variable 'staging\/BACKEND_3/,
    );
    for (const branch of branches) {
      const now = named(branch);
      assert.deepEqual(
        now.map((name, index) => name === before[index]),
        [false, false, true],
        branch,
      );
    }
    await assertPushSafe(emulator, ...branches);
    // and the next run ends as an undisturbed one would
    issued[2] = await emulator.authority.issue();
    const program = programOf(issued);
    await stack.up(program);
    for (const branch of branches) assert.deepEqual(named(branch), certificates(program));
    assert.equal(emulator.certificates().length, bindings.length);
  });

  it("are redeployed again where a variable was set by hand while the build was made", async () => {
    // given somebody who mistakes one variable for another
    whileRedeployed("qa", () => {
      const [first] = named("qa");
      void setByHand(emulator, "qa", "BACKEND_3_CERT", String(first));
    });
    // when
    await stack.up(programOf(await issue()));
    // then the build that took it along does not count
    assert.deepEqual(redeploys(), [...branches, "qa"]);
  });

  it("are redeployed again where their triggers have changed: what moves them may come late", async () => {
    await stack.up(programOf(await issue(), [{}, {}, { triggers: ["2"] }]));
    assert.deepEqual(redeploys().toSorted(), [...branches, ...branches].toSorted());
  });
});
