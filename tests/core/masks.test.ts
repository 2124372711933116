import assert from "node:assert/strict";
import { type Emulator, spoil } from "../../emulator";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { contextOf, uploadCertificate, withEmulator } from "../support/core";

const masks = [
  ...[
    "***",
    "********",
    "•••",
    "xxxxxxxx",
    "XXXX",
    "------",
    "abcd****",
    "...abcd",
    "…abcd",
    "sk_live...9f2c",
  ],
  ...[
    "[secret]",
    "<encrypted value>",
    "(hidden)",
    "{{redacted}}",
    "[REDACTED BY ZUPLO]",
    "<masked>",
    "Encrypted",
  ],
  ...["SECRET_VALUE", "hidden-value", "secretValue", "value is hidden", "(sensitive value)"],
];
const values = [
  ...["secret_backend_421b3c4d5e6f", "backend_prod", "https://secret.example.com/hidden", "8888", "private"],
  ...["encrypted-at-rest", "a.b.c", "www", "../hidden/file", "secret santa 7", "https://example.com/..."],
];

/** Tells the one variable of the production branch as Zuplo may. */
async function toldAs(
  told: Record<string, unknown>,
  work: (emulator: Emulator, name: string, id: string) => Promise<void>,
  name?: string,
): Promise<void> {
  await withEmulator({}, async emulator => {
    const issued = await emulator.authority.issue();
    const stored = await uploadCertificate(contextOf(emulator), issued, name === undefined ? {} : { name });
    const body = { accountName: "acme", systemConfigurations: {}, customDomain: null, ...told };
    emulator.onCall(spoil(({ kind }) => kind === "environment.configurations", { status: 200, body }, 99));
    await work(emulator, stored.state.name, stored.id);
  });
}

/** Whether a certificate stays enabled for production, since a secret may name it. */
async function isKept(emulator: Emulator, id: string): Promise<boolean> {
  const { safety } = await contextOf(emulator).session.project({});
  const kept = await safety.disable(id, ["production"]);
  return kept.get("production")?.some(({ kind }) => kind === "unreadable") === true;
}

describe("what Zuplo tells of a secret", () => {
  for (const mask of masks)
    it(`may name any certificate: ${mask}`, () =>
      toldAs({ CERT: mask }, async (emulator, _name, id) => assert.ok(await isKept(emulator, id))));

  for (const value of values)
    it(`is told from a value: ${value}`, () =>
      toldAs({ CERT: value }, async (emulator, _name, id) => assert.ok(!(await isKept(emulator, id)))));

  const spelled: [string, unknown, boolean][] = [
    ["isSecret beside any value", { value: "abc", isSecret: true }, true],
    ["is-secret beside any value", { value: "abc", "is-secret": true }, true],
    ["isSecret alone", { isSecret: true }, true],
    ["isSecret false beside a value", { value: "abc", isSecret: false }, false],
    ["no value", null, true],
  ];
  for (const [title, told, kept] of spelled)
    it(`may be ${title}`, () =>
      toldAs({ CERT: told }, async (emulator, _name, id) => assert.equal(await isKept(emulator, id), kept)));

  it("is not the name of a certificate of the project, whatever that looks like", () =>
    toldAs(
      { CERT: "hidden_value" },
      async (emulator, name) => {
        const { id } = await uploadCertificate(contextOf(emulator), await emulator.authority.issue());
        assert.ok(!(await isKept(emulator, id)));
        const project = await contextOf(emulator).session.project({});
        assert.equal((await project.variablesOf("main"))?.values.get("CERT"), name);
      },
      "hidden_value",
    ));

  for (const [value, isRefused] of [
    ["<encrypted value>", true],
    ["/", false],
    ["", false],
  ] as const)
    it(`is not overwritten, unlike a value: ${JSON.stringify(value)}`, () =>
      toldAs({ CERT: value, OTHER: "readable" }, async emulator => {
        const args = { branch: "main", name: "CERT", value: "one" };
        await environmentVariable.create(contextOf(emulator), args);
        const again = environmentVariable.create(contextOf(emulator), { ...args, value: "two" });
        if (isRefused) await assert.rejects(again, /ZUPLO1313/);
        else await again;
        assert.equal(emulator.variables("main").CERT, isRefused ? "one" : "two");
      }));
});
