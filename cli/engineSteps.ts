import { defaultEndpoint } from "../provider/settings";
import { shellWord } from "../provider/text/shellWord";
import type { Distribution } from "./distribution";
import type { Language } from "./init";

/** The project at Zuplo as a user is told to set it. */
export interface ConnectionSettings {
  account?: string;
  project: string;
  endpoint?: string;
  /** Of Pulumi. */
  stack: string;
}

/** Said beside the steps of Pulumi. */
export const passphraseNote =
  "If you store the state yourself (pulumi login --local, or a bucket) and nobody can answer, set the passphrase in PULUMI_CONFIG_PASSPHRASE.";

/** The commands from a project's files to its first run, as a shell takes them. */
export function engineSteps(language: Language, settings: ConnectionSettings, from: Distribution): string[] {
  if (language === "terraform") return terraformSteps(settings, from);
  const { account, project, endpoint = defaultEndpoint, stack } = settings;
  return [
    "pulumi login   # with --local, the state stays on this machine, and Pulumi asks for a passphrase",
    `pulumi stack init ${stack}`,
    ...(language === "python"
      ? [
          "python3 -m venv .venv && . .venv/bin/activate && pip install -r requirements.txt",
          `pulumi package add ${from.plugin}`,
        ]
      : []),
    ...(account === undefined ? [] : [`pulumi config set zuplo:account ${shellWord(account)}`]),
    `pulumi config set zuplo:project ${shellWord(project)}`,
    ...(endpoint === defaultEndpoint ? [] : [`pulumi config set zuplo:endpoint ${shellWord(endpoint)}`]),
    "pulumi config set --secret zuplo:apiKey   # asks for the key",
    "pulumi up",
  ];
}

/** The account and the project stand in the configuration, or in the environment. */
function terraformSteps(
  { account, project, endpoint = defaultEndpoint }: ConnectionSettings,
  { command }: Distribution,
): string[] {
  const settings = [
    "TF_CLI_CONFIG_FILE=$PWD/zuplo.tfrc",
    ...(account === undefined ? [`ZUPLO_PROJECT=${shellWord(project)}`] : []),
    ...(endpoint === defaultEndpoint ? [] : [`ZUPLO_DEVELOPER_API_ENDPOINT=${shellWord(endpoint)}`]),
  ];
  return [
    `${command} terraform-mirror ~/.zuplo-mirror > zuplo.tfrc`,
    `export ${settings.join(" ")}`,
    "read -rs ZUPLO_API_KEY; export ZUPLO_API_KEY   # waits for the key, and does not show it",
    "terraform init",
    "terraform apply",
  ];
}
