import assert from "node:assert/strict";
import { assertSucceeded } from "../../support/project";
import { names } from "../../support/rotation";
import { redeploysOf } from "../expect";
import { variable } from "../programs";
import { binding, said, withEngine } from "./world";

const branches = ["staging", "main"];

withEngine(
  "a removed stage and a destroy leave the variables with valueOnDelete, which the redeploy takes on",
  branches,
  async world => {
    const { emulator, project } = world;
    const issued = await emulator.authority.issue();
    const more = { valueOnDelete: "", environments: ["preview", "production"] };
    await world.up([binding(issued, branches, more)]);
    const [name] = names(emulator);
    // when
    emulator.clearTrace();
    await world.up([binding(issued, ["staging"], more)]);
    // then
    assert.deepEqual(
      emulator.writes().map(({ kind, subject }) => `${kind} ${subject}`),
      [`variable.update main/${variable}`],
    );
    assert.equal(emulator.variables("staging")[variable], name);
    // when
    emulator.clearTrace();
    const run = await project.destroy();
    // then
    assertSucceeded(run);
    assert.deepEqual(names(emulator), []);
    for (const branch of branches) {
      assert.equal(emulator.variables(branch)[variable], "", branch);
      assert.equal(emulator.served(branch).at(-1)?.certificates[variable], undefined, branch);
      assert.equal(redeploysOf(emulator, branch), 1, branch);
    }
    assert.doesNotMatch(said(run), /ZUPLO1209|ZUPLO1307/);
    assert.deepEqual([...emulator.violations, ...emulator.hazards], []);
  },
);
