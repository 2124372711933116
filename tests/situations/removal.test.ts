import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import { Referenced } from "../../provider/api/errors";
import { calls, names } from "../support/rotation";
import { type Declared, type OutputsOf, Stack } from "../support/run";
import {
  ask,
  assertLogged,
  assertPushSafe,
  assertServedBy,
  branchesOf,
  codeOf,
  enableByHand,
  failureOf,
  redeploysOf,
} from "./expect";
import { binding, certificate, parts, variable, verify } from "./programs";

const branches = ["staging", "main"];
const stages = branches.map(branch => ({ branches: [branch], verify }));

describe("a certificate that is removed", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf(...branches, "pull-1"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  for (const how of ["branches", "deployments"] as const)
    it(`by a rename whose successor cannot be made goes on serving, with stages by ${how}`, async () => {
      // given
      const issued = await emulator.authority.issue();
      const deployment = emulator.deployment("main").name;
      const place =
        how === "branches" ? { branches: ["main"], deployments: [] } : { deployments: [deployment] };
      const program = (name: string) => {
        const all = binding(issued, [{ branches: ["main"], verify }], {
          name,
          certificate: { __uses: { variable, branches: [], ...place } },
        });
        if (how === "branches") return all;
        return all.map(declared => {
          const { type, args } = declared;
          if (type !== "Redeployment" || typeof args !== "function") return declared;
          return { ...declared, args: (of: OutputsOf) => ({ ...args(of), branch: undefined, deployment }) };
        });
      };
      await stack.up(program("backend"));
      // when
      emulator.onCall(({ kind }) =>
        kind === "certificate.create" ? { status: 403, body: { title: "Forbidden" } } : undefined,
      );
      await assert.rejects(stack.up(program("renamed"), { continueOnError: true }));
      // then
      await assertPushSafe(emulator, "main");
    });

  it("while the one that follows it is refused, is not said to be taken out of service", async () => {
    // given
    const program = (name: string, issued: Issued) =>
      binding(issued, [{ branches: ["main"], verify }], { name });
    await stack.up(program("backend", await emulator.authority.issue()));
    const strange = await createAuthority({ commonName: "Another CA" });
    // when
    const failure = await failureOf(
      stack.up(program("renamed", await strange.issue()), { continueOnError: true }),
    );
    // then
    assert.equal(codeOf(failure), "ZUPLO1205");
    assert.match(failure.message, /Correct what failed and run \{\{apply\}\} again/);
    assert.doesNotMatch(failure.message, /release|ZUPLO_OTHERS/);
    await assertPushSafe(emulator, "main");
  });

  for (const how of ["an alias", "another name of the stack"])
    it(`together with a stage, while ${how} and another PEM replace it, stays for the deployment that has it`, async () => {
      // given
      const first = binding(await emulator.authority.issue(), stages);
      await stack.up(first);
      const { name } = stack.outputs(first[0]);
      const other = how === "an alias" ? { name: "renamed" } : {};
      const next = binding(await emulator.authority.issue(), stages.slice(0, 1), other);
      let later = stack;
      if (how === "an alias") {
        for (const [index, declared] of next.entries()) stack.alias(first[index] as Declared, declared);
      } else {
        later = new Stack(emulator, { project: "shop", stack: "live" });
        later.restore(stack.save());
        later.deletesAs = { project: "shop", stack: "prod" };
      }
      // when
      await later.up(next);
      // then
      assertServedBy(emulator, "staging", later.outputs(next[0]).name);
      assertServedBy(emulator, "main", name);
      await assertPushSafe(emulator, ...branches);
    });

  for (const left of [undefined, ""])
    it(`by a rename whose successor is refused in its first stage stays in the later ones (valueOnDelete: ${left})`, async () => {
      // given
      const stages = [{ branches: ["staging"], verify }, { branches: ["main"] }];
      const options = left === undefined ? {} : { valueOnDelete: left };
      const program = binding(await emulator.authority.issue(), stages, { name: "one", ...options });
      await stack.up(program);
      const { name } = stack.outputs(program[0]);
      emulator.clearTrace();
      // when the engine goes on where it can, and comes to what has left the program
      const refused = await (await createAuthority()).issue();
      const renamed = binding(refused, stages, { name: "two", ...options });
      await assert.rejects(stack.up(renamed, { continueOnError: true }));
      // then the later stage has not been touched
      assert.equal(redeploysOf(emulator, "main"), 0);
      for (const branch of ["staging", "main"]) assertServedBy(emulator, branch, name);
      await assertPushSafe(emulator, "staging", "main");
      // and neither does the next run, without edits
      await assert.rejects(stack.up(renamed, { continueOnError: true }));
      for (const branch of ["staging", "main"]) assertServedBy(emulator, branch, name);
      await assertPushSafe(emulator, "staging", "main");
      // and one with a good certificate ends it
      const good = binding(await emulator.authority.issue(), stages, { name: "two", ...options });
      await stack.up(good);
      for (const branch of ["staging", "main"]) assertServedBy(emulator, branch, stack.outputs(good[0]).name);
      await assertPushSafe(emulator, "staging", "main");
      assert.deepEqual(names(emulator), [stack.outputs(good[0]).name]);
    });

  for (const reading of [403, "masked"] as const)
    for (const failing of ["upload", "first stage"])
      it(`by a rename whose ${failing} fails goes on serving, although variables are read as ${reading}`, async () => {
        // given
        const stages = [{ branches: ["staging"], verify }, { branches: ["main"] }];
        const program = binding(await emulator.authority.issue(), stages, { name: "one" });
        await stack.up(program);
        const { name } = stack.outputs(program[0]);
        emulator.readVariablesAs(reading);
        emulator.clearTrace();
        const forget = emulator.onCall(({ kind }) =>
          failing === "upload" && kind === "certificate.create"
            ? { status: 403, body: { title: "Forbidden" } }
            : undefined,
        );
        // when
        const refused = binding(await (await createAuthority()).issue(), stages, { name: "two" });
        for (const run of ["first", "second"]) {
          const failure = await failureOf(stack.up(refused, { continueOnError: true }));
          // then
          assert.equal(codeOf(failure), "ZUPLO1205", `${run}: ${failure.message}`);
          assert.match(failure.message, /'main\/BACKEND_MTLS_CERT', which cannot be read, may name it/);
          assert.match(failure.message, /Correct what failed and run \{\{apply\}\} again/);
        }
        assert.equal(redeploysOf(emulator, "main"), 0);
        assertServedBy(emulator, "main", name);
        await assertPushSafe(emulator, "main");
        // and one with a good certificate ends it
        forget();
        const good = binding(await emulator.authority.issue(), stages, { name: "two" });
        await stack.up(good);
        for (const branch of ["staging", "main"])
          assertServedBy(emulator, branch, stack.outputs(good[0]).name);
        await assertPushSafe(emulator, "staging", "main");
        assert.ok(!names(emulator).includes(String(name)));
      });

  for (const reading of ["open", 403, "masked"] as const) {
    const name = "client_1";

    it(`while a variable of the program still gives its name, which no Redeployment lists, stays, with variables read as ${reading}`, async () => {
      // given
      const own = certificate("client", await emulator.authority.issue(), { name });
      const naming: Declared = {
        type: "EnvironmentVariable",
        name: "naming",
        args: { branch: "main", name: variable, value: name },
      };
      const redeployment = (certificates: string[]): Declared => ({
        type: "Redeployment",
        name: "main",
        args: { branch: "main", certificates, variables: [], timeout: 20 },
      });
      await stack.up([own, naming, redeployment([name])]);
      emulator.readVariablesAs(reading);
      // when
      const failure = await failureOf(stack.up([naming, redeployment([])]));
      // then
      assert.equal(codeOf(failure), "ZUPLO1205", failure.message);
      assert.match(failure.message, /the variable 'main\/BACKEND_MTLS_CERT'/);
      await assertPushSafe(emulator, "main");
    });

    it(`by a rename of parts whose Redeployment lists no variables, and whose successor is refused, goes on serving, with variables read as ${reading}`, async () => {
      // given
      const program = (name: string, issued: Issued) =>
        parts(certificate(name, issued), ["main"], { verify, variables: [] });
      const one = program("one", await emulator.authority.issue());
      await stack.up(one);
      const old = String(stack.outputs(one[0]).name);
      emulator.readVariablesAs(reading);
      // when
      const refused = program("two", await (await createAuthority()).issue());
      for (const _ of ["first", "second"]) {
        await assert.rejects(stack.up(refused, { continueOnError: true }));
        // then
        assert.ok(names(emulator).includes(old));
      }
      if (reading === "open") await assertPushSafe(emulator, "main");
    });

    it(`is told of with the variable that is left naming it, with variables read as ${reading}`, async () => {
      // given
      await stack.up(binding(await emulator.authority.issue(), [{ branches: ["main"] }]));
      emulator.readVariablesAs(reading);
      // when
      const log = await stack.destroy();
      // then
      assert.deepEqual(names(emulator), []);
      assert.match(assertLogged(log, "ZUPLO1209"), /'main\/BACKEND_MTLS_CERT'/);
    });
  }

  for (const order of [0, 1])
    it(`by a destroy of ${order === 0 ? "two bindings" : "the same, in the other order,"} that bound each other's old ones leaves nothing`, async () => {
      // given two that were rotated one after the other: the second one's deployment has bound the first one's old one
      const program = async () => {
        const one = binding(await emulator.authority.issue(), [{ branches: ["staging"] }], { name: "one" });
        const two = binding(await emulator.authority.issue(), [{ branches: ["pull-1"] }], { name: "two" });
        return order === 0 ? [...one, ...two] : [...two, ...one];
      };
      await stack.up(await program());
      await stack.up(await program());
      assert.ok(names(emulator).length > 2);
      // when
      await stack.destroy();
      // then
      assert.deepEqual(names(emulator), []);
    });

  it("situation 7: by a rename without alias is taken out of its deployments, and the next rotation goes through", async () => {
    // given
    const issued = await emulator.authority.issue();
    await stack.up(binding(issued, stages));
    // when
    const renamed = binding(issued, stages, { name: "renamed" });
    await stack.up(renamed);
    // then
    const { name } = stack.outputs(renamed[0]);
    assert.deepEqual(names(emulator), [name]);
    for (const branch of branches) assertServedBy(emulator, branch, name);
    await assertPushSafe(emulator, ...branches);
    // and
    const next = binding(await emulator.authority.issue(), stages, { name: "renamed" });
    await stack.up(next);
    assert.deepEqual(names(emulator), [stack.outputs(next[0]).name]);
    await assertPushSafe(emulator, ...branches);
  });

  it("after its binding had another variable is taken out of its deployments, although the old one names it", async () => {
    // given
    const issued = await emulator.authority.issue();
    const own = (variable: string) => binding(issued, [{ branches: ["staging"] }], { variable });
    await stack.up(own("OLD_CERT"));
    await stack.up(own("NEW_CERT"));
    // when
    await stack.destroy();
    // then
    assert.deepEqual(names(emulator), []);
  });

  it("right after an import, which does not tell what uses it, is taken out of its deployments", async () => {
    // given
    const own = certificate("backend", await emulator.authority.issue());
    const program = parts(own, branches);
    await stack.up(program);
    const unknown = { EnvironmentVariable: ["value"], Redeployment: ["certificates", "variables"] };
    for (const each of program) {
      if (each.type !== "EnvironmentVariable" && each.type !== "Redeployment") continue;
      for (const key of unknown[each.type]) delete stack.outputs(each)[key];
    }
    // when
    await stack.destroy();
    // then
    assert.deepEqual(names(emulator), []);
  });

  it("situation 7: with one of two bindings of a branch is taken out of it, and the other one serves and rotates", async () => {
    // given
    const other = "OTHER_MTLS_CERT";
    const one = binding(await emulator.authority.issue(), stages, { name: "one" });
    const two = binding(await emulator.authority.issue(), stages, { name: "two", variable: other });
    await stack.up([...one, ...two]);
    emulator.clearTrace();
    // when
    const log = await stack.up(one);
    // then one redeploy each is enough, and the variable that is left is told of
    const { name } = stack.outputs(one[0]);
    assert.deepEqual(names(emulator), [name]);
    for (const branch of branches) assert.equal(redeploysOf(emulator, branch), 1, branch);
    assert.ok(assertLogged(log, "ZUPLO1209").includes(other));
    // and
    const next = binding(await emulator.authority.issue(), stages, { name: "one" });
    await stack.up(next);
    assert.deepEqual(names(emulator), [stack.outputs(next[0]).name]);
    for (const branch of branches) {
      assertServedBy(emulator, branch, stack.outputs(next[0]).name);
      await emulator.push(branch);
      assert.equal(await ask(emulator, branch), 200, branch);
    }
    // No variable can be deleted: only the removed one's may name what is not there.
    const findings = [...emulator.violations, ...emulator.hazards];
    assert.deepEqual(
      findings.filter(finding => finding.variable !== other),
      [],
    );
  });

  const programs: Record<
    string,
    (certificate: Awaited<ReturnType<Emulator["authority"]["issue"]>>) => Declared[]
  > = {
    "a binding": issued => binding(issued, stages),
    parts: issued => parts(certificate("backend", issued), branches),
  };
  for (const [what, program] of Object.entries(programs)) {
    it(`situation 8: by a destroy of ${what} right after its up leaves nothing, by one redeploy each`, async () => {
      // given
      await stack.up(program(await emulator.authority.issue()));
      emulator.clearTrace();
      // when
      const log = await stack.destroy();
      // then
      assert.deepEqual(names(emulator), []);
      for (const branch of branches) assert.equal(redeploysOf(emulator, branch), 1, branch);
      assertLogged(log, "ZUPLO1209");
      // and nothing but its own variable was touched by it
      const findings = [...emulator.violations, ...emulator.hazards];
      assert.deepEqual(
        findings.filter(finding => finding.variable !== variable),
        [],
      );
    });
  }

  it("situations 7, 15: and that others hold fails before its first write, and names none but them", async () => {
    // given a pull request that was pushed while the certificate was enabled
    await stack.up(binding(await emulator.authority.issue(), stages));
    await emulator.push("pull-1");
    emulator.clearTrace();
    // when
    const failure = await failureOf(stack.destroy());
    // then
    assert.equal(codeOf(failure), "ZUPLO1205");
    assert.ok(failure instanceof Referenced);
    assert.deepEqual(emulator.writes(), []);
    assert.ok(failure.message.includes("pull-1"), failure.message);
    for (const branch of branches)
      assert.ok(!failure.message.includes(emulator.deployment(branch).name), failure.message);
    await assertPushSafe(emulator, ...branches);
    // when its branch has gone
    const { name } = emulator.deployment("pull-1");
    await fetch(`${emulator.apiUrl}/v1/deployments/${name}`, {
      method: "DELETE",
      headers: { Authorization: `Bearer ${emulator.apiKey}` },
    });
    await stack.destroy();
    assert.deepEqual(names(emulator), []);
  });

  it("situation 7: and that others still hold, though it was disabled and refreshed, fails before its first write", async () => {
    // given
    await stack.up(binding(await emulator.authority.issue(), stages));
    await emulator.push("pull-1");
    await enableByHand(emulator, names(emulator)[0], []);
    await stack.refresh();
    emulator.clearTrace();
    // when
    const failure = await failureOf(stack.destroy());
    // then
    assert.equal(codeOf(failure), "ZUPLO1205");
    assert.deepEqual(emulator.writes(), []);
  });

  it("situation 7: whose destroy was interrupted after it was disabled goes, though nobody may read its branch", async () => {
    // given a destroy that lost the answer to its first write, and has forgotten whose the branch was
    const [own, ...users] = parts(certificate("backend", await emulator.authority.issue()), ["staging"]);
    await stack.up([own, ...users]);
    await enableByHand(emulator, names(emulator)[0], []);
    await emulator.push("staging");
    // Written once more, as a retry does: by the dates, the build may have bound it.
    await enableByHand(emulator, names(emulator)[0], []);
    for (const user of users) stack.forget(user);
    emulator.readVariablesAs(403);
    // when
    await stack.destroy();
    // then
    assert.deepEqual(names(emulator), []);
  });

  it("situation 16: from the state only is swept by the run that brings it back", async () => {
    // given
    const issued = await emulator.authority.issue();
    const program = binding(issued, stages);
    await stack.up(program);
    const before = stack.outputs(program[0]).name;
    stack.forget(program[0]);
    // when
    const log = await stack.up(program);
    // then
    const { name } = stack.outputs(program[0]);
    assert.notEqual(name, before);
    assert.deepEqual(names(emulator), [name]);
    assertLogged(log, "ZUPLO1210");
    await assertPushSafe(emulator, ...branches);
  });

  it("situation 20: is kept where the program says so now, whatever it said when it was made", async () => {
    // given a replaced certificate that is still to be deleted, and is held
    const program = async (more = {}) =>
      parts(certificate("backend", await emulator.authority.issue(), more), branches);
    const first = await program();
    await stack.up(first);
    const old = stack.outputs(first[0]).name;
    await emulator.push("pull-1");
    const second = certificate("backend", await emulator.authority.issue());
    await stack.up(parts(second, branches), { withoutDeletes: true });
    emulator.clearTrace();
    // when
    await stack.up(parts({ ...second, args: { ...second.args, onDelete: "retain" } }, branches));
    // then
    assert.equal(calls(emulator.trace, "certificate.delete").length, 0);
    assert.ok(names(emulator).includes(String(old)));
    await assertPushSafe(emulator, ...branches);
  });

  it("situation 22: before its replacement, as `deleteBeforeReplace` has it, is left until nothing uses it", async () => {
    // given
    const own = certificate("backend", await emulator.authority.issue());
    await stack.up(parts(own, branches));
    // when
    const next: Declared = {
      ...certificate("backend", await emulator.authority.issue()),
      deleteBeforeReplace: true,
    };
    await stack.up(parts(next, branches));
    // then
    const { name } = stack.outputs(next);
    for (const branch of branches) assertServedBy(emulator, branch, name);
    await assertPushSafe(emulator, ...branches);
    // and the next rotation, or this one, sweeps it
    const last = certificate("backend", await emulator.authority.issue());
    await stack.up(parts(last, branches));
    assert.deepEqual(names(emulator), [stack.outputs(last).name]);
  });
});
