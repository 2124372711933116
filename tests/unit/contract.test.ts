import assert from "node:assert/strict";
import type { z } from "zod";
import { contracts, resources } from "../../provider/resources";
import {
  argumentsOf,
  type Contract,
  changesBetween,
  movableOutputs,
  outputsOf,
  placeArguments,
  requiredOutputs,
  secretPathsOf,
} from "../../provider/resources/contract";
import { mtlsBindingContract } from "../../provider/resources/mtlsBinding/contract";
import { previewOfUpdate } from "../../provider/resources/preview";
import { unknown } from "../../provider/resources/unknown";

const all: readonly Contract[] = [...contracts, mtlsBindingContract];
const metaOf = (schema: unknown) => (schema as z.ZodType).meta() ?? {};

describe("the contract", () => {
  it("is written of every resource that is served, under its type", () => {
    for (const [type, { contract }] of Object.entries(resources)) assert.equal(contract.type, type);
  });

  for (const contract of all) {
    describe(`of ${contract.type}`, () => {
      it("says of each argument what it is, and what another value does", () => {
        for (const name of argumentsOf(contract)) {
          const { description, onChange, default: standard = "" } = metaOf(contract.inputs.shape[name]);
          assert.match(description ?? "", /^[A-Zh].*[.)]$/, name);
          assert.ok(onChange, name);
          // The default has a place of its own, and the schema ends it with a full stop.
          assert.doesNotMatch(description ?? "", /by default/i, name);
          assert.doesNotMatch(standard, /\.$/, name);
        }
      });

      it("says of each output what it is, and names arguments that exist", () => {
        for (const name of outputsOf(contract)) {
          const { description, from, movedBy = [] } = metaOf(contract.outputs.shape[name]);
          assert.match(description ?? "", /\.$/, name);
          for (const argument of [...movedBy, ...(from === undefined ? [] : [from])])
            assert.ok(argumentsOf(contract).includes(argument), `${name}: ${argument}`);
        }
      });

      it("has no output of the name of an argument", () => {
        assert.deepEqual(
          outputsOf(contract).filter(name => argumentsOf(contract).includes(name)),
          [],
        );
      });
    });
  }

  for (const [type, resource] of Object.entries(resources)) {
    const { contract } = resource;
    const texts = (text: string) => Object.fromEntries(argumentsOf(contract).map(name => [name, text]));

    it(`of ${type} decides what another value of each argument does`, () => {
      const changes = changesBetween(contract, texts("old"), texts("new"));
      for (const name of argumentsOf(contract)) {
        const { onChange } = metaOf(contract.inputs.shape[name]);
        const expected =
          placeArguments(contract).includes(name) || onChange === "nothing" ? undefined : onChange;
        assert.equal(changes[name], expected, name);
      }
      assert.deepEqual(changesBetween(contract, texts("same"), texts("same")), {});
    });

    it(`of ${type} leaves what the provider settles where the program does not say it`, () => {
      const settled = requiredOutputs(contract).filter(name => argumentsOf(contract).includes(name));
      const news = Object.fromEntries(
        Object.entries(texts("old")).filter(([name]) => !settled.includes(name)),
      );
      assert.deepEqual(changesBetween(contract, texts("old"), news), {});
    });

    it(`of ${type} previews of an update what it moves, and nothing else, as unknown`, () => {
      const outputs = Object.fromEntries(outputsOf(contract).map(name => [name, "old"]));
      const movers = new Set(
        movableOutputs(contract).flatMap(name => metaOf(contract.outputs.shape[name]).movedBy ?? []),
      );
      for (const name of argumentsOf(contract)) {
        const preview = previewOfUpdate(resource, outputs, {}, { [name]: "update" });
        const later = Object.keys(preview).filter(key => preview[key] === unknown);
        assert.equal(later.length > 0, movers.has(name), `${name} moves ${later.join()}`);
      }
    });
  }

  it("tells what is secret: always, where another argument says so, and within an argument", () => {
    const pathsOf = (type: keyof typeof resources, values: Record<string, unknown>) =>
      secretPathsOf(resources[type].contract, values);
    assert.deepEqual(pathsOf("MtlsCertificate", {}), [["privateKey"]]);
    assert.deepEqual(pathsOf("EnvironmentVariable", { isSecret: false }), []);
    for (const isSecret of [true, unknown])
      assert.deepEqual(pathsOf("EnvironmentVariable", { isSecret }), [["value"]]);
    assert.deepEqual(pathsOf("Redeployment", { verify: { path: "/" } }), [["verify", "headers"]]);
    assert.deepEqual(pathsOf("Redeployment", {}), []);
  });
});
