import assert from "node:assert/strict";
import { type Emulator, spoil, startEmulator } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import { elsewhere } from "../docs/commands";
import {
  ask,
  assertServedBy,
  branchesOf,
  codeOf,
  enableByHand,
  enabledFor,
  failureOf,
  makeByHand,
  redeploysOf,
  setByHand,
} from "../situations/expect";
import { certificate, named, parts, redeployed, variable } from "../situations/programs";
import { inProject, upload } from "../support/byHand";
import { assertSafe, calls, names } from "../support/rotation";
import { type Declared, Stack } from "../support/run";
import { cli } from "./capture";

const branches = ["staging", "main"];
const options = branches.flatMap(branch => ["--branch", branch]);

describe("pulumi-zuplo release", () => {
  let emulator: Emulator;
  let stack: Stack;
  let program: [Declared, ...Declared[]];
  let name: string;
  let other: string;

  const release = (...args: string[]) => cli(["release", name, ...args], { env: settingsOf(emulator) });

  beforeEach(async () => {
    emulator = await startEmulator(branchesOf(...branches, "canary"));
    stack = new Stack(emulator);
    program = parts(certificate("backend", await emulator.authority.issue()), branches);
    await stack.up(program);
    name = String(stack.outputs(program[0]).name);
    other = "somebodys";
    await upload(emulator, other, await emulator.authority.issue());
    emulator.clearTrace();
  });
  afterEach(() => emulator.stop());

  /** The state as a `destroy` leaves it that was killed before it came to the certificate. */
  function forgetAllBut(...kept: Declared[]): void {
    for (const declared of program) if (!kept.includes(declared)) stack.forget(declared);
  }

  it("says how to release it where another branch still names it, which a push would not", async () => {
    // given
    forgetAllBut(program[0]);
    // when
    const { stdout } = await release("--branch", "main", "--value", other, "--yes");
    // then
    assert.match(
      stdout,
      /Left: variables of staging still name it\. To release it there, too: --branch main --branch staging\n/,
    );
    assert.doesNotMatch(stdout, /Push those branches again/);
  });

  it("lets a destroy end that was killed when its Redeployments and variables had left the state", async () => {
    // given
    forgetAllBut(program[0]);
    const failure = await failureOf(stack.destroy());
    assert.equal(codeOf(failure), "ZUPLO1205");
    const [, advised = ""] = /`pulumi-zuplo (release [^`]*)`/.exec(failure.message) ?? [];
    // when
    const typed = advised.replace("VALUE", other).split(" ");
    const { code, stdout } = await cli([...typed, "--yes"], { env: settingsOf(emulator) });
    // then
    assert.equal(code, 0, stdout);
    assert.deepEqual(enabledFor(emulator, name), []);
    for (const branch of branches) {
      assertServedBy(emulator, branch, other);
      assert.equal(redeploysOf(emulator, branch), 1, branch);
      assert.equal(await ask(emulator, branch), 200, branch);
    }
    await stack.destroy();
    assert.deepEqual(names(emulator), [other]);
    assertSafe(emulator);
  });

  it("lets a destroy end that was killed when only its Redeployments had left the state", async () => {
    // given
    forgetAllBut(program[0], ...program.filter(({ type }) => type === "EnvironmentVariable"));
    assert.equal(codeOf(await failureOf(stack.destroy())), "ZUPLO1205");
    // when
    const { code, stdout } = await release(...options, "--value", other, "--yes");
    // then
    assert.equal(code, 0, stdout);
    await stack.destroy();
    assert.deepEqual(names(emulator), [other]);
    assertSafe(emulator);
  });

  it("does what the lines of the documents say", async () => {
    // given
    const documented = "backend_prod_8d804666e4d5";
    for (const one of [documented, "NAME"]) await upload(emulator, one, await emulator.authority.issue());
    for (const branch of branches) await setByHand(emulator, branch, variable, documented);
    const lines = Object.keys(elsewhere).filter(line => elsewhere[line] === "tests/cli/release.test.ts");
    assert.equal(lines.length, 3);
    // when
    for (const line of lines) {
      const { code, stdout, stderr } = await cli(line.split(" ").slice(2), { env: settingsOf(emulator) });
      assert.equal(code, 0, `${line}\n${stdout}${stderr}`);
    }
    // then
    assert.deepEqual(enabledFor(emulator, documented), []);
    for (const branch of branches) assertServedBy(emulator, branch, "NAME");
  });

  it("tells what it would do, and does nothing without --yes", async () => {
    // when
    const { code, stdout } = await release(...options, "--value", other);
    // then
    const [staging, main] = branches.map(branch => `${emulator.deployment(branch).name} (${branch})`);
    assert.deepEqual(stdout.split("\n"), [
      `acme/gateway: how '${name}' would be released`,
      "",
      `set         staging/${variable}, main/${variable} to '${other}'`,
      "disable     for preview and production",
      `redeploy    ${staging}, ${main}`,
      "",
      "Nothing was changed. Add --yes to do it.",
      "",
    ]);
    assert.equal(code, 0);
    assert.deepEqual(emulator.writes(), []);
  });

  it("says that a value is no certificate's name: it may be mistyped", async () => {
    const shown = async (value: string) =>
      (await release(...options, "--value", value)).stdout.split("\n")[6];
    const without = "the gateway's code has to do without a certificate then.";
    assert.equal(
      await shown("somebodies"),
      `No certificate of the project is named 'somebodies': ${without}`,
    );
    assert.equal(await shown(""), `The value is empty: ${without}`);
    assert.deepEqual(emulator.writes(), []);
  });

  it("writes a variable for each branch, a certificate once, and a redeploy for each deployment", async () => {
    // when
    await release(...options, "--value", other, "--yes");
    // then
    assert.deepEqual(
      emulator.writes().map(({ kind }) => kind),
      ["variable.update", "variable.update", "certificate.update", "deployment.deploy", "deployment.deploy"],
    );
  });

  it("leaves it enabled where another branch names it, and says which", async () => {
    // given
    const canary = [named(program[0], "canary"), redeployed([program[0]], [], "canary")];
    await stack.up([...program, ...canary]);
    emulator.clearTrace();
    // when
    const { code, stdout } = await release(...options, "--value", other, "--yes");
    // then
    assert.deepEqual(enabledFor(emulator, name), ["preview"]);
    assert.ok(stdout.includes(`It stays enabled for preview: the variable 'canary/${variable}' names it.`));
    assert.ok(stdout.includes("--branch staging --branch main --branch canary"), stdout);
    assert.equal(code, 1);
    assertSafe(emulator);
    // when
    const again = await release(...options, "--branch", "canary", "--value", other, "--yes");
    // then
    assert.deepEqual(enabledFor(emulator, name), []);
    assert.equal(again.code, 0, again.stdout);
    assertSafe(emulator);
  });

  it("goes on where an earlier one was interrupted", async () => {
    // given
    const heal = emulator.onCall(spoil(({ kind }) => kind === "certificate.update", { status: 403 }, 99));
    assert.equal((await release(...options, "--value", other, "--yes")).code, 1);
    heal();
    emulator.clearTrace();
    // when
    const { code, stdout } = await release(...options, "--value", other, "--yes");
    // then
    assert.equal(code, 0, stdout);
    assert.deepEqual(enabledFor(emulator, name), []);
    for (const branch of branches) assert.equal(redeploysOf(emulator, branch), 1, branch);
    assert.equal(calls(emulator.trace, "variable.update").length, 0);
  });

  it("says where a build fails, and keeps the variables as they were set", async () => {
    // given
    emulator.failNextBuild("staging", "no such module");
    // when
    const { code, stdout } = await release(...options, "--value", other, "--yes");
    // then
    assert.equal(code, 1);
    assert.match(stdout, /redeploy deployment '.*staging.*': the build ended as .*no such module/);
    // No engine is at work here.
    assert.match(stdout, /build log in the Zuplo portal, correct it, and run the same command again\./);
    assert.doesNotMatch(stdout, /pulumi up/);
    assert.equal(emulator.variables("staging")[variable], other);
    // when
    const again = await release(...options, "--value", other, "--yes");
    assert.equal(again.code, 0, again.stdout);
  });

  const refused: Record<string, { args: string[]; says: RegExp; before?: () => Promise<unknown> }> = {
    "a certificate that is not enabled for the branch's type": {
      before: () => enableByHand(emulator, other, ["preview"]),
      args: [...options, "--value", "somebodys"],
      says: /'somebodys' is not enabled for production, .*Nothing was changed.*\n.*\[ZUPLO1303\]/,
    },
    "a generated name that is not there": {
      args: [...options, "--value", "backend_prod_421b00000009"],
      says: /'backend_prod_421b00000009' does not exist/,
    },
    "a branch where nothing names it": {
      args: ["--branch", "canary", "--value", "none"],
      says: /of 'canary', none does\. Nothing was changed\.\n.*\[ZUPLO1501\]/,
    },
    "a branch without a deployment": {
      args: ["--branch", "gone", "--value", "none"],
      says: /has no deployment of 'gone'/,
    },
  };
  for (const [what, { args, says, before }] of Object.entries(refused)) {
    it(`refuses ${what}, and writes nothing`, async () => {
      await before?.();
      emulator.clearTrace();
      const { code, stderr } = await release(...args, "--yes");
      assert.match(stderr, says);
      assert.equal(code, 1);
      assert.deepEqual(emulator.writes(), []);
    });
  }

  it("refuses the name of the certificate itself, and one that is not there", async () => {
    assert.match((await release(...options, "--value", name, "--yes")).stderr, /is to be released/);
    const { stderr } = await cli(["release", "gone", ...options, "--value", "x"], {
      env: settingsOf(emulator),
    });
    assert.match(stderr, /has no certificate 'gone'/);
    assert.deepEqual(emulator.writes(), []);
  });

  it("asks which variable it is where Zuplo tells none, and sets the one that it is given", async () => {
    // given
    emulator.onCall(spoil(({ kind }) => kind === "environment.configurations", { status: 403 }, 999));
    // when
    const { code, stderr } = await release(...options, "--value", other, "--yes");
    // then
    assert.match(stderr, /of 'staging', Zuplo does not show the variables; of 'main',/);
    assert.equal(code, 1);
    assert.deepEqual(emulator.writes(), []);
    // when
    const told = await release(...options, "--value", other, "--variable", variable, "--yes");
    // then nobody knows whether canary names it
    assert.ok(told.stdout.includes("the variables of branch 'canary' cannot be read"), told.stdout);
    assert.deepEqual(enabledFor(emulator, name), ["preview"]);
    // when
    const sure = await release(
      ...[...options, "--value", other, "--variable", variable, "--ignore-unread", "--yes"],
    );
    // then
    assert.equal(sure.code, 0, sure.stdout);
    assert.deepEqual(enabledFor(emulator, name), []);
    for (const branch of branches) assertServedBy(emulator, branch, other);
    assertSafe(emulator);
  });

  it("is what a destroy advises where another branch has a secret, and works as it is written", async () => {
    // given a branch of the type that has bound the certificate, and a variable that nobody can read
    const secret = { name: "HIDDEN", value: "x", isSecret: true };
    await inProject(emulator, "POST", "/branches/canary/variables", secret);
    await emulator.push("canary");
    emulator.clearTrace();
    // when
    const failure = await failureOf(stack.destroy());
    // then
    assert.equal(codeOf(failure), "ZUPLO1205");
    assert.deepEqual(emulator.writes(), []);
    assert.match(failure.message, /the variables of branch 'canary' cannot all be read \(HIDDEN\)/);
    const [, command = ""] =
      /run `pulumi-zuplo (release [^`]+)`, and push 'canary'\./.exec(failure.message) ?? [];
    // when
    const told = await cli([...command.replace("VALUE", other).split(" "), "--yes"], {
      env: settingsOf(emulator),
    });
    assert.equal(told.code, 0, told.stdout + told.stderr);
    await emulator.push("canary");
    await stack.destroy();
    // then
    assert.deepEqual(names(emulator), [other]);
    for (const branch of branches) assert.equal(await ask(emulator, branch), 200);
    assertSafe(emulator);
  });

  it("does not take a value that any variable may have for its own, where others are secret", async () => {
    // given
    await makeByHand(emulator, "canary", "MODE", "none");
    const secret = { name: "HIDDEN", value: name, isSecret: true };
    await inProject(emulator, "POST", "/branches/canary/variables", secret);
    emulator.clearTrace();
    // when
    const { code, stderr } = await release("--branch", "canary", "--value", "none", "--yes");
    // then
    assert.match(stderr, /of 'canary', none does that can be read; HIDDEN cannot/);
    assert.equal(code, 1);
    assert.deepEqual(emulator.writes(), []);
    // and neither the name of a certificate
    await makeByHand(emulator, "canary", "OTHER", other);
    emulator.clearTrace();
    const again = await release("--branch", "canary", "--value", other, "--yes");
    assert.match(again.stderr, /of 'canary', none does that can be read; HIDDEN cannot/);
    assert.deepEqual(emulator.writes(), []);
    // when
    await release("--branch", "canary", "--value", "none", "--variable", "HIDDEN", "--yes");
    // then
    assert.equal(emulator.variables("canary").HIDDEN, "none");
  });
});
