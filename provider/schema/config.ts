import type { Properties } from "./spec";

const settings = {
  apiKey: ["Zuplo API key.", "ZUPLO_API_KEY"],
  account: ["Account name; the API key's own account by default.", "ZUPLO_ACCOUNT"],
  project: ["Project name; can be set on a resource instead.", "ZUPLO_PROJECT"],
  endpoint: [
    "Base URL of Zuplo's developer API; https://dev.zuplo.com by default.",
    "ZUPLO_DEVELOPER_API_ENDPOINT",
  ],
  others: [
    "What to do with a certificate that is no longer needed and that deployments outside the program still use: `leave` a replaced one until it is free, `redeploy` those that do not name it, or `fail`; `leave` by default.",
    "ZUPLO_OTHERS",
  ],
  settle: [
    'How long a superseded certificate outlives the last redeploy that released it, in seconds or as a text such as "1m", before it is deleted: Zuplo\'s edge takes on a build one location after the other. 30 seconds by default; 0 or more, 24 hours at most.',
    "ZUPLO_SETTLE",
  ],
} as const;

/** The provider's settings: what `pulumi config set zuplo:…` takes, and the arguments of an explicit provider. */
export function configProperties(): Properties {
  return Object.fromEntries(
    Object.entries(settings).map(([name, [description, variable]]) => [
      name,
      {
        type: "string" as const,
        description,
        ...(name === "apiKey" ? { secret: true as const } : {}),
        defaultInfo: { environment: [variable] },
      },
    ]),
  );
}
