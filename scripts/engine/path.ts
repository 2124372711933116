import { join } from "node:path";
import { coerce, gte } from "semver";
import { directoryOnPath, executable } from "./files";
import type { Progress } from "./progress";
import type { Runner } from "./run";
import { MINIMUM_VERSION } from "./versions";

/** Far more than it takes; a wrapper that waits for something must not hang the set-up. */
const TIME_LIMIT_MS = 20_000;

/** The directory of a usable engine on PATH, if there is one with the language hosts that the project needs. */
export async function engineOnPath(
  path: string | undefined,
  run: Runner,
  progress: Progress,
): Promise<string | undefined> {
  const directory = directoryOnPath("pulumi", path);
  if (directory === undefined) return undefined;
  for (const host of ["pulumi-language-nodejs", "pulumi-language-yaml"]) {
    if (directoryOnPath(host, path) === undefined) {
      progress.say(`The Pulumi on PATH is not used: ${host} is not there.`);
      return undefined;
    }
  }
  const version = await versionOf(directory, run);
  if (version !== undefined && gte(version, MINIMUM_VERSION)) return directory;
  progress.say(
    `The Pulumi on PATH is not used: it is ${version ?? "broken"}, not ${MINIMUM_VERSION} or newer.`,
  );
  return undefined;
}

/** `3.248.0` for any build of that version, undefined if the program does not run. */
export async function versionOf(directory: string, run: Runner): Promise<string | undefined> {
  try {
    const command = join(directory, executable("pulumi"));
    const env = { PULUMI_SKIP_UPDATE_CHECK: "true" };
    return coerce(await run({ command, args: ["version"], env, timeoutMs: TIME_LIMIT_MS }))?.version;
  } catch {
    return undefined;
  }
}
