import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { formatReleased } from "../../cli/releaseText";
import { describeBranches } from "../../provider/rotation/objectionWords";
import { shellWord } from "../../provider/text/shellWord";

const branches = [
  "fix;touch gone",
  "$(touch gone)",
  "it's",
  "a b",
  "feature/one",
  "~",
  "a|b",
  "a*",
  "a\\b",
  "!a",
];

describe("a word of a command line that is told", () => {
  it("is one word for a shell, whatever it holds", function () {
    if (process.platform === "win32") this.skip();
    for (const text of branches) {
      const told = execFileSync("/bin/sh", ["-c", `printf %s ${shellWord(text)}`], { encoding: "utf8" });
      assert.equal(told, text);
    }
    assert.equal(shellWord("feature/one"), "feature/one");
  });

  it("has no quotation mark of its own on Windows", () => {
    assert.equal(shellWord('my "shop" & del', "win32"), '"my shop & del"');
  });

  it("is how a message and a command give the branches of others", function () {
    if (process.platform === "win32") this.skip();
    // given
    const objections = branches.map(
      branch => ({ kind: "named", branch, variable: "A", deployment: "d" }) as const,
    );
    const certificate = {
      id: "cert_1",
      name: "backend",
      certificateInfo: { subject: "", issuer: "", validFrom: "", validTo: "", serialNumber: "" },
      environments: { development: false, preview: false, production: true },
      createdOn: undefined,
      updatedOn: undefined,
    };
    const kept = new Map([["production", objections]] as const);
    const plan = {
      certificate,
      types: [],
      variables: [],
      value: "",
      deployments: [],
      unread: [],
      workingCopies: [],
    };
    const released = { disabled: [], redeployed: [], failures: [], unfinished: [], holders: [], naming: [] };
    // when
    const text = formatReleased(
      { account: "acme", project: "gateway" },
      { ...plan, kept } as never,
      { ...released, kept } as never,
    );
    // then
    const options = describeBranches(objections);
    const words = execFileSync("/bin/sh", ["-c", `printf '%s\\n' ${options}`], { encoding: "utf8" });
    assert.deepEqual(
      words.trimEnd().split("\n"),
      branches.flatMap(branch => ["--branch", branch]),
    );
    assert.ok(text.includes(`To release it there, too: ${options}`), JSON.stringify(text));
  });
});
