import { parseArgs } from "node:util";
import { type Lookup, type ProviderConfig, readConfig } from "../../provider/config";
import { coded } from "../../provider/text/codes";
import { quote } from "../../provider/text/redact";
import type { Secret } from "../../provider/text/secret";
import { rotationPrefix, secretName, variableName } from "./names";

export const HELP = `A whole rotation on a preview branch of a Zuplo project of yours, and what Zuplo answered beside what is assumed.

Usage: npm run acceptance -- --project NAME --branch PREVIEW_BRANCH [options]

  --project NAME   the project (or ZUPLO_PROJECT)
  --branch NAME    a branch whose deployment is a preview; production and working copies are refused
  --account NAME   the account (or ZUPLO_ACCOUNT; default: the API key's own)
  --endpoint URL   the developer API (or ZUPLO_DEVELOPER_API_ENDPOINT; default: https://dev.zuplo.com)
  --path PATH      a route of the branch whose backend call names its certificate by ${variableName}, which shows
                   what callers get; best with a backend that echoes the certificate it was shown
  --timeout N      how long a redeploy may take, in seconds (default: 600)
  --agree N        for how long all looks have to agree after a redeploy, in seconds (default: 10)
  --write FILE     write the report to FILE, which ends in .md
  --json           print one JSON object instead of a table
  --yes            do it; without it, the plan is printed and nothing is written
  --help           this text

The API key comes from ZUPLO_API_KEY. The script makes certificates of its own (${rotationPrefix}…), the
variables ${variableName} and ${secretName} of the branch, and redeploys the branch. It deletes the
certificates in the end, on Ctrl-C too, and begins with those that an earlier run left. One run at a time in a project.

It ends with 0 where all is as assumed, with 2 where something differs, and with 1 where something failed or is left.
`;

export interface Options {
  help: boolean;
  branch: string;
  path: string | undefined;
  timeoutMs: number;
  /** Undefined where nothing is given. */
  agreeMs: number | undefined;
  write: string | undefined;
  json: boolean;
  yes: boolean;
  config: ProviderConfig & { apiKey: Secret; project: string };
}

/** Throws an Error fit for the user where the arguments make no sense. */
export function parseOptions(args: string[], environment: Lookup): Options | { help: true } {
  const { values } = parseArgs({
    args,
    options: {
      project: { type: "string" },
      branch: { type: "string" },
      account: { type: "string" },
      endpoint: { type: "string" },
      path: { type: "string" },
      timeout: { type: "string", default: "600" },
      agree: { type: "string" },
      write: { type: "string" },
      json: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return { help: true };
  const { branch, path, write, json, yes } = values;
  if (branch === undefined || branch === "")
    throw new Error("give --branch PREVIEW_BRANCH; --help tells more");
  if (path !== undefined && !path.startsWith("/")) throw new Error(`--path '${path}' does not begin with /`);
  if (write !== undefined && !write.endsWith(".md"))
    throw new Error(`--write '${write}' does not end in .md`);
  const timeoutMs = milliseconds("--timeout", values.timeout);
  const agreeMs = values.agree === undefined ? undefined : milliseconds("--agree", values.agree);
  const config = configOf(values, environment);
  return { help: false, branch, path, write, json, yes, timeoutMs, agreeMs, config };
}

function milliseconds(option: string, text: string): number {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (seconds < 1) throw new Error(`${option} takes a number of seconds, not '${text}'`);
  return seconds * 1000;
}

function configOf(
  given: { project?: string; account?: string; endpoint?: string },
  environment: Lookup,
): Options["config"] {
  const settings: Record<string, string | undefined> = {
    project: given.project,
    account: given.account,
    endpoint: given.endpoint,
  };
  const { config, problems } = readConfig(key => settings[key], environment);
  const [problem] = problems;
  if (problem !== undefined)
    throw new Error(coded(problem.code, `${problem.setting} ${quote(problem.reason)}`));
  const { apiKey, project } = config;
  if (apiKey === undefined) throw new Error("set ZUPLO_API_KEY to a key of the project's account");
  if (project === undefined) throw new Error("give --project NAME; --help tells more");
  return { ...config, apiKey, project };
}
