import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { adapters, certificate, type Listed, uses, World } from "../situations/engine/world";
import { assertServedBy } from "../situations/expect";
import { variable, verify } from "../situations/programs";
import { assertFailed, assertSucceeded } from "../support/project";
import { load, names } from "../support/rotation";
import { fewRows, nameOf, type Readings } from "./readings";
import { lagOf } from "./story";

const branches = ["staging", "main"];
const edgeLagMs = 5000;

type Issued = Parameters<typeof certificate>[1];

function program(issued: Issued, more: { verify?: object } = {}): Listed[] {
  return [certificate("backend", issued), ...uses("backend", branches, { verify, ...more })];
}

/** The same, each resource with the id by which Zuplo's is taken over. */
function imported(resources: readonly Listed[], emulator: Emulator, name: string): Listed[] {
  const { id } = emulator.certificates().find(each => each.name === name) ?? assert.fail(name);
  const ids: Record<string, string> = { backend: id };
  for (const branch of branches) {
    ids[`variable-${branch}`] = `${branch}/${variable}`;
    ids[`redeployment-${branch}`] = emulator.deployment(branch).name;
  }
  return resources.map(each => ({ ...each, opts: { ...each.opts, import: ids[each.key ?? each.name] } }));
}

/** A rotation, a rollback, a refresh without access, an import and a destroy, while callers ask. */
async function live(world: World, row: Readings): Promise<void> {
  const { adapter, emulator, project } = world;
  const issue = () => emulator.authority.issue();
  await world.up(program(await issue()));
  const callers = load(emulator, branches, 30);
  try {
    // when it is rotated
    const rotated = program(await issue());
    await world.up(rotated);
    const name = emulator.variables("main")[variable] ?? "";
    for (const branch of branches) assertServedBy(emulator, branch, name);
    // and a rotation is rolled back
    const wrong = { ...verify, status: 204, timeout: 1 };
    assertFailed(await world.try(program(await issue(), { verify: wrong })));
    for (const branch of branches) assertServedBy(emulator, branch, name);
    await world.up(rotated);
    const again = emulator.variables("main")[variable] ?? "";
    // and nobody may look: then nothing is taken for gone
    emulator.loseAccess(row.noAccess, emulator.project);
    assertFailed(await project.refresh());
    emulator.restoreAccess();
    await hasNothingToDo(world, rotated);
    // and the state is lost, and made anew; only the plugin can do that
    if (adapter === "native") {
      assertSucceeded(await project.run("state", "delete", "--all", "--force", "--yes"));
      await hasNothingToDo(world, imported(rotated, emulator, again));
    }
  } finally {
    // then nobody has noticed
    const { requests, failed, failures } = await callers.stop();
    assert.ok(requests > 0);
    assert.deepEqual([failed, failures[0]], [0, undefined]);
  }
  assert.deepEqual([emulator.violations, emulator.hazards], [[], []]);
  // and nothing is left
  assertSucceeded(await project.destroy());
  if (row.variables === "open") assert.deepEqual(names(emulator), []);
}

async function hasNothingToDo(world: World, resources: readonly Listed[]): Promise<void> {
  world.emulator.clearTrace();
  await world.up(resources);
  assert.deepEqual(world.emulator.writes(), []);
}

async function emulatorOf(row: Readings): Promise<Emulator> {
  const { identity, emptyEnvironments, duplicate, heldDelete, missing, variables, pages, locations, copies } =
    row;
  const emulator = await startEmulator({ deployMs: 300, reads: row.snapshot });
  emulator.identifyBuildsBy(identity);
  emulator.answerWith({ emptyEnvironments, duplicate, heldDelete, missing });
  const { certificatesLag } = lagOf(row.certificatesLag);
  if (certificatesLag !== undefined) emulator.lagCertificates(certificatesLag);
  emulator.readVariablesAs(variables);
  if (pages !== "whole") emulator.limitPagesTo(pages);
  if (locations !== 1) emulator.spreadOver(locations, edgeLagMs);
  emulator.listWorkingCopiesAs(row.copiesAs);
  for (let count = 0; count < copies; count += 1)
    emulator.hands.openWorkingCopy(emulator.project, "main", `developer ${count}`);
  return emulator;
}

describe("whatever Zuplo leaves open, the real engine", () => {
  for (const row of fewRows) {
    for (const adapter of adapters) {
      it(`rotates, rolls back, refreshes and destroys safely: ${nameOf(row)} (${adapter})`, async () => {
        const emulator = await emulatorOf(row);
        const env = { ZUPLO_SETTLE: row.locations === 1 ? "0" : String(edgeLagMs / 1000 + 1) };
        const world = await World.open(adapter, emulator, { env });
        try {
          await live(world, row);
        } finally {
          await world.project.remove();
          await emulator.stop();
        }
      });
    }
  }
});
