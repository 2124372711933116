import assert from "node:assert/strict";
import { inCommandWords } from "../../cli/words";
import { inPulumiWords } from "../../provider/adapters/pulumiWords";
import { say } from "../../provider/text/vocabulary";

describe("the words of an engine", () => {
  it("take the place of what the core writes", () => {
    const text = `Correct it, and run ${say.apply} again; or ${say.set("apiKey")}. See ${say.setting("endpoint")}.`;
    assert.equal(
      inPulumiWords(text),
      "Correct it, and run `pulumi up` again; or pulumi config set --secret zuplo:apiKey. See zuplo:endpoint.",
    );
  });

  it("are those of the command line, where no engine is at work", () => {
    const text = `Check ${say.setting("apiKey")} (or ZUPLO_API_KEY) and ${say.setting("settle")}, or give ${say.set("endpoint")}.`;
    assert.equal(
      inCommandWords(text),
      "Check --api-key-file (or ZUPLO_API_KEY) and ZUPLO_SETTLE, or give --endpoint URL.",
    );
  });

  for (const [term, written] of Object.entries(say)) {
    it(`know ${term}`, () => {
      const text = typeof written === "function" ? written("project") : written;
      for (const inWords of [inPulumiWords, inCommandWords]) {
        assert.doesNotMatch(inWords(text), /[{}]|undefined/);
      }
    });
  }

  it("leave what others wrote, which is no placeholder", () => {
    for (const text of ["{{nothing}}", "{{ apply }}", "{apply}", "{{setting}"])
      assert.equal(inPulumiWords(text), text);
  });
});
