import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { upload } from "../support/byHand";
import { type Declared, Stack } from "../support/run";
import {
  assertPushSafe,
  assertServedBy,
  branchesOf,
  failureOf,
  forgive,
  redeploysOf,
  setByHand,
} from "./expect";
import { binding, certificate, parts, variable, verify } from "./programs";

const branches = ["staging", "main"];
const stages = branches.map(branch => ({ branches: [branch], verify }));

describe("a variable that somebody has set by hand", () => {
  let emulator: Emulator;
  let stack: Stack;
  let program: [Declared, ...Declared[]];
  beforeEach(async () => {
    emulator = await startEmulator(branchesOf(...branches));
    stack = new Stack(emulator);
    program = binding(await emulator.authority.issue(), stages);
    await stack.up(program);
    await upload(emulator, "hand_made", await emulator.authority.issue());
    emulator.clearTrace();
  });
  afterEach(() => emulator.stop());

  const own = (branch: string) => program.find(({ name }) => name === `backend-${branch}`) as Declared;
  const setMain = (value = "hand_made") => setByHand(emulator, "main", variable, value);
  const wanted = () => String(stack.outputs(program[0]).name);
  const kinds = () => emulator.writes().map(({ kind }) => kind);

  const assertNothingLeft = async () => {
    emulator.clearTrace();
    await stack.refresh();
    await stack.up(program);
    assert.deepEqual(emulator.writes(), []);
  };

  it("is seen by a refresh, set again, and its deployment redeployed once where it was pushed meanwhile", async () => {
    await setMain();
    await emulator.push("main");
    assertServedBy(emulator, "main", "hand_made");
    emulator.clearTrace();
    // when
    await stack.refresh();
    assert.equal(stack.outputs(own("main")).value, "hand_made");
    await stack.up(program);
    // then
    assert.deepEqual(kinds(), ["variable.update", "deployment.deploy"]);
    assert.equal(redeploysOf(emulator, "main"), 1);
    assertServedBy(emulator, "main", wanted());
    await assertPushSafe(emulator, ...branches);
    await assertNothingLeft();
  });

  it("is redeployed by a later run where the build failed and a refresh came in between", async () => {
    // given
    await setMain();
    await emulator.push("main");
    await stack.refresh();
    // when the build fails, and the one that is to restore, too
    const stop = emulator.onCall(({ kind }) => {
      if (kind === "deployment.deploy") emulator.failNextBuild("main");
      return undefined;
    });
    await failureOf(stack.up(program));
    stop();
    await stack.refresh();
    await stack.up(program);
    // then
    assertServedBy(emulator, "main", wanted());
    await assertPushSafe(emulator, ...branches);
    await assertNothingLeft();
  });

  it("is seen where it was emptied, too, and what was pushed meanwhile serves again", async () => {
    await setMain("");
    await emulator.push("main");
    emulator.clearTrace();
    // when
    await stack.refresh();
    await stack.up(program);
    // then
    assert.deepEqual(kinds(), ["variable.update", "deployment.deploy"]);
    assertServedBy(emulator, "main", wanted());
    await assertPushSafe(emulator, ...branches);
    await assertNothingLeft();
  });

  it("is not taken for emptied where Zuplo does not tell it, but another one", async () => {
    emulator.onCall(({ kind }) =>
      kind === "environment.configurations" ? { status: 200, body: { OTHER: "x" } } : undefined,
    );
    await assertNothingLeft();
  });

  it("is not taken for emptied where Zuplo shows a secret without its value", async () => {
    // given a certificate's name that the program keeps as a secret
    const set = { branch: "main", name: "SECRET_NAME", value: wanted() };
    const all: Declared[] = [
      ...program,
      { type: "EnvironmentVariable", name: "secret", args: { ...set, isSecret: true } },
      {
        type: "Redeployment",
        name: "other",
        args: { branch: "main", certificates: [wanted()], variables: [set] },
      },
    ];
    await stack.up(all);
    emulator.onCall(({ kind }) =>
      kind === "environment.configurations"
        ? { status: 200, body: { OTHER: "x", SECRET_NAME: "" } }
        : undefined,
    );
    emulator.clearTrace();
    // when
    await stack.refresh();
    await stack.up(all);
    // then
    assert.deepEqual(emulator.writes(), []);
  });

  it("is redeployed where the push comes between the refresh and the up", async () => {
    await setMain();
    await stack.refresh();
    await emulator.push("main");
    emulator.clearTrace();
    await stack.up(program);
    assert.deepEqual(kinds(), ["variable.update", "deployment.deploy"]);
    assertServedBy(emulator, "main", wanted());
    await assertNothingLeft();
  });

  it("is redeployed although nobody has deployed the branch since: our own build may have taken it on", async () => {
    await setMain();
    await stack.refresh();
    emulator.clearTrace();
    await stack.up(program);
    assert.deepEqual(kinds(), ["variable.update", "deployment.deploy"]);
    assertServedBy(emulator, "main", wanted());
    await assertPushSafe(emulator, ...branches);
    await assertNothingLeft();
  });

  it("and back again is redeployed where it was pushed in between, since a refresh has seen it", async () => {
    await setMain();
    await emulator.push("main");
    await stack.refresh();
    await setMain(wanted());
    await stack.refresh();
    emulator.clearTrace();
    await stack.up(program);
    assert.deepEqual(kinds(), ["deployment.deploy"]);
    assertServedBy(emulator, "main", wanted());
    await assertNothingLeft();
  });

  it("is redeployed in the end where the run that sets it is killed before it redeploys", async () => {
    await setMain();
    await emulator.push("main");
    await stack.refresh();
    let isCut = false;
    const restore = emulator.onCall(({ kind }) => {
      if (kind !== "deployment.deploy") return undefined;
      isCut = true;
      return { status: 403, body: {} };
    });
    await assert.rejects(stack.up(program));
    restore();
    assert.ok(isCut);
    await stack.up(program);
    assertServedBy(emulator, "main", wanted());
    await assertNothingLeft();
  });

  it("is put right with a rotation, by one redeploy", async () => {
    await setMain();
    await emulator.push("main");
    await stack.refresh();
    program = binding(await emulator.authority.issue(), stages);
    emulator.clearTrace();
    await stack.up(program);
    for (const branch of branches) assert.equal(redeploysOf(emulator, branch), 1, branch);
    assertServedBy(emulator, "main", wanted());
    forgive(emulator);
    await assertNothingLeft();
  });

  it("is seen in the run that refreshes first", async () => {
    await setMain();
    await emulator.push("main");
    emulator.clearTrace();
    await stack.up(program, { refresh: true });
    assert.deepEqual(kinds(), ["variable.update", "deployment.deploy"]);
    await assertNothingLeft();
  });

  for (const value of ["*", "src/**", "/"]) {
    it(`to ${value} is seen where the program says that it is no secret`, async () => {
      const cors: Declared = {
        type: "EnvironmentVariable",
        name: "cors",
        args: { branch: "main", name: "CORS_ORIGIN", value: "https://shop.example.com" },
      };
      await stack.up([...program, cors]);
      await setByHand(emulator, "main", "CORS_ORIGIN", value);
      // when
      await stack.up([...program, cors], { refresh: true });
      // then
      assert.equal(emulator.variables("main").CORS_ORIGIN, "https://shop.example.com");
    });
  }

  for (const mask of ["**", "-"])
    it(`is not taken for ${mask} where Zuplo tells every value like that`, async () => {
      emulator.onCall(({ kind }) =>
        kind === "environment.configurations"
          ? { status: 200, body: { [variable]: mask, URL: mask } }
          : undefined,
      );
      // when
      await stack.up(program, { refresh: true });
      // then
      assert.deepEqual(emulator.writes(), []);
    });

  it("costs one list of each kind and one look at each environment", async () => {
    await stack.refresh();
    const counts: Record<string, number> = {};
    for (const entry of emulator.trace)
      if (entry.type === "call") counts[entry.kind] = (counts[entry.kind] ?? 0) + 1;
    assert.deepEqual(counts, {
      "certificate.list": 1,
      "deployment.list": 1,
      "environment.list": 1,
      "environment.configurations": 2,
    });
  });

  for (const [what, hide] of [
    ["refused", () => emulator.readVariablesAs(403)],
    ["not found", () => emulator.readVariablesAs(404)],
    ["masked", () => emulator.readVariablesAs("masked")],
  ] as const) {
    it(`is not known where the reading is ${what}, and the state stands`, async () => {
      await setMain();
      emulator.clearTrace();
      hide();
      await stack.refresh();
      assert.equal(stack.outputs(own("main")).value, wanted());
      await stack.up(program);
      assert.deepEqual(kinds(), []);
    });
  }

  it("is not known where no deployment can be listed", async () => {
    const text: Declared = {
      type: "EnvironmentVariable",
      name: "text",
      args: { branch: "main", name: "TEXT", value: "a" },
    };
    const other = new Stack(emulator, { project: "other", stack: "prod" });
    await other.up([text]);
    const restore = emulator.onCall(({ kind }) =>
      kind === "deployment.list" ? { status: 403, body: {} } : undefined,
    );
    await other.refresh();
    restore();
    assert.equal(other.outputs(text).value, "a");
  });

  it("and is a secret is left alone", async () => {
    const text: Declared = {
      type: "EnvironmentVariable",
      name: "secret",
      args: { branch: "main", name: "SECRET", value: "a1", isSecret: true },
    };
    await stack.up([...program, text]);
    await setByHand(emulator, "main", "SECRET", "b1");
    emulator.clearTrace();
    await stack.refresh();
    assert.equal(stack.outputs(text).value, "a1");
    await stack.up([...program, text]);
    assert.deepEqual(emulator.writes(), []);
  });

  it("and that no resource sets causes no redeploy", async () => {
    const cert = certificate("other", await emulator.authority.issue());
    const [, , redeployment] = parts(cert, ["main"]) as Declared[];
    const listed: Declared = {
      ...(redeployment as Declared),
      args: { branch: "main", certificates: [], variables: [{ branch: "main", name: "TEXT", value: "a" }] },
    };
    await setByHand(emulator, "main", variable, wanted());
    const other = new Stack(emulator, { project: "other", stack: "prod" });
    await other.up([listed]);
    emulator.hands.setVariable(emulator.project, "main", "TEXT", "b");
    await emulator.push("main");
    emulator.clearTrace();
    await other.refresh();
    await other.up([listed]);
    assert.deepEqual(emulator.writes(), []);
  });
});
