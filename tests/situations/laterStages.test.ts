import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority } from "../../emulator/pki";
import { type Declared, Stack } from "../support/run";
import { ask, assertPushSafe, assertServedBy, branchesOf, failureOf } from "./expect";
import { binding, certificate, named, redeployed, variable, verify } from "./programs";

/** What the first stage refuses must not wait in the variables of those that come later. */
describe("a stage that fails", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("staging", "qa", "main"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  /** The backend does not trust its authority. */
  const refused = async () => (await createAuthority()).issue();
  const stages = [
    { branches: ["staging"], verify },
    { branches: ["qa"], verify },
  ];

  it("leaves no branch of a later stage of its type with the certificate that was refused", async () => {
    // given
    const first = binding(await emulator.authority.issue(), stages);
    await stack.up(first);
    const { name } = stack.outputs(first[0]);
    // when
    const wrong = binding(await refused(), stages);
    const { message } = await failureOf(stack.up(wrong));
    // then
    assert.match(message, /Rolled back .*variable 'qa\/BACKEND_MTLS_CERT' back to its last value/);
    for (const branch of ["staging", "qa"]) assert.equal(emulator.variables(branch)[variable], name);
    await assertPushSafe(emulator, "staging", "qa");
    // and when it is tried in vain again, with the same one and with another one
    for (const again of [wrong, binding(await refused(), stages)]) {
      await failureOf(stack.up(again));
      await assertPushSafe(emulator, "staging", "qa");
    }
    // and when it is mended
    const right = binding(await emulator.authority.issue(), stages);
    await stack.up(right);
    for (const branch of ["staging", "qa"]) assertServedBy(emulator, branch, stack.outputs(right[0]).name);
    await assertPushSafe(emulator, "staging", "qa");
  });

  it("is put back at once, however long it takes to look at the later ones", async () => {
    // given
    await stack.up(binding(await emulator.authority.issue(), stages));
    const qa = emulator.deployment("qa").name;
    let isRolled = false;
    emulator.onCall(({ kind, subject }) => {
      if (kind === "deployment.deploy") isRolled = true;
      return isRolled && kind === "environment.configurations" && subject === qa
        ? { delayMs: 3000 }
        : undefined;
    });
    emulator.clearTrace();
    // when
    await failureOf(stack.up(binding(await refused(), stages)));
    // then
    const [bad, back] = emulator.trace.filter(({ kind }) => kind === "deployment.deploy").map(({ at }) => at);
    const slow = emulator.trace.findLast(
      ({ kind, subject }) => kind === "environment.configurations" && subject === qa,
    );
    assert.ok(bad !== undefined && back !== undefined && slow !== undefined);
    assert.ok(back < slow.at + 2500, "the redeploy that restores did not wait");
    await assertPushSafe(emulator, "staging", "qa");
  });

  it("is tried again with the same certificate once the backend accepts it, and the later stage follows", async () => {
    // given
    await stack.up(binding(await emulator.authority.issue(), stages));
    const authority = await createAuthority();
    const next = binding(await authority.issue(), stages);
    await failureOf(stack.up(next));
    // when
    emulator.backend.setClientAuthorities([emulator.authority.certificate, authority.certificate]);
    await stack.up(next);
    // then
    for (const branch of ["staging", "qa"]) assertServedBy(emulator, branch, stack.outputs(next[0]).name);
    await assertPushSafe(emulator, "staging", "qa");
  });

  it("made of parts, puts back the variables of other types, too, and leaves those of somebody else", async () => {
    // given all variables before the first redeploy
    const program = async (issued: Parameters<typeof certificate>[1]): Promise<Declared[]> => {
      const own = certificate("backend", issued);
      const variables = ["staging", "qa", "main"].map(branch => named(own, branch));
      const [staging, qa, main] = variables as [Declared, Declared, Declared];
      const rolls = [
        redeployed([own], [staging], "staging", { redeployment: { verify } }),
        redeployed([own], [qa], "qa", { redeployment: { verify } }),
        redeployed([own], [main], "main", { redeployment: { verify } }),
      ];
      return [own, ...variables, ...rolls];
    };
    const first = await program(await emulator.authority.issue());
    await stack.up(first);
    const name = stack.outputs(first[0] as Declared).name;
    // when somebody sets one of them while the first stage is verified
    emulator.onCall(({ kind }) => {
      if (kind === "deployment.deploy")
        emulator.hands.setVariable(emulator.project, "qa", variable, String(name).replace(/.$/, "x"));
      return undefined;
    });
    await failureOf(stack.up(await program(await refused())));
    // then
    for (const branch of ["staging", "main"])
      assert.equal(emulator.variables(branch)[variable], name, branch);
    assert.notEqual(emulator.variables("qa")[variable], name);
    await emulator.push("main");
    assert.equal(await ask(emulator, "main"), 200);
  });
});
