import assert from "node:assert/strict";
import { assertFailed, assertSucceeded } from "../../support/project";
import { calls, names } from "../../support/rotation";
import { ask, assertPushSafe, assertServedBy, redeploysOf } from "../expect";
import { variable } from "../programs";
import { binding, certificate, type Listed, said, uses, withEngine } from "./world";

withEngine(
  "situation 7: a rename without alias goes through, and so does the next rotation",
  ["staging", "main"],
  async world => {
    const { emulator } = world;
    const branches = ["staging", "main"];
    const issued = await emulator.authority.issue();
    await world.up([binding(issued, branches)]);
    // when
    await world.up([binding(issued, branches, { name: "renamed" })]);
    await world.up([binding(await emulator.authority.issue(), branches, { name: "renamed" })]);
    // then
    const [name, ...others] = names(emulator);
    assert.deepEqual(others, []);
    for (const branch of branches) assertServedBy(emulator, branch, name);
    await assertPushSafe(emulator, ...branches);
  },
);

withEngine(
  "situation 7: one of two bindings of a branch can be removed, and the other one serves and rotates",
  ["main"],
  async world => {
    const { emulator } = world;
    const other = "OTHER_MTLS_CERT";
    const one = binding(await emulator.authority.issue(), ["main"], { name: "one" });
    const two = binding(await emulator.authority.issue(), ["main"], { name: "two", variable: other });
    await world.up([one, two]);
    emulator.clearTrace();
    // when
    const run = await world.up([one]);
    // then
    assert.ok(said(run).includes("ZUPLO1209"), run.text);
    assert.equal(redeploysOf(emulator, "main"), 1);
    assert.equal(names(emulator).length, 1);
    await world.up([binding(await emulator.authority.issue(), ["main"], { name: "one" })]);
    const [name, ...others] = names(emulator);
    assert.deepEqual(others, []);
    assertServedBy(emulator, "main", name);
    await emulator.push("main");
    assert.equal(await ask(emulator, "main"), 200);
    const findings = [...emulator.violations, ...emulator.hazards];
    assert.deepEqual(
      findings.filter(finding => finding.variable !== other),
      [],
    );
  },
);

const programs: Record<string, (own: Listed, bound: Listed) => Listed[]> = {
  "a binding": (_own, bound) => [bound],
  parts: own => [own, ...uses("backend", ["staging", "main"])],
};
for (const [what, program] of Object.entries(programs)) {
  withEngine(`situation 8: ${what} can be destroyed right after its up`, ["staging", "main"], async world => {
    const { emulator, project } = world;
    const issued = await emulator.authority.issue();
    await world.up(program(certificate("backend", issued), binding(issued, ["staging", "main"])));
    emulator.clearTrace();
    // when
    const destroyed = await project.destroy();
    // then
    assertSucceeded(destroyed);
    assert.ok(said(destroyed).includes("ZUPLO1209"), destroyed.text);
    assert.deepEqual(names(emulator), []);
    for (const branch of ["staging", "main"]) assert.equal(redeploysOf(emulator, branch), 1, branch);
    const findings = [...emulator.violations, ...emulator.hazards];
    assert.deepEqual(
      findings.filter(finding => finding.variable !== variable),
      [],
    );
  });
}

withEngine(
  "situation 7: a destroy that others stand in the way of writes nothing, and names them",
  ["main", "staging", "pull-1"],
  async world => {
    const { emulator, project } = world;
    await world.up([binding(await emulator.authority.issue(), ["staging", "main"])]);
    await emulator.push("pull-1");
    emulator.clearTrace();
    // when
    const run = await project.destroy();
    // then
    assertFailed(run);
    const text = said(run);
    assert.ok(text.includes("ZUPLO1205") && text.includes("pull-1"), run.text);
    assert.deepEqual(emulator.writes(), []);
    await assertPushSafe(emulator, "staging", "main");
  },
);

withEngine(
  "situation 16: a certificate that only the state forgot is swept by the run that brings it back",
  ["main"],
  async world => {
    const { emulator, project } = world;
    const own = certificate("backend", await emulator.authority.issue());
    await world.up([own, ...uses("backend", ["main"])]);
    const [before] = names(emulator);
    const { urn = "" } = await resourceOf(await project.state(), "MtlsCertificate");
    await project.succeed("state", "delete", urn, "--target-dependents", "--yes");
    // when
    const run = await world.up([own, ...uses("backend", ["main"])]);
    // then
    assert.ok(said(run).includes("ZUPLO1210"), run.text);
    const [name, ...others] = names(emulator);
    assert.deepEqual(others, []);
    assert.notEqual(name, before);
    assertServedBy(emulator, "main", name);
    await assertPushSafe(emulator, "main");
  },
);

withEngine(
  "situation 20: a certificate that is still to be deleted is kept where the program says so now",
  ["main", "pull-1"],
  async world => {
    const { emulator } = world;
    const program = (own: Listed) => [own, ...uses("backend", ["main"])];
    await world.up(program(certificate("backend", await emulator.authority.issue())));
    const [old] = names(emulator);
    await emulator.push("pull-1");
    // given a replacement that could not be finished
    emulator.onCall(({ kind }) =>
      kind === "certificate.delete" && isRefusing ? { status: 401 } : undefined,
    );
    let isRefusing = true;
    const next = await emulator.authority.issue();
    await world.try(program(certificate("backend", next)));
    isRefusing = false;
    emulator.clearTrace();
    // when
    await world.up(program(certificate("backend", next, { onDelete: "retain" })));
    // then
    assert.equal(calls(emulator.trace, "certificate.delete").length, 0);
    assert.ok(names(emulator).includes(old ?? ""));
    await assertPushSafe(emulator, "main");
  },
);

withEngine(
  "situation 22: `deleteBeforeReplace` on a certificate is refused in preview, before anything is called",
  ["main"],
  async world => {
    const { emulator, project } = world;
    const opts = { deleteBeforeReplace: true };
    await world.write([
      certificate("backend", await emulator.authority.issue(), {}, opts),
      ...uses("backend", ["main"]),
    ]);
    const run = await project.preview();
    assertFailed(run);
    assert.ok(said(run).includes("ZUPLO1103"), run.text);
    assert.deepEqual(emulator.trace, []);
  },
);

async function resourceOf(state: string, type: string): Promise<{ urn?: string }> {
  const { deployment } = JSON.parse(state) as { deployment: { resources: { urn: string; type: string }[] } };
  return deployment.resources.find(resource => resource.type.endsWith(`:${type}`)) ?? {};
}

withEngine(
  "a binding whose first verification failed can be refreshed, and destroyed",
  ["main"],
  async world => {
    const { emulator, project } = world;
    const stages = [{ branches: ["main"], verify: { path: "/nowhere", status: 418, timeout: 0.2 } }];
    const failed = await world.try([binding(await emulator.authority.issue(), ["main"], { stages })]);
    assertFailed(failed);
    // when
    assertSucceeded(await project.refresh());
    const destroyed = await project.destroy();
    // then
    assertSucceeded(destroyed);
    assert.deepEqual(names(emulator), []);
  },
);
