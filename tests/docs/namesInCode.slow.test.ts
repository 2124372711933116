import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import type { Load } from "../../emulator/load";
import { upload } from "../support/byHand";
import { assertSucceeded, TestProject } from "../support/project";
import { assertSafe, load, names, pem } from "../support/rotation";
import { blocksOf } from "./blocks";
import { nodeProgram } from "./programs";

const branches = ["staging", "main"];
const plugins = { providers: [{ name: "zuplo", path: "node_modules/pulumi-zuplo/bin" }] };

describe("the steps of the guide on names in the code", () => {
  const blocks = blocksOf("docs/guides/names-in-code.md");
  const [toVariable = "", inCode = ""] = blocks.flatMap(({ language, text }) =>
    language === "ts" ? [text] : [],
  );
  let emulator: Emulator;
  let project: TestProject;
  let callers: Load;

  beforeEach(async () => {
    emulator = await startEmulator({ branches: branches.map(name => ({ name })), deployMs: 20 });
    project = await TestProject.create(emulator, "any.js");
    await write("Pulumi.yaml", JSON.stringify({ name: "shop", runtime: "nodejs", plugins }));
    for (const name of ["client", "client-2026", "client-2027"]) await issue(name);
  });

  afterEach(async () => {
    await callers?.stop();
    await project.remove();
    await emulator.stop();
  });

  async function write(name: string, text: string): Promise<void> {
    await writeFile(join(project.folder, name), text);
  }

  async function issue(name: string) {
    const issued = await emulator.authority.issue();
    await write(`${name}.pem`, pem(issued).certificate);
    await write(`${name}-key.pem`, pem(issued).privateKey);
    return issued;
  }

  async function up(program: string): Promise<void> {
    for (const [name, text] of nodeProgram(new Map([["program", program]]))) await write(name, text);
    assertSucceeded(await project.up());
  }

  /** Code that names the certificate, or, without one, that reads the variable. */
  async function push(name?: string): Promise<void> {
    for (const branch of branches) await emulator.hands.pushCode(emulator.project, branch, name);
  }

  async function shown(): Promise<(string | null)[]> {
    const answers = branches.map(branch => fetch(`${emulator.deployment(branch).url}/health`));
    return (await Promise.all(answers)).map(({ headers }) => headers.get("x-zuplo-certificate"));
  }

  async function assertNoneFailed(): Promise<void> {
    const { failed, failures } = await callers.stop();
    assert.equal(failed, 0, JSON.stringify(failures));
    assertSafe(emulator);
  }

  it("lead from a name to a variable, and no request fails", async () => {
    await upload(emulator, "legacy_backend", await issue("legacy"));
    await push("legacy_backend");
    callers = load(emulator, branches, 50);
    // when
    await up(toVariable);
    // then
    assert.deepEqual(await shown(), ["legacy_backend", "legacy_backend"]);
    const [next = ""] = names(emulator).filter(name => name !== "legacy_backend");
    // when
    await push();
    await up(without(toVariable, "legacy"));
    // then
    assert.deepEqual(names(emulator), [next]);
    assert.deepEqual(await shown(), [next, next]);
    await assertNoneFailed();
  });

  it("rotate while the name stays in the code, and no request fails", async () => {
    const onlyFirst = inCode.slice(0, inCode.indexOf("// What it will name."));
    await up(onlyFirst);
    await push("backend_2026");
    callers = load(emulator, branches, 50);
    // when
    await up(inCode);
    // then
    assert.deepEqual(await shown(), ["backend_2026", "backend_2026"]);
    // when
    await push("backend_2027");
    await up(without(inCode, "client-2026"));
    // then
    assert.deepEqual(names(emulator), ["backend_2027"]);
    assert.deepEqual(await shown(), ["backend_2027", "backend_2027"]);
    await assertNoneFailed();
  });
});

/** The program without one of its certificates. */
function without(program: string, resource: string): string {
  const statement = new RegExp(`^new zuplo\\.MtlsCertificate\\(\\s*"${resource}"[\\s\\S]*?^\\S*\\);$`, "m");
  const left = program.replace(statement, "");
  assert.notEqual(left, program);
  return left;
}
