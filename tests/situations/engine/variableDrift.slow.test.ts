import assert from "node:assert/strict";
import { assertSucceeded } from "../../support/project";
import { names } from "../../support/rotation";
import { assertPushSafe, assertServedBy, forgive, setByHand } from "../expect";
import { variable } from "../programs";
import { binding, withEngine } from "./world";

const branches = ["staging", "main"];

withEngine(
  "a variable that was set by hand, and taken on by a push, is put right after a refresh",
  branches,
  async world => {
    const { emulator, project } = world;
    const kinds = () => emulator.writes().map(({ kind }) => kind);
    await world.up([binding(await emulator.authority.issue(), branches)]);
    const [name = ""] = names(emulator);
    await setByHand(emulator, "main", variable, "by_hand");
    await emulator.push("main");
    // when
    assertSucceeded(await project.refresh());
    emulator.clearTrace();
    assertSucceeded(await project.up());
    // then
    assert.deepEqual(kinds(), ["variable.update", "deployment.deploy"]);
    assertServedBy(emulator, "main", name);
    // when somebody sets it back before the up, only what the refresh remembers tells of the push in between
    await setByHand(emulator, "main", variable, "by_hand");
    await emulator.push("main");
    assertSucceeded(await project.refresh());
    await setByHand(emulator, "main", variable, name);
    assertSucceeded(await project.refresh());
    emulator.clearTrace();
    assertSucceeded(await project.up());
    // then
    assert.deepEqual(kinds(), ["deployment.deploy"]);
    assertServedBy(emulator, "main", name);
    // and that was all
    assertSucceeded(await project.refresh("--expect-no-changes"));
    assertSucceeded(await project.up("--expect-no-changes"));
    assert.deepEqual(kinds(), ["deployment.deploy"]);
    forgive(emulator);
    await assertPushSafe(emulator, ...branches);
  },
);
