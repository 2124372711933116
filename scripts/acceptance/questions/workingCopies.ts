import { z } from "zod";
import { inquiry } from "../inquiry";
import { assume, type Seen } from "../rows";
import type { Scene } from "../scene";

const typeAnswer = z.object({ environmentType: z.string() });
/** So many are asked for what the provider's client reads into one word. */
const most = 5;

const none: Seen = { notSeen: "the project has none; open a branch in Zuplo's editor first" };

export const workingCopies = inquiry({
  doing: "looking for working copies",
  questions: {
    type: {
      ...assume("environmentType of a working copy", "WORKING_COPY"),
      isHandled: value => /working/i.test(value),
    },
    environments: assume("whether working copies are among the environments", "no", ["yes"]),
  },
  async ask(scene) {
    const { client, scope, raw, target } = scene;
    await raw.call({
      method: "GET",
      path: `/v1/deployments/${encodeURIComponent(target.name)}`,
      as: "/v1/deployments/{deployment}",
    });
    const deployments = await client.listDeployments(scope);
    const environments = new Set((await client.listEnvironments(scope)).map(({ name }) => name));
    const isAdditional = (name: string, branch: string | undefined) =>
      deployments.some(other => other.name !== name && other.branchName === branch);
    // Where the type says nothing of it, a branch with several deployments does.
    const copies = deployments.filter(
      ({ name, branchName, isWorkingCopy, environmentType }) =>
        isWorkingCopy ||
        environmentType === "development" ||
        (isAdditional(name, branchName) && !environments.has(name)),
    );
    if (copies.length === 0) return { type: none, environments: none };
    const types = await Promise.all(copies.slice(0, most).map(({ name }) => typeOf(scene, name)));
    const listed = copies.filter(({ name }) => environments.has(name)).length;
    return {
      type: { value: [...new Set(types)].join(", "), note: `${copies.length} in the project` },
      environments: { value: listed === 0 ? "no" : "yes" },
    };
  },
});

async function typeOf({ raw }: Scene, name: string): Promise<string> {
  const { body } = await raw.call({
    method: "GET",
    path: `/v1/deployments/${encodeURIComponent(name)}`,
    as: "/v1/deployments/{working copy}",
  });
  return typeAnswer.safeParse(body).data?.environmentType ?? "none told";
}
