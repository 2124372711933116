import assert from "node:assert/strict";
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

  for (const [term, written] of Object.entries(say)) {
    it(`know ${term}`, () => {
      const text = typeof written === "function" ? written("project") : written;
      assert.doesNotMatch(inPulumiWords(text), /[{}]|undefined/);
    });
  }

  it("leave what others wrote, which is no placeholder", () => {
    for (const text of ["{{nothing}}", "{{ apply }}", "{apply}", "{{setting}"])
      assert.equal(inPulumiWords(text), text);
  });
});
