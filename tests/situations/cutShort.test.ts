/** A run that set its variables and came no further; the backend refuses the certificate of the next one. */
import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import { type Declared, Stack } from "../support/run";
import { ask, branchesOf, failureOf, linesOf, setByHand } from "./expect";
import { binding, certificate, named, parts, redeployed, variable, verify as works } from "./programs";

interface Case {
  title: string;
  branches: readonly string[];
  program(issued: Issued): Declared[];
}

const verify: { path: string; timeout: number; status?: number } = works;
const previews = ["qa", "staging"];
const cases: Case[] = [
  {
    title: "parts of two types",
    branches: ["staging", "main"],
    program: issued => parts(certificate("backend", issued), ["staging", "main"]),
  },
  {
    title: "a binding with two stages of one type",
    branches: previews,
    program: issued =>
      binding(
        issued,
        previews.map(branch => ({ branches: [branch], verify })),
      ),
  },
];

describe("a run whose certificate is refused, after one that was cut short", () => {
  let emulator: Emulator;
  let stack: Stack;
  let strange: Issued;

  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("qa", "staging", "main"));
    stack = new Stack(emulator);
    strange = await (await createAuthority({ commonName: "Another CA" })).issue();
  });
  afterEach(() => emulator.stop());

  /** Ends before anything is redeployed. */
  async function cutShort(program: Declared[]): Promise<void> {
    const mend = emulator.onCall(({ kind }) =>
      kind === "deployment.deploy" ? { status: 403, body: { title: "No" } } : undefined,
    );
    await failureOf(stack.up(program));
    mend();
  }

  async function assertDisarmed(branches: readonly string[]): Promise<void> {
    for (const branch of branches) {
      assert.equal(await ask(emulator, branch), 200, `${branch}, before a push`);
      await emulator.push(branch);
      assert.equal(await ask(emulator, branch), 200, `${branch}, after a push`);
    }
  }

  for (const { title, branches, program } of cases) {
    describe(`with ${title}`, () => {
      it("leaves no variable with it", async () => {
        await stack.up(program(await emulator.authority.issue()));
        await cutShort(program(strange));
        await failureOf(stack.up(program(strange)));
        await assertDisarmed(branches);
      });

      it("leaves no variable with it where the state of the first one was lost", async () => {
        await stack.up(program(await emulator.authority.issue()));
        const saved = stack.save();
        await cutShort(program(strange));
        stack.restore(saved);
        await failureOf(stack.up(program(strange)));
        await assertDisarmed(branches);
      });

      it("leaves no variable with it where the later Redeployments had not been read", async () => {
        await stack.up(program(await emulator.authority.issue()));
        const next = program(strange);
        await cutShort(next);
        const [first] = branches;
        const isLater = ({ type, name }: Declared) => type === "Redeployment" && !name.endsWith(`-${first}`);
        // As the engine does: what waits for a Redeployment is not checked before that has succeeded.
        await failureOf(
          stack.up(
            next.filter(declared => !isLater(declared)),
            { withoutDeletes: true },
          ),
        );
        await assertDisarmed(branches);
      });

      it("leaves no variable with it where no value can be read", async () => {
        await stack.up(program(await emulator.authority.issue()));
        emulator.readVariablesAs(403);
        await cutShort(program(strange));
        await failureOf(stack.up(program(strange)));
        await assertDisarmed(branches);
      });

      it("rotates once the backend accepts it", async () => {
        const next = program(strange);
        await stack.up(program(await emulator.authority.issue()));
        await cutShort(next);
        await failureOf(stack.up(next));
        const good = program(await emulator.authority.issue());
        await stack.up(good);
        const [name] = emulator.certificates().map(each => each.name);
        assert.equal(emulator.certificates().length, 1);
        for (const branch of branches) assert.equal(emulator.variables(branch)[variable], name);
        await assertDisarmed(branches);
      });
    });
  }

  it("leaves what a stage has taken on since, and proved", async () => {
    // given that only the second stage has rolled to it, where it works
    const program = (issued: Issued, qa = verify) => {
      const own = certificate("backend", issued);
      const [ofQa, ofStaging] = [named(own, "qa"), named(own, "staging")];
      const rolls = [
        redeployed([own], [ofQa], "qa", { redeployment: { verify: qa } }),
        redeployed([own], [ofStaging], "staging", { redeployment: { verify } }),
      ];
      return [own, ofQa, ofStaging, ...rolls];
    };
    await stack.up(program(await emulator.authority.issue()));
    const next = await emulator.authority.issue();
    const { name } = emulator.deployment("qa");
    const mend = emulator.onCall(({ kind, subject }) =>
      kind === "deployment.deploy" && subject === name ? { status: 403, body: { title: "No" } } : undefined,
    );
    await failureOf(stack.up(program(next), { continueOnError: true }));
    mend();
    const served = emulator.served("staging").at(-1)?.certificates[variable];
    // when the first one is refused
    await failureOf(stack.up(program(next, { ...verify, status: 418 })));
    // then
    assert.equal(emulator.variables("staging")[variable], served);
    await assertDisarmed(previews);
  });

  it("sets what a rollback that was killed had put back, before a deployment beside it is redeployed", async () => {
    // given a run that was killed after its rollback had put one variable back, which no state knows
    const program = (issued: Issued) => binding(issued, [{ branches: previews, verify }]);
    const before = program(await emulator.authority.issue());
    await stack.up(before);
    const [old] = emulator.certificates();
    const next = program(await emulator.authority.issue());
    const withoutRedeployments = next.filter(({ type }) => type !== "Redeployment");
    await stack.up(withoutRedeployments, { withoutDeletes: true });
    await setByHand(emulator, "staging", variable, old?.name ?? "");
    // when the write that sets it again takes longer than it takes the other deployment to let the old certificate go
    emulator.onCall(({ kind, subject }) =>
      kind === "variable.update" && subject?.startsWith("staging/") ? { delayMs: 200 } : undefined,
    );
    const atOnce = next.flatMap(({ type, name }) => (type === "Redeployment" ? [name] : []));
    const log = await stack.up(next, { atOnce });
    // then
    assert.deepEqual([...linesOf(log, "ZUPLO1201"), ...linesOf(log, "ZUPLO1204")], []);
    assert.equal(emulator.certificates().length, 1);
    for (const branch of previews)
      assert.equal(emulator.variables(branch)[variable], emulator.certificates()[0]?.name);
    await assertDisarmed(previews);
  });
});
