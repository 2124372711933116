import assert from "node:assert/strict";
import { variableName } from "../../scripts/acceptance/names";
import { run, withEmulator } from "./support";

describe("`npm run acceptance` refuses", () => {
  const branches = [
    { name: "main" },
    { name: "staging" },
    // Its name says nothing of it.
    { name: "live", environmentType: "production" as const },
    { name: "shared", environmentType: "development" as const },
  ];

  for (const [what, args, message] of [
    [
      "production",
      ["--branch", "main", "--yes"],
      /branch 'main' is production: this is for preview branches only/,
    ],
    ["production of any name", ["--branch", "live", "--yes"], /branch 'live' is production/],
    ["what working copies are made of", ["--branch", "shared", "--yes"], /'shared' is development/],
    [
      "a branch without a deployment",
      ["--branch", "none", "--yes"],
      /branch 'none' has no deployment: push it/,
    ],
    ["no branch", ["--yes"], /give --branch PREVIEW_BRANCH/],
    [
      "a route that is none",
      ["--branch", "staging", "--path", "health"],
      /--path 'health' does not begin with \//,
    ],
    [
      "a file of another kind",
      ["--branch", "staging", "--write", "a.txt"],
      /--write 'a.txt' does not end in .md/,
    ],
    [
      "a time that is none",
      ["--branch", "staging", "--timeout", "soon"],
      /takes a number of seconds, not 'soon'/,
    ],
    ["a key as an argument", ["--branch", "staging", "--api-key", "KEY"], /Unknown option '--api-key'/],
    [
      "to send the key in clear",
      ["--branch", "staging", "--endpoint", "http://example.com"],
      /API key in the clear/,
    ],
  ] as const) {
    it(`${what}`, () =>
      withEmulator({ branches }, async emulator => {
        // when
        const { code, error } = await run(emulator, args);
        // then
        assert.equal(code, 1);
        assert.match(error, message);
        assert.deepEqual(emulator.writes(), []);
      }));
  }

  it("a branch of which there are only working copies", () =>
    withEmulator({ branches }, async emulator => {
      // given
      emulator.hands.openWorkingCopy(emulator.project, "editor");
      // when
      const { code, error } = await run(emulator, ["--branch", "editor", "--yes"]);
      // then
      assert.equal(code, 1);
      assert.match(error, /branch 'editor' has only developers' working copies/);
    }));

  it("to take over a variable of its name that has somebody's value, which it does not tell", () =>
    withEmulator({ branches }, async emulator => {
      // given
      emulator.hands.setVariable(emulator.project, "staging", variableName, "somebody's");
      // when
      const { code, error } = await run(emulator, ["--branch", "staging", "--yes"]);
      // then
      assert.equal(code, 1);
      assert.match(error, /has a value that this script did not set/);
      assert.ok(!error.includes("somebody's"));
      assert.deepEqual(emulator.writes(), []);
    }));

  it("to begin without a key or a project", () =>
    withEmulator({}, async emulator => {
      for (const [name, message] of [
        ["ZUPLO_API_KEY", /set ZUPLO_API_KEY/],
        ["ZUPLO_PROJECT", /give --project NAME/],
      ] as const) {
        const { code, error } = await run(emulator, ["--branch", "staging"], { env: { [name]: "" } });
        assert.equal(code, 1);
        assert.match(error, message);
      }
    }));

  it("an API key that the API refuses, in one sentence", () =>
    withEmulator({}, async emulator => {
      const env = { ZUPLO_API_KEY: "zpka_another_key" };
      const { code, error } = await run(emulator, ["--branch", "staging", "--yes"], { env });
      assert.equal(code, 1);
      assert.match(
        error,
        /^acceptance: list deployments of project 'gateway': Unauthorized: .*\(HTTP 401\)\n$/,
      );
      assert.ok(!error.includes(env.ZUPLO_API_KEY));
    }));
});
