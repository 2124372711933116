import assert from "node:assert/strict";
import { withEmulator } from "./support";

describe("emulator: safety checkers", () => {
  const test = withEmulator();

  it("finds nothing in a rotation in the right order", async () => {
    const { upload, point, redeploy, inProject, emulator } = test.current;
    const old = await upload("old", test.issued, ["production"]);
    await point("main", "old");
    await redeploy("main");
    await upload("next", await emulator.authority.issue(), ["production"]);
    await point("main", "next");
    await inProject("PATCH", `/mtls-certificates/${old.body.id}`, { environments: [] });
    await redeploy("main");
    assert.equal((await inProject("DELETE", `/mtls-certificates/${old.body.id}`)).status, 204);
    assert.deepEqual(emulator.hazards, []);
    assert.deepEqual(emulator.violations, []);
  });

  it("finds the hazard of disabling before the variable moved, and the violation once somebody pushes", async () => {
    const { upload, point, redeploy, inProject, emulator } = test.current;
    const old = await upload("old", test.issued, ["production"]);
    await point("main", "old");
    await redeploy("main");
    await inProject("PATCH", `/mtls-certificates/${old.body.id}`, { environments: ["preview"] });
    assert.deepEqual(
      emulator.hazards.map(({ branch, variable, value }) => [branch, variable, value]),
      [["main", "BACKEND_MTLS_CERT", "old"]],
    );
    assert.match(emulator.hazards[0]?.reason ?? "", /enabled for preview/);
    assert.deepEqual(emulator.violations, []);
    await emulator.push("main");
    assert.deepEqual(
      emulator.violations.map(({ branch, value }) => [branch, value]),
      [["main", "old"]],
    );
    assert.equal((await fetch(emulator.deployment("main").url)).status, 500);
  });

  it("finds the hazard of disabling what the code names, and the violation once somebody pushes", async () => {
    const { upload, inProject, emulator } = test.current;
    const { hands, project } = emulator;
    const old = await upload("old", test.issued, ["production"]);
    await hands.pushCode(project, "main", "old");
    assert.deepEqual([emulator.hazards, emulator.violations], [[], []]);
    await inProject("PATCH", `/mtls-certificates/${old.body.id}`, { environments: ["preview"] });
    await emulator.push("main");
    for (const found of [emulator.hazards, emulator.violations])
      assert.deepEqual(
        found.map(({ branch, variable, value }) => [branch, variable, value]),
        [["main", "", "old"]],
      );
  });

  it("remembers that a variable named a certificate, whatever it says now", async () => {
    const { upload, point, emulator } = test.current;
    await upload("old", test.issued);
    await point("main", "old");
    await point("main", "typing_error");
    assert.match(emulator.hazards[0]?.reason ?? "", /no certificate named 'typing_error'/);
  });

  it("leaves variables alone that never named a certificate", async () => {
    const { inProject, emulator } = test.current;
    await inProject("POST", "/branches/main/variables", { name: "COLOUR", isSecret: false, value: "red" });
    await emulator.push("main");
    assert.deepEqual([emulator.hazards, emulator.violations], [[], []]);
  });
});
