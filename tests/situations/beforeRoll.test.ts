import assert from "node:assert/strict";
import { type Emulator, type Fault, startEmulator } from "../../emulator";
import { createAuthority } from "../../emulator/pki";
import type { RawInputs } from "../../provider/resources/resource";
import { inProject } from "../support/byHand";
import { type Declared, Stack } from "../support/run";
import { ask, assertPushSafe, assertServedBy, branchesOf, codeOf, failureOf, redeploysOf } from "./expect";
import { binding, certificate, parts, variable, verify } from "./programs";

/** What ends after the variables were set, and before anything is redeployed, must not wait for the next push. */
describe("a Redeployment that fails before its roll", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("main", "staging", "qa"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  /** The backend does not trust its authority. */
  const refused = async () => (await createAuthority()).issue();

  /** The state knows the deployments of a branch by a name that Zuplo no longer has. */
  const rename = (branch: string) => {
    const saved = stack.save();
    const name = `gateway-${branch}-0000000`;
    for (const [key, entry] of saved.entries)
      if (entry.declared.type === "Redeployment" && entry.state.branch === branch)
        saved.entries.set(key, { ...entry, id: name, state: { ...entry.state, deployment: name } });
    stack.restore(saved);
    return name;
  };

  /** The list of deployments tells no address, which is optional in it. */
  const withoutAddresses = async () => {
    const { data: all } = await inProject(emulator, "GET", "/deployments");
    const data = (all as RawInputs[]).map(({ url: _, ...rest }) => rest);
    return emulator.onCall(({ kind }): Fault | undefined =>
      kind === "deployment.list" ? { status: 200, body: { data } } : undefined,
    );
  };

  describe("of a branch that was deleted and pushed again under another name", () => {
    const stages = [{ branches: ["staging"] }, { branches: ["main"], verify }];

    it("is rolled: the branch tells its deployment", async () => {
      // given
      await stack.up(binding(await emulator.authority.issue(), stages));
      rename("main");
      // when
      const next = binding(await emulator.authority.issue(), stages);
      await stack.up(next);
      // then
      const { name } = stack.outputs(next[0]);
      assertServedBy(emulator, "main", name);
      assert.equal(stack.outputs(next.at(-1) as Declared).deployment, emulator.deployment("main").name);
      assert.deepEqual(
        emulator.certificates().map(each => each.name),
        [name],
      );
      // and nothing is left to do, with or without a look
      const before = emulator.writes().length;
      for (const refresh of [false, true]) await stack.up(next, { refresh });
      assert.equal(emulator.writes().length, before);
      await assertPushSafe(emulator, "main", "staging");
      await stack.destroy();
      assert.deepEqual(emulator.certificates(), []);
    });

    it("goes back where the backend refuses the certificate", async () => {
      // given
      const first = binding(await emulator.authority.issue(), stages);
      await stack.up(first);
      const { name } = stack.outputs(first[0]);
      rename("main");
      // when
      const failure = await failureOf(stack.up(binding(await refused(), [{ branches: ["main"], verify }])));
      // then
      assert.match(failure.message, /Rolled back/);
      assert.equal(emulator.variables("main")[variable], name);
      await assertPushSafe(emulator, "main");
    });
  });

  describe("of a branch that was deleted, and not pushed again", () => {
    for (const [title, isKnown] of [
      ["which the state knows", true],
      ["which no state knows", false],
    ] as const)
      it(`puts its variable back, ${title}, and the advice works`, async () => {
        // given
        const first = certificate("backend", await emulator.authority.issue());
        const wanted = isKnown ? ["staging", "qa"] : ["staging"];
        await stack.up(parts(first, wanted));
        const { name } = stack.outputs(first);
        emulator.hands.deleteDeployment(emulator.deployment("qa").name);
        // when
        const failure = await failureOf(
          stack.up(parts(certificate("backend", await refused()), ["qa", "staging"])),
        );
        // then
        assert.equal(codeOf(failure), "ZUPLO1305");
        assert.match(failure.message, /deployment of branch 'qa'.*\n.*Push the branch once/);
        if (isKnown) assert.match(failure.message, /set back to the previous value: 'qa\/BACKEND_MTLS_CERT'/);
        assert.match(failure.message, /'staging\/BACKEND_MTLS_CERT'/);
        assert.equal(emulator.variables("staging")[variable], name);
        if (isKnown) assert.equal(emulator.variables("qa")[variable], name);
        await assertPushSafe(emulator, "staging");
        // when
        await emulator.push("qa");
        if (isKnown) assert.equal(await ask(emulator, "qa"), 200);
        const right = certificate("backend", await emulator.authority.issue());
        await stack.up(parts(right, ["qa", "staging"]));
        // then
        for (const branch of ["staging", "qa"]) assertServedBy(emulator, branch, stack.outputs(right).name);
        await assertPushSafe(emulator, "staging", "qa");
      });

    it("tells of a deployment given by its name how to go on", async () => {
      // given
      const own = certificate("backend", await emulator.authority.issue());
      const deployment = emulator.deployment("main").name;
      const of = (issued: Declared, redeployment: RawInputs) => parts(issued, ["main"], redeployment);
      await stack.up(of(own, { branch: undefined, deployment, verify }));
      const { name } = stack.outputs(own);
      const saved = stack.save();
      const gone = "gateway-main-0000000";
      for (const [key, entry] of saved.entries)
        if (entry.declared.type === "Redeployment")
          saved.entries.set(key, {
            ...entry,
            id: gone,
            inputs: { ...entry.inputs, deployment: gone },
            state: { ...entry.state, deployment: gone },
          });
      stack.restore(saved);
      const next = certificate("backend", await emulator.authority.issue());
      // when
      const failure = await failureOf(stack.up(of(next, { branch: undefined, deployment: gone, verify })));
      // then
      assert.match(failure.message, /\nCorrect the name .* or give its branch instead/);
      assert.equal(emulator.variables("main")[variable], name);
      await assertPushSafe(emulator, "main");
      // when
      await stack.up(of(next, { verify }));
      // then
      assertServedBy(emulator, "main", stack.outputs(next).name);
      await assertPushSafe(emulator, "main");
    });
  });

  describe("of a deployment of which Zuplo tells no address", () => {
    for (const [title, verifies] of [
      ["puts back what it would have verified", true],
      ["goes on where nothing is verified", false],
    ] as const)
      it(title, async () => {
        // given
        const stages = [{ branches: ["staging", "qa"], ...(verifies ? { verify } : {}) }];
        const first = binding(await emulator.authority.issue(), stages);
        await stack.up(first);
        const { name } = stack.outputs(first[0]);
        const heal = await withoutAddresses();
        if (!verifies) {
          const next = binding(await emulator.authority.issue(), stages);
          await stack.up(next);
          assertServedBy(emulator, "staging", stack.outputs(next[0]).name);
          return;
        }
        // when
        const failure = await failureOf(stack.up(binding(await refused(), stages)));
        // then
        assert.equal(codeOf(failure), "ZUPLO1111");
        assert.match(failure.message, /set back to the previous value: .*'qa\/BACKEND_MTLS_CERT'/);
        for (const branch of ["staging", "qa"]) assert.equal(emulator.variables(branch)[variable], name);
        await assertPushSafe(emulator, "staging", "qa");
        // when: the advice is followed
        const before = ["staging", "qa"].map(branch => redeploysOf(emulator, branch));
        const url = (branch: string) => `${emulator.deployment(branch).url}/health`;
        const right = binding(await emulator.authority.issue(), [
          { branches: ["staging"], verify: { url: url("staging") } },
          { branches: ["qa"], verify: { url: url("qa") } },
        ]);
        await stack.up(right);
        // then
        heal();
        for (const branch of ["staging", "qa"])
          assertServedBy(emulator, branch, stack.outputs(right[0]).name);
        assert.deepEqual(
          ["staging", "qa"].map((branch, index) => redeploysOf(emulator, branch) - (before[index] ?? 0)),
          [1, 1],
        );
        assert.equal(emulator.certificates().length, 1);
        await assertPushSafe(emulator, "staging", "qa");
      });
  });
});
