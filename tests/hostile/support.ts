import assert from "node:assert/strict";
import fc from "fast-check";

/** What no message may hold: it stands where a private key or a secret value is expected. */
export const sentinel = "SENTINEL-7f3a-must-not-be-seen";

/** How the engine spells an unknown value, and the marks of secrets, outputs and resources on the wire. */
export const marks = {
  unknown: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  signature: "4dabf18193072939515e22adb298388d",
  secret: "1b47061264138c4ac30d75fd1eb44270",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
};

/** Longest message that a user is shown, in characters. */
const maxMessage = 4000;

const prototypeKeys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];

/** Arguments of every resource, so that nonsense comes under names that are looked at. */
export const argumentNames = [
  ...["certificate", "privateKey", "privateKeySource", "environments", "name", "namePrefix", "preflight"],
  ...["warnBefore", "onDelete", "account", "project", "branch", "value", "isSecret", "adopt", "deployment"],
  ...["certificates", "variables", "triggers", "verify", "rollback", "timeout", "environmentType"],
  ...["url", "path", "status", "file", "env", "caCertificate"],
];

const key = fc.oneof(
  fc.constantFrom(...argumentNames),
  fc.constantFrom(...prototypeKeys, "__provider", "__resource", "__imported", ""),
  fc.string({ maxLength: 12 }),
);

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(marks.unknown, "", " ", "\0", "null", "-1", "1e400", "9".repeat(400), "\u202e\u001b[2J"),
  fc.constantFrom("/dev/zero", "/", "..", "file:///etc", "javascript:0", "https://", "//", "http://[::1"),
  fc.constantFrom("preview", "production", "30d", "delete", ...prototypeKeys),
  fc.integer({ min: 1, max: 20_000 }).map(length => "x".repeat(length)),
);

const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -0, 1e300, 2 ** 31, 2 ** 53));

/** Anything that a program could give, as JSON knows it, with the marks of the wire among it. */
export const value: fc.Arbitrary<unknown> = fc.letrec<{ any: unknown }>(tie => {
  const any = tie("any");
  const marked = fc
    .record({ kind: fc.constantFrom(marks.secret, marks.output, marks.resource, "nonsense"), value: any })
    .map(({ kind, value }) => ({ [marks.signature]: kind, value }));
  return {
    any: fc.oneof(
      { maxDepth: 3, depthIdentifier: "hostile" },
      text,
      number,
      fc.boolean(),
      fc.constant(null),
      fc.array(any, { maxLength: 4 }),
      object(any),
      marked,
    ),
  };
}).any;

function object(of: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return fc.array(fc.tuple(key, of), { maxLength: 5 }).map(entries => Object.fromEntries(entries));
}

/** Arguments of a resource: known names and others, each with anything. */
export const nonsense = object(value);

/** An array or object in an object in an array …, `depth` times. */
export function nested(depth: number): unknown {
  let inner: unknown = "bottom";
  for (let level = 0; level < depth; level += 1) inner = level % 2 === 0 ? [inner] : { inner };
  return inner;
}

/** A sentence for a user: short, with an end, without a stack, a defect of ours, or the sentinel. */
export function assertClear(message: string): void {
  assert.ok(message.length <= maxMessage, `a message of ${message.length} characters`);
  assert.doesNotMatch(message, /\n\s+at |node_modules|\.ts:\d|\.js:\d/, "a stack trace");
  assert.doesNotMatch(message, /internal error|\[object Object\]|(?<!received )\bundefined\b/, message);
  assert.ok(!message.includes(sentinel), "a secret in a message");
  // Its code may follow.
  assert.ok(/\w \w/.test(message) && /\.( \[ZUPLO\d{4}\])?$/.test(message), `no sentence: ${message}`);
}

/** Nothing that was read has changed what every object has. */
export function assertUnpolluted(): void {
  assert.deepEqual(Object.keys(Object.prototype), []);
  assert.equal(typeof Object.prototype.toString, "function");
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
}
