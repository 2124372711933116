import assert from "node:assert/strict";
import { spoil } from "../../emulator";
import { Conflict } from "../../provider/api/errors";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { certificate } from "../situations/programs";
import { contextOf, withEmulator } from "../support/core";
import { CheckFailed, type Declared, Stack } from "../support/run";

const variable = (name: string, value = "x"): Declared => ({
  type: "EnvironmentVariable",
  name: "text",
  args: { branch: "main", name, value },
});
const isRefused = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof CheckFailed, String(error));
  assert.match(error.message, message);
  return true;
};

describe("the name of a variable", () => {
  for (const name of ["ZUPLO_KEY", "__ZUPLO_X", "ZUDOKU_X", "ZUPLO_PUBLIC_"])
    it(`${name} is Zuplo's own, and refused in preview`, () =>
      withEmulator({}, emulator =>
        assert.rejects(new Stack(emulator).preview([variable(name)]), isRefused(/keeps for itself/)),
      ));

  for (const name of ["ZUPLO_PUBLIC_KEY", "ZUDOKU_PUBLIC_X", "ZUPLOX", "MY_ZUPLO_KEY"])
    it(`${name} is allowed, and taken`, () =>
      withEmulator({}, async emulator => {
        await new Stack(emulator).up([variable(name)]);
        assert.equal(emulator.variables("main")[name], "x");
      }));

  it("may not be a certificate's in the same program, whichever comes first", () =>
    withEmulator({}, async emulator => {
      const own = certificate("backend", await emulator.authority.issue(), { name: "BACKEND" });
      const other = certificate("other", await emulator.authority.issue(), { name: "OTHER" });
      const stack = new Stack(emulator);
      for (const program of [
        [own, variable("BACKEND")],
        [variable("BACKEND"), own],
      ])
        await assert.rejects(
          stack.preview(program),
          isRefused(/^name 'BACKEND' is also the name of a .*\[ZUPLO1105\]$/),
        );
      await stack.preview([own, variable("OTHER")]);
      await stack.preview([other, variable("BACKEND")]);
    }));
});

describe("the value of a variable", () => {
  it("has 5 kB at most, counted in bytes, and is not shown where it has more", () =>
    withEmulator({}, async emulator => {
      const stack = new Stack(emulator);
      await assert.rejects(
        stack.preview([variable("TEXT", "ä".repeat(2561))]),
        isRefused(/^value is longer than 5120 bytes[^ä]*$/),
      );
      await stack.up([variable("TEXT", "ä".repeat(2560))]);
    }));
});

describe("a variable that belongs to several environments", () => {
  const args = { branch: "main", name: "SHARED", value: "one" };
  const isSpanning = (error: unknown) => {
    assert.ok(error instanceof Conflict, String(error));
    assert.equal(error.code, "ZUPLO1306");
    assert.match(error.message, /take branch 'main' out of the environments of SHARED/);
    return true;
  };

  for (const status of [400, 409])
    it(`is told with what to do in the portal where the refusal (HTTP ${status}) says so`, () =>
      withEmulator({}, async emulator => {
        const body = { title: "Refused", detail: "The variable overlaps with one of the same name" };
        emulator.onCall(spoil(({ kind }) => kind === "variable.create", { status, body }));
        await assert.rejects(environmentVariable.create(contextOf(emulator), args), isSpanning);
      }));

  it("is told so, too, where only the variables of the branch show it", () =>
    withEmulator({}, async emulator => {
      await environmentVariable.create(contextOf(emulator), args);
      const body = { title: "Not Found", detail: "no such variable" };
      emulator.onCall(spoil(({ kind }) => kind === "variable.update", { status: 404, body }));
      await assert.rejects(environmentVariable.create(contextOf(emulator), args), isSpanning);
    }));
});
