import assert from "node:assert/strict";
import { environmentTypeOf } from "../../provider/api/branches";
import type { CertificateResponse, EnvironmentType } from "../../provider/api/responses";
import { canBind } from "../../provider/rotation/builds";
import { beforeRedeployment, beforeVariable } from "../../provider/rotation/stages";
import { supersededBy } from "../../provider/rotation/superseded";

const certificate = (
  name: string,
  enabled: EnvironmentType[] = ["preview", "production"],
): CertificateResponse => ({
  id: name,
  name,
  certificateInfo: { subject: "", issuer: "", validFrom: "", validTo: "", serialNumber: "01" },
  environments: {
    development: enabled.includes("development"),
    preview: enabled.includes("preview"),
    production: enabled.includes("production"),
  },
  createdOn: "2026-01-01T00:00:00Z",
  updatedOn: "2026-01-03T00:00:00Z",
});

describe("the superseded certificates", () => {
  const existing = [
    "a_00aa11111111",
    "a_00aa22222222",
    "a_00aa22222222_2",
    "a_00bb22222222",
    "b_00aa11111111",
    "manual",
  ].map(name => certificate(name));
  /** Each certificate is named by a variable of its own name. */
  const using = (certificates: string[], isNamed = true) => ({
    certificates,
    variables: isNamed ? certificates.map(value => ({ branch: "main", name: "X", value })) : [],
  });
  const superseded = (wanted: string[], before: string[]) =>
    supersededBy(using(wanted), using(before), existing).map(({ certificate }) => certificate.name);

  it("are those that were used before and are no longer", () => {
    assert.deepEqual(superseded(["b_00aa11111111"], ["manual", "b_00aa11111111"]), ["manual"]);
  });

  it("are the other generations of the same prefix and lineage, remembered or not", () => {
    assert.deepEqual(superseded(["a_00aa22222222"], []), ["a_00aa11111111", "a_00aa22222222_2"]);
  });

  it("are told apart by whether a variable named them, since nobody can look into code", () => {
    const isNamed = (withVariables: boolean) =>
      supersededBy(using(["b_00aa11111111"], withVariables), using(["manual"], withVariables), existing).map(
        ({ isNamed }) => isNamed,
      );
    assert.deepEqual(isNamed(true), [true]);
    assert.deepEqual(isNamed(false), [false]);
  });

  it("are none where a fixed name is used", () => {
    assert.deepEqual(superseded(["manual"], ["manual"]), []);
  });
});

describe("a deployment can bind a certificate", () => {
  const deployment = (updatedOn: string | undefined, environmentType: EnvironmentType = "production") => ({
    name: "main",
    url: undefined,
    branchName: "main",
    label: undefined,
    environmentType,
    isWorkingCopy: false,
    state: undefined,
    message: undefined,
    createdOn: undefined,
    updatedOn,
  });

  it("that was enabled when it was last deployed", () => {
    const disabled = certificate("x", []);
    assert.ok(canBind(deployment("2026-01-02T00:00:00Z"), disabled));
    assert.ok(!canBind(deployment("2026-01-04T00:00:00Z"), disabled));
    assert.ok(canBind(deployment("2026-01-04T00:00:00Z"), certificate("x")));
  });

  it("but not one that did not exist then", () => {
    assert.ok(!canBind(deployment("2025-12-31T00:00:00Z"), certificate("x")));
  });

  for (const state of ["ERROR", "DEPLOYING"])
    it(`that its last build should have released, and is not served: ${state}`, () => {
      assert.ok(canBind({ ...deployment("2026-01-04T00:00:00Z"), state }, certificate("x", [])));
    });

  it("as far as is known, when nothing is known of its age", () => {
    assert.ok(canBind(deployment(undefined), certificate("x", [])));
  });
});

describe("the order of stages", () => {
  const types: EnvironmentType[][] = [["preview"], ["preview", "production"], ["production"]];

  it("changes the variables of a type with its first stage, and touches another type only after the stage before", () => {
    assert.deepEqual(beforeVariable(types, { stage: 0, target: 0 }).redeployments, []);
    assert.deepEqual(beforeVariable(types, { stage: 1, target: 0 }).redeployments, []);
    assert.deepEqual(beforeVariable(types, { stage: 1, target: 1 }).redeployments, [{ stage: 0, target: 0 }]);
    assert.deepEqual(beforeVariable(types, { stage: 2, target: 0 }).redeployments, [{ stage: 0, target: 0 }]);
  });

  it("redeploys after every variable of the type, and after the stage before", () => {
    assert.deepEqual(beforeRedeployment(types, { stage: 0, target: 0 }), {
      redeployments: [],
      variables: [
        { stage: 0, target: 0 },
        { stage: 1, target: 0 },
      ],
    });
    assert.deepEqual(beforeRedeployment(types, { stage: 2, target: 0 }), {
      redeployments: [
        { stage: 1, target: 0 },
        { stage: 1, target: 1 },
      ],
      variables: [
        { stage: 1, target: 1 },
        { stage: 2, target: 0 },
      ],
    });
  });

  it("knows the environment type of a branch by Zuplo's rule", () => {
    assert.deepEqual(
      ["main", "master", "production", "development", "staging", "feature/main"].map(environmentTypeOf),
      ["production", "production", "production", "preview", "preview", "preview"],
    );
  });
});
