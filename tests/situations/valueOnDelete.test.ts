import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import { upload } from "../support/byHand";
import { names } from "../support/rotation";
import { CheckFailed, type Declared, Stack } from "../support/run";
import {
  ask,
  assertLogged,
  assertPushSafe,
  assertServedBy,
  branchesOf,
  enableByHand,
  enabledFor,
  failureOf,
  linesOf,
  redeploysOf,
  setByHand,
} from "./expect";
import { binding, variable, verify } from "./programs";

const branches = ["staging", "main"];
const stages = branches.map(branch => ({ branches: [branch], verify }));

describe("the value that a deleted variable is left with", () => {
  let emulator: Emulator;
  let stack: Stack;
  let program: [Declared, ...Declared[]];
  const make = async (valueOnDelete: string, of = stages) => {
    program = binding(await emulator.authority.issue(), of, { valueOnDelete });
    return program;
  };
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf(...branches));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  const values = () => branches.map(branch => emulator.variables(branch)[variable]);
  const certificateName = () => String(stack.outputs(program[0]).name);

  it("takes effect with the redeploy by which a destroy takes the certificate out", async () => {
    await stack.up(await make(""));
    emulator.clearTrace();
    const log = await stack.destroy();
    assert.deepEqual(names(emulator), []);
    assert.deepEqual(values(), ["", ""]);
    for (const branch of branches) {
      assert.equal(redeploysOf(emulator, branch), 1, branch);
      assert.equal(emulator.served(branch).at(-1)?.certificates[variable], undefined);
    }
    assert.deepEqual(linesOf(log, "ZUPLO1209"), []);
    assert.deepEqual(linesOf(log, "ZUPLO1307"), []);
    // and at no moment would a push have broken anything
    assert.deepEqual([...emulator.violations, ...emulator.hazards], []);
  });

  for (const end of ["destroy", "removal"]) {
    it(`takes effect in a ${end} after a rotation that was rolled back, too`, async () => {
      // given
      await upload(emulator, "hand_made", await emulator.authority.issue());
      await stack.up(await make("hand_made"));
      const wrong = binding(await (await createAuthority()).issue(), stages, { valueOnDelete: "hand_made" });
      await failureOf(stack.up(wrong));
      // when
      const log = await (end === "destroy" ? stack.destroy() : stack.up([]));
      // then
      assert.deepEqual(linesOf(log, "ZUPLO1307"), []);
      for (const branch of branches) assertServedBy(emulator, branch, "hand_made");
      await assertPushSafe(emulator, ...branches);
    });
  }

  it("is not for a variable that its own resource sets again, be the old one deleted in a later run", async () => {
    // given a variable that is replaced by one of another name, and a run that ends before it deletes the old one
    const issued = await emulator.authority.issue();
    const of = (name: string) => binding(issued, stages, { valueOnDelete: "", variable: name });
    await stack.up(of(variable));
    await stack.up(of("NEW_NAME"), { withoutDeletes: true });
    // when that is taken back
    const log = await stack.up(of(variable));
    // then
    assert.deepEqual(
      values(),
      branches.map(() => String(stack.outputs(of(variable)[0]).name)),
    );
    assert.deepEqual(linesOf(log, "ZUPLO1209"), []);
    await assertPushSafe(emulator, ...branches);
  });

  it("may be another certificate that is enabled there, with which the deployment then serves", async () => {
    await upload(emulator, "hand_made", await emulator.authority.issue());
    await stack.up(await make("hand_made"));
    const log = await stack.destroy();
    assert.deepEqual(names(emulator), ["hand_made"]);
    for (const branch of branches) assertServedBy(emulator, branch, "hand_made");
    assert.deepEqual(linesOf(log, "ZUPLO1209"), []);
    await assertPushSafe(emulator, ...branches);
  });

  it("is not written where it names a certificate that is not enabled for the branch, or is not there", async () => {
    await upload(emulator, "hand_made", await emulator.authority.issue());
    await enableByHand(emulator, "hand_made", ["preview"]);
    await stack.up(await make("hand_made"));
    const own = certificateName();
    const log = await stack.destroy();
    assert.deepEqual(values(), ["hand_made", own]);
    assert.match(assertLogged(log, "ZUPLO1307"), /certificate 'hand_made' is not enabled for production/);
    // when
    await stack.up(await make("backend_prod_8d804666e4d5"));
    assert.match(
      assertLogged(await stack.destroy(), "ZUPLO1307"),
      /there is no certificate 'backend_prod_8d804666e4d5'/,
    );
  });

  it("is not written where somebody has given the variable another one", async () => {
    await stack.up(await make(""));
    await upload(emulator, "hand_made", await emulator.authority.issue());
    await setByHand(emulator, "main", variable, "hand_made");
    const log = await stack.destroy();
    assert.deepEqual(values(), ["", "hand_made"]);
    assert.match(assertLogged(log, "ZUPLO1307"), /main.*somebody has given it another value/);
    await assertPushSafe(emulator, "main");
  });

  it("is not written where nobody can look what the variable has", async () => {
    await stack.up(await make(""));
    const own = certificateName();
    emulator.readVariablesAs(403);
    const log = await stack.destroy();
    assert.deepEqual(values(), [own, own]);
    assert.match(assertLogged(log, "ZUPLO1307"), /its value cannot be read/);
  });

  it("is not written where another resource of the run sets the variable", async () => {
    const issued = await emulator.authority.issue();
    await stack.up(binding(issued, stages, { valueOnDelete: "" }));
    program = binding(issued, stages, { name: "renamed", valueOnDelete: "" });
    const log = await stack.up(program);
    assert.deepEqual(values(), [certificateName(), certificateName()]);
    assert.deepEqual(linesOf(log, "ZUPLO1307"), []);
    await assertPushSafe(emulator, ...branches);
  });

  it("is written where a stage leaves the program, and takes effect with the branch's next deploy", async () => {
    const issued = await emulator.authority.issue();
    await stack.up(binding(issued, stages, { valueOnDelete: "" }));
    emulator.clearTrace();
    program = binding(issued, stages.slice(0, 1), {
      valueOnDelete: "",
      certificate: { environments: ["preview", "production"] },
    });
    await stack.up(program);
    assert.deepEqual(
      emulator.writes().map(({ kind }) => kind),
      ["variable.update"],
    );
    assert.deepEqual(values(), [certificateName(), ""]);
    assert.equal(await ask(emulator, "main"), 200);
    await emulator.push("main");
    assert.equal(emulator.served("main").at(-1)?.certificates[variable], undefined);
  });

  it("is told from a secret where it is empty: later certificates are disabled as before", async () => {
    // given a stage that has left, with its variable empty
    await emulator.push("qa");
    const issued = await emulator.authority.issue();
    await stack.up(binding(issued, [...stages, { branches: ["qa"], verify }], { valueOnDelete: "" }));
    program = binding(issued, stages, { valueOnDelete: "" });
    await stack.up(program);
    for (const _ of ["one rotation", "and the next"]) {
      const before = certificateName();
      // when
      const log = await stack.up(await make(""));
      // then
      assert.deepEqual(linesOf(log, "ZUPLO1202"), []);
      assert.deepEqual(enabledFor(emulator, before) ?? [], []);
    }
  });

  it("is what the program says last, and a change of it alone calls nothing", async () => {
    const issued = await emulator.authority.issue();
    await stack.up(binding(issued, stages, { valueOnDelete: "none" }));
    emulator.clearTrace();
    await stack.up(binding(issued, stages, { valueOnDelete: "" }));
    assert.deepEqual(emulator.trace, []);
    await stack.destroy();
    assert.deepEqual(values(), ["", ""]);
  });

  it("is there already where a destroy was killed after it had been written", async () => {
    await stack.up(await make(""));
    const saved = stack.save();
    await stack.destroy();
    stack.restore(saved);
    emulator.clearTrace();
    const log = await stack.destroy();
    assert.deepEqual(linesOf(log, "ZUPLO1307"), []);
    assert.deepEqual(values(), ["", ""]);
    assert.ok(emulator.writes().every(({ kind }) => kind !== "variable.update"));
  });

  it("fails in preview for a secret, whose value nobody can compare", async () => {
    const secret: Declared = {
      type: "EnvironmentVariable",
      name: "secret",
      args: { branch: "main", name: "TOKEN", value: "s3cret", isSecret: true, valueOnDelete: "" },
    };
    await assert.rejects(stack.preview([secret]), error => {
      assert.ok(error instanceof CheckFailed);
      assert.match(error.message, /^valueOnDelete cannot be combined with a secret/);
      return true;
    });
  });

  for (const how of ["by stages", "all at once"])
    for (const continueOnError of [false, true])
      it(`is written although a rollback had put the variable's predecessor in it, ${how}${continueOnError ? ", continuing on errors" : ""}`, async () => {
        // given a variable that is renamed twice, with certificates that are refused
        const strange = await createAuthority({ commonName: "Another CA" });
        const renamed = (variable: string, issued: Issued) => {
          const verify = { path: `/via/${variable}`, timeout: 2 };
          const of = how === "by stages" ? branches.map(one => [one]) : [branches];
          const stages = of.map(branches => ({ branches, verify }));
          return binding(issued, stages, { variable, valueOnDelete: "" });
        };
        await stack.up(renamed("ONE", await emulator.authority.issue()));
        for (const variable of ["TWO", "THREE"]) {
          const refused = renamed(variable, await strange.issue());
          await failureOf(stack.up(refused, { continueOnError }));
        }
        // when
        const log: string[] = [];
        for (let rotation = 0; rotation < 2; rotation += 1)
          log.push(...(await stack.up(renamed("THREE", await emulator.authority.issue()))).lines);
        // then
        assert.deepEqual(
          log.filter(line => line.includes("ZUPLO1307")),
          [],
        );
        for (const branch of branches) {
          const { ONE = "", TWO = "", THREE } = emulator.variables(branch);
          assert.deepEqual([ONE, TWO, THREE], ["", "", names(emulator).join()], branch);
          assert.deepEqual(emulator.served(branch).at(-1)?.certificates, { THREE });
        }
      });
});
