export interface Setting {
  doc: string;
  /** What it is read from if it is not set. */
  variable: string;
  secret?: true;
  /** What it can be; any text where this is missing. */
  choices?: readonly string[];
}

export const othersChoices = ["leave", "redeploy", "fail"] as const;

export const defaultEndpoint = "https://dev.zuplo.com";
export const defaultCallTimeoutSeconds = 30;
export const maxCallTimeoutSeconds = 3600;

/** What the provider itself takes, by the names that every engine has for it. */
export const settings = {
  apiKey: { doc: "Zuplo API key.", variable: "ZUPLO_API_KEY", secret: true },
  account: { doc: "Account name; by default, the API key's own account.", variable: "ZUPLO_ACCOUNT" },
  project: { doc: "Project name; can be set on a resource instead.", variable: "ZUPLO_PROJECT" },
  endpoint: {
    doc: `Base URL of Zuplo's developer API; ${defaultEndpoint} by default.`,
    variable: "ZUPLO_DEVELOPER_API_ENDPOINT",
  },
  others: {
    doc: "What to do with a certificate that is no longer needed while deployments outside the program still use it: `leave` a replaced one until it is free, `redeploy` the deployments that do not name it, or `fail`; `leave` by default.",
    variable: "ZUPLO_OTHERS",
    choices: othersChoices,
  },
  settle: {
    doc: 'How long to keep a superseded certificate after the last redeploy that released it, in seconds or as a string such as "1m": the locations of Zuplo\'s edge switch to a new build one after the other. 30 seconds by default; 0 to 24 hours.',
    variable: "ZUPLO_SETTLE",
  },
  record: {
    doc: "File or folder that gets a record of what each run does at Zuplo: a line of JSON for each step, without secrets. In a folder, each run has a file of its own.",
    variable: "ZUPLO_RECORD",
  },
  callTimeout: {
    doc: `Time limit of one API call, in seconds; ${defaultCallTimeoutSeconds} by default, ${maxCallTimeoutSeconds} at most.`,
    variable: "ZUPLO_CALL_TIMEOUT",
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export const settingNames = Object.keys(settings) as SettingName[];
export const secretSettings = settingNames.filter(name => "secret" in settings[name]);
