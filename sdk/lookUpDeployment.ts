import pulumi = require("@pulumi/pulumi");

import { inPulumiWords } from "../provider/adapters/pulumiWords";
import type { Target } from "../provider/rotation/target";
import type { Session } from "../provider/session";
import { coded } from "../provider/text/codes";
import type { Scope } from "./binding";

let session: Promise<Session> | undefined;

/** Asks Zuplo for a deployment by its name, with the stack's own configuration; one list for each project. */
export async function lookUpDeployment(name: string, scope: Scope): Promise<Target> {
  session ??= openSession();
  const { findTarget } = load<typeof import("../provider/rotation/target")>("../provider/rotation/target");
  try {
    return await findTarget(await (await session).project(scope), { deployment: name });
  } catch (error) {
    // What the provider throws has no stack, which is what Pulumi would print of it.
    throw new pulumi.RunError(inPulumiWords((error as Error).message));
  }
}

async function openSession(): Promise<Session> {
  const { readConfig } = load<typeof import("../provider/config")>("../provider/config");
  const { Session } = load<typeof import("../provider/session")>("../provider/session");
  const stackConfig = new pulumi.Config("zuplo");
  const apiKey = await clear(stackConfig.getSecret("apiKey"));
  const { config, problems } = readConfig(
    key => (key === "apiKey" ? apiKey : stackConfig.get(key)),
    key => process.env[key],
  );
  const [problem] = problems;
  if (problem !== undefined) {
    const { setting, reason, code } = problem;
    throw new Error(inPulumiWords(coded(code, `${setting} ${reason}`)));
  }
  return new Session(config, {
    log: {
      info: message => pulumi.log.info(inPulumiWords(message)),
      warn: message => pulumi.log.warn(inPulumiWords(message)),
    },
  });
}

function clear(secret: pulumi.Output<string> | undefined): Promise<string | undefined> {
  if (secret === undefined) return Promise.resolve(undefined);
  return new Promise(resolve => {
    secret.apply(resolve);
  });
}

/** Loaded only by programs that name deployments: the others need no API client. */
function load<T>(path: string): T {
  return require(path) as T;
}
