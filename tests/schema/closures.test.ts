import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as zuplo from "pulumi-zuplo";

const snapshot = join(__dirname, "closures.json");

describe("the functions of the dynamic classes, whose text the states of all stacks hold", () => {
  it("are what they always were: another text would be a change of every resource", async () => {
    // given
    const texts: Record<string, unknown> = {};
    await pulumi.runtime.setMocks({
      newResource: ({ type, inputs, name }) => {
        texts[type.split(":").at(-1) ?? ""] = inputs.__provider;
        return { id: name, state: inputs };
      },
      call: () => ({}),
    });
    // when
    const made = [
      new zuplo.MtlsCertificate("a", { certificate: "PEM", privateKey: "KEY", environments: ["preview"] }),
      new zuplo.EnvironmentVariable("a", { branch: "main", name: "A", value: "a" }),
      new zuplo.Redeployment("a", { branch: "main", certificates: [], variables: [] }),
      new zuplo.ClientMtlsCaCertificate("a", { certificate: "PEM" }),
    ];
    await Promise.all(made.map(({ urn }) => new Promise(resolve => urn.apply(resolve))));
    // then
    const kept = JSON.parse(readFileSync(snapshot, "utf8")) as Record<string, string>;
    const tight = (all: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(all).map(([type, text]) => [type, tightened(String(text))]));
    assert.deepEqual(tight(texts), tight(kept));
  });
});

/** What runs the tests takes out spaces. */
function tightened(text: string): string {
  return text.replace(/ ?(=>|,) ?/g, "$1");
}
