import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PartialFailure } from "../../provider/resources/partialFailure";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import { Redeployment } from "../../sdk";
import { contextOf, withEmulator } from "../support/core";

const value = "a-value-that-nobody-may-see";

/** What the Node class keeps secret in the state, whatever the program says. */
async function alwaysSecret(): Promise<string[]> {
  let kept: string[] = [];
  await pulumi.runtime.setMocks({ newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) });
  const look: pulumi.ResourceTransformation = ({ opts }) => {
    kept = (opts as pulumi.CustomResourceOptions).additionalSecretOutputs ?? [];
    return undefined;
  };
  const own = { transformations: [look], additionalSecretOutputs: ["buildId"] };
  new Redeployment("main", { branch: "main", certificates: [], variables: [] }, own);
  return kept;
}

describe("a roll that fails", () => {
  it("stores old values only where the Node class keeps them secret, since the engine marks by the new ones", () =>
    withEmulator({}, async emulator => {
      // given a deployment whose variables and triggers were secret
      const old = {
        branch: "main",
        certificates: [],
        variables: [{ branch: "main", name: "TOKEN", value }],
        triggers: { token: value },
      };
      const { id, state } = await redeployment.create(contextOf(emulator), { ...old, timeout: 5 });
      // when the program has no secret any more, and the build fails
      emulator.failNextBuild("main");
      const news = { branch: "main", certificates: [], variables: [], triggers: "public", timeout: 5 };
      const failure = await redeployment.update(contextOf(emulator), id, state, news).then(
        () => undefined,
        (error: unknown) => error,
      );
      assert.ok(failure instanceof PartialFailure);
      // then
      const stored = Object.entries(failure.state as object).filter(([, part]) =>
        JSON.stringify(part ?? null).includes(value),
      );
      const kept = await alwaysSecret();
      assert.deepEqual(stored.map(([key]) => key).sort(), ["triggers", "variables"]);
      for (const [key] of stored) assert.ok(kept.includes(key), `${key} may be in clear in the state`);
      assert.ok(kept.includes("buildId"), "what the program keeps secret stays so");
    }));
});
