import assert from "node:assert/strict";
import { buildBinding } from "../../sdk/binding";

/** A part of a binding, with what Pulumi is told to wait for. */
interface Part {
  kind: string;
  name: string;
  dependsOn: unknown;
}

describe("what the parts of an MtlsBinding wait for", () => {
  const parts: Part[] = [];
  const certificateName = "backend_prod_0123456789ab";
  const classOf = (kind: string) =>
    class {
      readonly kind = kind;
      name: string;
      dependsOn: unknown;
      constructor(name: string, _args: object, opts: { dependsOn?: unknown }) {
        this.name = kind === "certificate" ? certificateName : name;
        this.dependsOn = opts.dependsOn;
        parts.push(this);
      }
    };
  const waitsOf = async (kind: string, name: string) => {
    const part = parts.find(each => each.kind === kind && each.name === name) ?? assert.fail();
    const waits = (await Promise.all(part.dependsOn as Promise<Part>[])).map(each =>
      each.kind === "certificate" ? "certificate" : `${each.kind} ${each.name}`,
    );
    return [...new Set(waits)].filter(text => text !== "certificate").sort();
  };

  before(() => {
    // given two stages, of two types
    const stages = [
      { branches: ["staging", "canary"], environmentType: "preview" },
      { branches: ["main"], environmentType: "production" },
    ];
    const classes = {
      MtlsCertificate: classOf("certificate"),
      EnvironmentVariable: classOf("variable"),
      Redeployment: classOf("redeployment"),
      lookUpDeployment: () => assert.fail(),
    };
    const args = { certificate: "PEM", variable: "BACKEND", stages };
    // when
    buildBinding({} as never, classes as never, "backend", args as never);
  });

  it("are the variables of its type for a redeploy, and the stage before for what comes after it", async () => {
    assert.deepEqual(await waitsOf("variable", "backend-staging"), []);
    assert.deepEqual(await waitsOf("redeployment", "backend-canary"), [
      "variable backend-canary",
      "variable backend-staging",
    ]);
    const before = ["redeployment backend-canary", "redeployment backend-staging"];
    assert.deepEqual(await waitsOf("variable", "backend-main"), before);
    assert.deepEqual(await waitsOf("redeployment", "backend-main"), [...before, "variable backend-main"]);
  });

  it("are given one by one: of a promise of all, Pulumi would look through every resource that it leads to", () => {
    for (const { kind, dependsOn } of parts.filter(each => each.kind !== "certificate"))
      assert.ok(Array.isArray(dependsOn) && dependsOn.every(each => each instanceof Promise), kind);
  });
});
