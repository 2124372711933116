import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import { rightFor, rights } from "../../provider/zuplo/rights";
import { cli } from "../cli/capture";
import { Stack } from "../support/run";
import { assertPushSafe, branchesOf } from "./expect";
import { binding, verify } from "./programs";

/** What no run can do without. Variables and environments are only looked at: without them less is deleted. */
const needed = rights.filter(
  ({ right }) => right.endsWith("of the project") && !/read the (variables|environments)/.test(right),
);
/** As Zuplo words its refusals, which name no permission. */
const problem = { type: "about:blank", title: "Refused", detail: "This is not there, or not for this key." };
const stages = [{ branches: ["staging"], verify }];

describe("an API key that may not do something", () => {
  let emulator: Emulator;
  let stack: Stack;
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf("staging"));
    stack = new Stack(emulator);
  });
  afterEach(() => emulator.stop());

  /** From now on a key of this emulator has every right but this one. */
  const deny = (to: string, status: number) =>
    emulator.onCall(({ method, path }) =>
      rightFor({ method: method as "GET", path }) === to
        ? { status, body: { ...problem, status } }
        : undefined,
    );

  for (const { right: to } of needed) {
    for (const status of [401, 403, 404]) {
      it(`is told that it may not ${to} (HTTP ${status}), and is helped by that right alone`, async () => {
        // given
        const first = binding(await emulator.authority.issue(), stages);
        await stack.up(first);
        const next = binding(await emulator.authority.issue(), stages);
        // when
        const restore = deny(to, status);
        const text = await messageOf(stack.up(next));
        // then
        assert.ok(text.includes(`may ${to}.`) || text.includes(`allowed to ${to}.`), text);
        assert.match(text, new RegExp(`HTTP ${status}`));
        await assertPushSafe(emulator, "staging");
        // and
        restore();
        await stack.up(next);
        await assertPushSafe(emulator, "staging");
      });
    }
  }

  for (const to of ["read the variables of the project", "read the environments of the project"]) {
    it(`rotates all the same where it may not ${to}`, async () => {
      await stack.up(binding(await emulator.authority.issue(), stages));
      deny(to, 403);
      await stack.up(binding(await emulator.authority.issue(), stages));
      await assertPushSafe(emulator, "staging");
      assert.equal(emulator.certificates().length, 1);
    });
  }

  for (const to of ["read the mTLS certificates of the project", "read the deployments of the project"]) {
    it(`reads that it may not ${to} from every command`, async () => {
      const program = binding(await emulator.authority.issue(), stages);
      await stack.up(program);
      const name = String(stack.outputs(program[0]).name);
      deny(to, 403);
      const commands = [
        ["status"],
        // Where nothing is to be pruned, no deployment is looked at.
        ...(to.includes("certificates") ? [["prune", "backend"]] : []),
        ["release", name, "--branch", "staging", "--value", "none", "--yes"],
      ];
      for (const command of commands) {
        const { code, stderr } = await cli(command, { env: settingsOf(emulator) });
        assert.notEqual(code, 0, command[0]);
        assert.ok(stderr.includes(`may ${to}.`), `${command[0]}: ${stderr}`);
      }
    });
  }

  it("finds each right in the documentation", () => {
    const page = path.join(__dirname, "../../docs/installation-configuration.md");
    const rows = readFileSync(page, "utf8").split("\n");
    for (const { right } of rights)
      assert.ok(
        rows.some(row => row.startsWith(`| ${right} |`)),
        right,
      );
  });
});

async function messageOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "the run succeeded";
}
