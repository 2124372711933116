import { randomUUID } from "node:crypto";
import { z } from "zod";
import { keepSecret } from "../../../provider/text/secret";
import { inquiry } from "../inquiry";
import { secretName, variableName } from "../names";
import { assume, type Seen } from "../rows";
import { ownOf, type Scene, setVariable, variablesPath } from "../scene";

const settings = z.record(z.string(), z.unknown());
/** Fields that are no variables of the user's. */
const words = new Set([
  "accountName",
  "projectName",
  "environmentType",
  "systemConfigurations",
  variableName,
  secretName,
]);

export const variables = inquiry({
  doing: "setting two variables, and reading them",
  questions: {
    duplicate: assume("status of a variable that exists", "400", ["409", "422"]),
    readable: assume("status of reading the variables of a branch", "200", ["401", "403", "404"]),
    plain: assume("how a variable is read that is no secret", "its value", ["a mask", "not at all"]),
    undeployed: assume("whether a variable is read before it is deployed", "yes"),
    secret: assume("how a secret variable is read", "a mask", ["not at all", "without a value"]),
  },
  async ask(scene) {
    const { name: value } = ownOf(scene, "kept");
    const secret = `acceptance-${randomUUID()}`;
    keepSecret(secret);
    scene.hasVariables = true;
    await create(scene, variableName, value, false, "new");
    const duplicate = await create(scene, variableName, value, false, "that exists");
    await create(scene, secretName, secret, true, "secret");
    // Those of an earlier run are still there.
    await setVariable(scene, value);
    const { client, scope, target } = scene;
    await client.updateVariable(scope, target.branch, { name: secretName, value: secret, isSecret: true });
    return { duplicate: { value: String(duplicate) }, ...(await read(scene, value, secret)) };
  },
});

async function create(
  scene: Scene,
  name: string,
  value: string,
  isSecret: boolean,
  which: string,
): Promise<number> {
  const { status } = await scene.raw.call({
    method: "POST",
    path: variablesPath(scene),
    body: { name, value, isSecret },
    as: `…/branches/{branch}/variables (${which})`,
  });
  return status;
}

async function read(scene: Scene, value: string, secret: string) {
  const { raw, client, scope, target } = scene;
  const environments = await client.listEnvironments(scope);
  const own = environments.find(({ branchName }) => branchName === target.branch);
  const { status, body } = await raw.call({
    method: "GET",
    path: `/v1/environments/${encodeURIComponent(own?.name ?? target.name)}/local-configurations`,
    as: "/v1/environments/{environment}/local-configurations",
    shown: withoutOthers,
  });
  const readable: Seen = { value: String(status) };
  const told = settings.safeParse(body).data;
  if (status >= 300 || told === undefined) {
    const notSeen: Seen = { notSeen: `HTTP ${status}` };
    return { readable, plain: notSeen, undeployed: notSeen, secret: notSeen };
  }
  const plain = howTold(told[variableName], value);
  // Where it is missing, or is what an earlier deploy had, it is read as it is deployed.
  const isStale = plain === "not at all" || plain === "another value" || plain === "without a value";
  const isTold = plain === "its value";
  const undeployed: Seen = isStale || isTold ? { value: isTold ? "yes" : "no" } : { notSeen: plain };
  return {
    readable,
    plain: isStale ? { notSeen: `told ${plain}, before a deploy` } : { value: plain },
    undeployed,
    secret: { value: howTold(told[secretName], secret) },
  };
}

/** Never the text itself: it may be somebody's. */
function howTold(told: unknown, value: string): string {
  if (told === undefined) return "not at all";
  if (told === null || told === "") return "without a value";
  if (told === value) return "its value";
  return typeof told === "string" && /[\p{L}\p{N}]{3}/u.test(told) ? "another value" : "a mask";
}

/** The names of the project's own variables are nobody's business. */
function withoutOthers(body: unknown): unknown {
  const told = settings.safeParse(body).data;
  if (told === undefined) return undefined;
  const entries = Object.entries(told);
  const kept = entries.filter(([name]) => words.has(name));
  const others = entries.length - kept.length;
  return { ...Object.fromEntries(kept), ...(others > 0 ? { [`(${others} more)`]: "" } : {}) };
}
