import assert from "node:assert/strict";
import { Program } from "../../provider/program/program";
import type { RollState } from "../../provider/program/redeployments";
import { halfWay } from "../../provider/rotation/halfWay";

const step = { before: ["old"], wanted: ["new"] };

interface Known {
  has?: string;
  roll?: RollState;
}

/** A program of a project with a Redeployment for each of these branches, and a binding that also uses the others. */
function programOf(branches: Record<string, Known>, others: string[] = []): Program {
  const program = new Program();
  const identityOf = (resource: string) => ({ project: "shop", stack: "prod", parents: "", resource });
  const certificate = identityOf("backend");
  program.certificates.note(certificate, {
    name: "new",
    project: "gateway",
    environments: ["preview", "production"],
    onDelete: "delete",
    uses: { variable: "CERT", branches: [...Object.keys(branches), ...others], deployments: [] },
  });
  for (const [branch, { has, roll }] of Object.entries(branches)) {
    const before =
      has === undefined
        ? undefined
        : { certificates: [has], variables: [{ branch, name: "CERT", value: has }] };
    program.redeployments.note(identityOf(branch), {
      branch,
      project: "gateway",
      certificates: ["new"],
      variables: [{ branch, name: "CERT", value: "new" }],
      before,
    });
    if (roll !== undefined) program.redeployments.noteRoll(identityOf(branch), roll);
  }
  return program;
}

const told = (program: Program) => halfWay(program, "gateway", step);

describe("what a rotation that fails says of the way it has gone", () => {
  it("tells which deployment has which certificate, what comes next, and the way back", () => {
    const program = programOf(
      { staging: { has: "old", roll: "rolled" }, canary: { has: "new" }, main: { has: "old", roll: "back" } },
      ["asia"],
    );
    assert.deepEqual(told(program), [
      "Half-way: 'staging' and 'canary' have 'new'; 'main' has 'old'; 'asia' is still to come.",
      "Next: {{apply}} goes on with 'main' and 'asia', and leaves 'staging' and 'canary' as they are." +
        "{{inTheWay}}",
      "Way back: put the old PEM and its key into the program, and run {{apply}}.",
    ]);
  });

  it("claims nothing of what is under way, or has failed without a rollback", () => {
    const program = programOf({
      dev: { has: "old", roll: "begun" },
      staging: { has: "old", roll: "failed" },
      main: { has: "old" },
    });
    assert.equal(
      told(program)[0],
      "Half-way: nothing has 'new' in service; 'main' has 'old'; 'dev' is under way; it is not known what 'staging' has.",
    );
  });

  it("says nothing where nothing was rotated", () => {
    const program = programOf({ main: { roll: "failed" } });
    assert.deepEqual(halfWay(program, "gateway", { before: [], wanted: ["new"] }), []);
    assert.deepEqual(halfWay(program, "gateway", { before: ["new"], wanted: ["new"] }), []);
    assert.deepEqual(halfWay(program, "gateway", { before: ["old", "new"], wanted: ["new"] }), []);
  });

  it("looks at its own project only", () => {
    const [first] = halfWay(programOf({ main: { has: "old" } }), "other", step);
    assert.equal(first, "Half-way: nothing has 'new' in service.");
  });
});
