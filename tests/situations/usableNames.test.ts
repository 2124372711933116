import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { type Declared, Stack } from "../support/run";
import { assertPushSafe, branchesOf, codeOf, failureOf } from "./expect";
import { certificate, variable } from "./programs";

describe("a variable that is to name a certificate of another stack", () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("main"));
  });
  afterEach(() => emulator.stop());

  for (const [kind, next] of [
    ["a generated name", {}],
    ["a name of its own", { name: "client_2027" }],
  ] as const)
    it(`with ${kind} is not set where its branch could not use it`, async () => {
      // given
      const owner = new Stack(emulator, { project: "certificates", stack: "prod" });
      const user = new Stack(emulator, { project: "gateway", stack: "prod" });
      const now = certificate("now", await emulator.authority.issue(), { name: "client_2026" });
      const later = certificate("later", await emulator.authority.issue(), {
        ...next,
        environments: ["preview"],
      });
      await owner.up([now, later]);
      const program = (value: unknown): Declared[] => {
        const set = { branch: "main", name: variable, value };
        const args = { branch: "main", certificates: [value], variables: [set] };
        return [
          { type: "EnvironmentVariable", name: "main", args: set },
          { type: "Redeployment", name: "main", args },
        ];
      };
      await user.up(program("client_2026"));
      // when
      const failure = await failureOf(user.up(program(owner.outputs(later).name)));
      // then
      assert.equal(codeOf(failure), "ZUPLO1303");
      assert.equal(emulator.variables("main")[variable], "client_2026");
      await assertPushSafe(emulator, "main");
    });

  it("may have any value that is no certificate's of ours, whatever the API key sees", async () => {
    // given a certificate of somebody's with an ordinary name
    const owner = new Stack(emulator, { project: "certificates", stack: "prod" });
    const issued = await emulator.authority.issue();
    await owner.up([certificate("other", issued, { name: "staging", environments: ["preview"] })]);
    const user = new Stack(emulator, { project: "gateway", stack: "prod" });
    const set = (value: string): Declared => ({
      type: "EnvironmentVariable",
      name: "mode",
      args: { branch: "main", name: "MODE", value },
    });
    // when
    emulator.onCall(({ kind }) =>
      kind === "certificate.list" ? { status: 403, body: { title: "Forbidden" } } : undefined,
    );
    for (const value of ["staging", "debug"]) await user.up([set(value)]);
    // then
    assert.equal(emulator.variables("main").MODE, "debug");
  });
});
