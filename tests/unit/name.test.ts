import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  familyOf,
  generatedName,
  isName,
  isNamed,
  maxNameLength,
  nearestName,
  nextFreeName,
} from "../../provider/certificates/name";

const identity = { project: "shop", stack: "prod", parents: "", resource: "backend" };
const fingerprint = "1a2b3c4d".padEnd(64, "0");

describe("the name of a certificate", () => {
  it("is prefix, lineage and generation", () => {
    const lineage = createHash("sha256").update("shop/prod/backend").digest("hex").slice(0, 4);
    assert.equal(generatedName(identity, undefined, fingerprint), `backend_prod_${lineage}1a2b3c4d`);
    assert.equal(generatedName(identity, "edge", fingerprint), `edge_${lineage}1a2b3c4d`);
  });

  it("differs between stacks and projects that chose the same prefix", () => {
    const names = [identity, { ...identity, stack: "staging" }, { ...identity, project: "other" }].map(
      other => generatedName(other, "edge", fingerprint),
    );
    assert.equal(new Set(names).size, 3);
  });

  it("is an identifier of at most 120 characters, suffix included, whatever the resource is called", () => {
    for (const resource of ["my-backend", "1st", "ü/ñ.ø", "x".repeat(300), "", "delete", "日本"]) {
      const name = generatedName({ ...identity, resource }, undefined, fingerprint);
      assert.ok(isName(name), name);
      assert.ok(isName(nextFreeName(name, new Set([name]))));
      assert.ok(nextFreeName(name, new Set([name])).length <= maxNameLength);
    }
  });

  it("shares its family with the other generations of its lineage only", () => {
    const family = familyOf(generatedName(identity, undefined, fingerprint));
    assert.equal(familyOf(generatedName(identity, undefined, "ffffffff".padEnd(64, "0"))), family);
    assert.equal(familyOf(`${generatedName(identity, undefined, fingerprint)}_2`), family);
    assert.notEqual(
      familyOf(generatedName({ ...identity, resource: "other" }, "backend_prod", fingerprint)),
      family,
    );
    assert.equal(familyOf("backend_prod"), undefined);
    assert.equal(familyOf("backend_202601150930"), undefined);
  });

  it("is still the same with the suffix of a name that was taken", () => {
    assert.ok(isNamed("a_00aa11bb22cc_2", "a_00aa11bb22cc"));
    assert.ok(!isNamed("a_00aa11bb22cc_x", "a_00aa11bb22cc"));
    assert.ok(!isNamed("fixed_2", "fixed"));
  });

  it("is still the same with another suffix than the one that was wanted, and not without any", () => {
    assert.ok(isNamed("a_00aa11bb22cc_3", "a_00aa11bb22cc_2"));
    assert.ok(!isNamed("a_00aa11bb22cc", "a_00aa11bb22cc_2"));
    assert.ok(!isNamed("a_00aa11bb22cc_2_2", "a_00aa11bb22cc_2"));
  });

  for (const [given, nearest] of [
    ["my-backend-cert", "my_backend_cert"],
    ["1st", "_1st"],
    ["delete", "delete_cert"],
    ["__proto__", "__proto___cert"],
    ["café crème", "cafe_creme"],
    ["x".repeat(200), "x".repeat(120)],
  ] as const) {
    it(`'${given.slice(0, 20)}' is none, and the nearest is '${nearest.slice(0, 20)}'`, () => {
      assert.ok(!isName(given));
      assert.equal(nearestName(given), nearest);
      assert.ok(isName(nearest));
    });
  }

  it("takes the first free suffix", () => {
    assert.equal(nextFreeName("a", new Set()), "a");
    assert.equal(nextFreeName("a", new Set(["a", "a_2"])), "a_3");
  });
});
