import assert from "node:assert/strict";
import { Encoder, decode as unpack } from "@msgpack/msgpack";
import type { Attribute, AttributeType } from "../../provider/adapters/terraform/attributes";
import {
  decode,
  decodeObject,
  encode,
  encodeObject,
  keptJson,
} from "../../provider/adapters/terraform/values";
import { unknown } from "../../provider/resources/unknown";

const text: AttributeType = { kind: "string" };
const attribute = (property: string, name: string, type: AttributeType): Attribute => ({
  property,
  name,
  type,
  description: "",
});
const attributes = [
  attribute("namePrefix", "name_prefix", text),
  attribute("isSecret", "is_secret", { kind: "bool" }),
  attribute("status", "status", { kind: "number" }),
  attribute("triggers", "triggers", { kind: "map", of: text }),
  attribute("stages", "stages", {
    kind: "list",
    of: { kind: "object", attributes: [attribute("environmentType", "environment_type", text)] },
  }),
];

describe("values on Terraform's wire", () => {
  const there = (value: Record<string, unknown>) =>
    decodeObject(encodeObject(value, attributes), attributes) ?? {};

  it("come back as they went, with the core's names", () => {
    const value = {
      namePrefix: "backend",
      isSecret: false,
      status: 200,
      triggers: { "any name": "1", __proto__x: "2" },
      stages: [{ environmentType: "preview" }, {}],
    };
    assert.deepEqual(there(value), value);
  });

  it("keep a byte order mark, which an editor may have put before a PEM", () => {
    for (const length of [1, 1000, 100_000]) {
      const value = {
        namePrefix: `\uFEFF${"a".repeat(length)}`,
        triggers: { key: `\uFEFF${"b".repeat(length)}` },
      };
      assert.deepEqual(there(value), value);
    }
  });

  it("have Terraform's names there, and null for every attribute that is missing", () => {
    const { msgpack = new Uint8Array() } = encodeObject({ namePrefix: "backend", stages: [{}] }, attributes);
    assert.deepEqual(unpack(msgpack), {
      name_prefix: "backend",
      is_secret: null,
      status: null,
      triggers: null,
      stages: [{ environment_type: null }],
    });
  });

  it("lose nothing of a number that is longer than a double, which comes as an integer or as a text", () => {
    for (const value of ["20250101120000123", 20250101120000123n, `0.${"3".repeat(200)}`]) {
      const sent = new Encoder({ useBigInt64: true }).encode({ status: value });
      const { msgpack = new Uint8Array() } = encodeObject(
        decodeObject({ msgpack: sent }, attributes),
        attributes,
      );
      assert.equal((unpack(msgpack) as { status: unknown }).status, String(value));
    }
  });

  it("are numbers where a double tells them, though the engine sends a text", () => {
    const msgpack = new Encoder().encode({ status: "0.1" });
    assert.equal(decodeObject({ msgpack }, attributes)?.status, 0.1);
  });

  it("may be unknown, whole or in part", () => {
    const value = { namePrefix: unknown, stages: [{ environmentType: unknown }], triggers: unknown };
    assert.deepEqual(there(value), value);
    // As go-cty writes it: an extension of one byte, type 0.
    assert.deepEqual(Buffer.from(encode(unknown, text).msgpack ?? []), Buffer.from("d40000", "hex"));
  });

  it("are unknown, too, where the engine tells a little of them", () => {
    // Extension 12 of three bytes: a map by which the engine says that it is not null.
    const refined = Buffer.from("c7030c8101c2", "hex");
    assert.equal(decode({ msgpack: refined }, text), unknown);
  });

  it("are nothing where there is no object", () => {
    assert.equal(decodeObject(encodeObject(undefined, attributes), attributes), undefined);
    assert.equal(decodeObject(undefined, attributes), undefined);
  });

  it("are texts where a length of time is a number in the core", () => {
    assert.deepEqual(there({ namePrefix: 30 }), { namePrefix: "30" });
  });

  it("of a stored state are passed on, but for what another version had", () => {
    const stored = {
      name_prefix: "a",
      gone: 1,
      stages: [{ environment_type: "preview", gone: 2 }],
      status: null,
    };
    const { json = new Uint8Array() } = keptJson(Buffer.from(JSON.stringify(stored)), attributes);
    assert.deepEqual(JSON.parse(Buffer.from(json).toString()), {
      name_prefix: "a",
      status: null,
      stages: [{ environment_type: "preview" }],
    });
  });
});
