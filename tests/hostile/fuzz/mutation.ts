import { gzipSync } from "node:zlib";
import fc from "fast-check";

/** What is done to an answer that was true. */
export type Mutation =
  /** A text, number or other leaf of its JSON becomes something else; the whole, where it has none. */
  | { do: "change"; leaf: number; value: unknown }
  /** A leaf of a certain kind becomes what its kind makes dangerous. */
  | { do: "misfit"; kind: Kind; leaf: number; value: string }
  /** A leaf is missing. */
  | { do: "drop"; leaf: number }
  /** The bytes are not what the headers say, or do not end. */
  | { do: "spoil"; how: Spoiling }
  | { do: "status"; status: number };

/** What leaves are, by their names. */
const kinds = { name: /issuer|subject/i, date: /^valid|On$|^at$/, address: /url/i } as const;
type Kind = keyof typeof kinds;

const spoilings = [
  "cut",
  "empty",
  "endless",
  "html",
  "not gzip",
  "a bomb",
  "latin-1",
  "a mark before it",
  "twice",
  "zeros",
] as const;
type Spoiling = (typeof spoilings)[number];

/** The bytes of an answer; `isEndless`: they are sent again and again. */
export interface Bytes {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  isEndless?: boolean;
}

/** Texts that grow: what is read with a step back for each step forward takes its time. */
const long = fc
  .record({
    begin: fc.constantFrom("", "CN=", "O=a, ", "https://", "2031-"),
    piece: fc.constantFrom(" ", ",", "a", "=", "\\", '"', ", ", "a=", ".", "/", "\t", "-0"),
    count: fc.constantFrom(100, 1000, 4000),
    end: fc.constantFrom("", "x", "=", "Z"),
  })
  .map(({ begin, piece, count, end }) => `${begin}${piece.repeat(count)}${end}`);

const steering = fc.constantFrom(
  "\u001b[2J",
  "\u001b]8;;https://example.com\u0007x",
  "a\r\nb",
  "\u009b31m",
  "\u202egnp.exe",
  "\u0000",
  "\ud800",
  "a\u2028b",
);
const dates = fc.constantFrom("soon", "", "2031-13-45T00:00:00Z", "0", "-1", "9".repeat(30), "2031-02-30");
const addresses = fc.constantFrom(
  "gateway.example.com",
  "//gateway.example.com",
  "ftp://gateway.example.com",
  "javascript:0",
  "http://[::1",
  "https://user:password@127.0.0.1/?a=b#c",
  "http://example.com",
  "../..",
);
const other = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1e300, [], {}, [[]], { __proto__: null }, "__proto__"),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 20 }),
);

const leaf = fc.nat({ max: 60 });

/** Distinguished names that take long to read for who goes back in them. */
const names = fc
  .record({ piece: fc.constantFrom(" ", ", ", "a", "\\", '"'), end: fc.constantFrom("x", "=", "x\ry") })
  .map(({ piece, end }) => `CN=${piece.repeat(4000 / piece.length)}${end}`);

const misfit = fc.oneof(
  fc.record({ kind: fc.constant("name" as const), value: names }),
  fc.record({ kind: fc.constant("date" as const), value: dates }),
  fc.record({ kind: fc.constant("address" as const), value: addresses }),
);

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("change" as const),
      leaf,
      value: fc.oneof(long, steering, dates, addresses, other) as fc.Arbitrary<unknown>,
    }),
  },
  {
    weight: 10,
    arbitrary: fc
      .record({ leaf, chosen: misfit })
      .map(({ leaf, chosen }) => ({ do: "misfit" as const, leaf, ...chosen })),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("drop" as const), leaf }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("spoil" as const), how: fc.constantFrom(...spoilings) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("status" as const),
      status: fc.constantFrom(201, 204, 302, 400, 401, 404, 409, 418, 422),
    }),
  },
);

export function mutated(answer: Bytes, mutation: Mutation): Bytes {
  switch (mutation.do) {
    case "status":
      return { ...answer, status: mutation.status };
    case "spoil":
      return spoiled(answer, mutation.how);
    default:
      return { ...answer, body: changed(answer.body, mutation) };
  }
}

function spoiled(answer: Bytes, how: Spoiling): Bytes {
  const { body, headers } = answer;
  switch (how) {
    case "cut":
      return { ...answer, body: body.subarray(0, body.length >> 1) };
    case "empty":
      return { ...answer, body: Buffer.alloc(0) };
    case "endless":
      return { ...answer, body: Buffer.alloc(1024 * 1024, " "), isEndless: true };
    case "html":
      return {
        ...answer,
        headers: { ...headers, "content-type": "text/html" },
        body: Buffer.from(`<html>${body}</html>`),
      };
    case "not gzip":
      return { ...answer, headers: { ...headers, "content-encoding": "gzip" } };
    case "a bomb":
      return {
        ...answer,
        headers: { ...headers, "content-encoding": "gzip" },
        body: gzipSync(Buffer.alloc(30 * 1024 * 1024, " ")),
      };
    case "latin-1":
      return { ...answer, body: Buffer.from(`${body.toString("utf8")}\u00e9`, "latin1") };
    case "a mark before it":
      return { ...answer, body: Buffer.concat([Buffer.from("\ufeff"), body]) };
    case "twice":
      return { ...answer, body: Buffer.concat([body, body]) };
    case "zeros":
      return { ...answer, body: Buffer.alloc(4096) };
  }
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Leaf = { holder: { [key: string]: Json } | Json[]; key: string | number };

function changed(body: Buffer, mutation: Extract<Mutation, { leaf: number }>): Buffer {
  let json: Json;
  try {
    json = JSON.parse(body.toString("utf8"));
  } catch {
    return body;
  }
  const all = leavesOf(json);
  const fitting =
    mutation.do === "misfit" ? all.filter(({ key }) => kinds[mutation.kind].test(String(key))) : [];
  const leaves = fitting.length > 0 ? fitting : all;
  const chosen = leaves[mutation.leaf % Math.max(leaves.length, 1)];
  if (chosen === undefined) return Buffer.from(JSON.stringify("value" in mutation ? mutation.value : null));
  const { holder, key } = chosen as { holder: Record<string, Json>; key: string };
  if (mutation.do === "drop") delete holder[key];
  else holder[key] = mutation.value as Json;
  return Buffer.from(JSON.stringify(json));
}

/** Objects of a list stay: an API that hides one is believed. */
function leavesOf(json: Json): Leaf[] {
  if (typeof json !== "object" || json === null) return [];
  const entries: [string | number, Json][] = Array.isArray(json) ? [...json.entries()] : Object.entries(json);
  return entries.flatMap(([key, value]) =>
    typeof value === "object" && value !== null ? leavesOf(value) : [{ holder: json, key }],
  );
}
