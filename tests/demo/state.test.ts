import assert from "node:assert/strict";
import { countsInStack, expectedWrites, secretsIn } from "../../scripts/demo/state";

const key =
  "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\nAgEGCCqGSM49AwEHBG0w\n-----END PRIVATE KEY-----\n";

describe("an exported state", () => {
  it("tells how many writes a rotation takes", () => {
    const resource = (type: string, outputs = {}) => ({
      type: `pulumi-nodejs:dynamic/zuplo:${type}`,
      outputs,
    });
    const resources = [
      { type: "pulumi:pulumi:Stack" },
      resource("MtlsCertificate"),
      ...["a", "b", "c"].map(branch => resource("EnvironmentVariable", { branch })),
      ...["preview", "preview", "production"].map(environmentType =>
        resource("Redeployment", { environmentType }),
      ),
    ];
    const counts = countsInStack(JSON.stringify({ version: 3, deployment: { resources } }));
    assert.deepEqual(counts, { certificates: 1, variables: 3, environmentTypes: 2, deployments: 3 });
    assert.equal(expectedWrites(counts), 10);
  });

  it("has no secret where none is", () =>
    assert.equal(secretsIn('{"secret":"[encrypted]"}', [key, "zpka_1"]), 0));

  const forms: Record<string, string> = {
    "in clear": `x${key}x`,
    "escaped for JSON": JSON.stringify({ key }),
    "without its frame and lines": "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0w",
    "in base64": Buffer.from(key).toString("base64"),
    "in base64 of something longer, one byte off": Buffer.from(`a${key}`).toString("base64"),
    "in base64 of something longer, two bytes off": Buffer.from(`ab${key} and more`).toString("base64"),
  };
  for (const [form, text] of Object.entries(forms))
    it(`is searched for a key ${form}`, () => assert.equal(secretsIn(text, ["zpka_1", key]), 1));
});
