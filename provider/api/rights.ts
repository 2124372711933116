import type { Call } from "./call";

/** What a key may see or not. */
export type Shown = "MtlsCertificate" | "deployment" | "variable" | "ClientMtlsCaCertificate";

export interface Right {
  /** What the API key may do with it. */
  right: string;
  isWrite: boolean;
  /** Whose objects it shows, where a resource stands for them. */
  shows?: Shown;
  /** The calls that need it. */
  path: RegExp;
}

/** Zuplo documents no names for what a key may do, so these are words. The first one that fits a call counts. */
export const rights: readonly Right[] = [
  {
    right: "read the mTLS certificates of the project",
    isWrite: false,
    shows: "MtlsCertificate",
    path: /\/mtls-certificates(\/|\?|$)/,
  },
  { right: "change the mTLS certificates of the project", isWrite: true, path: /\/mtls-certificates(\/|$)/ },
  { right: "change the variables of the project", isWrite: true, path: /\/branches\/[^/]+\/variables(\/|$)/ },
  {
    right: "read the variables of the project",
    isWrite: false,
    shows: "variable",
    path: /\/local-configurations$/,
  },
  { right: "read the environments of the project", isWrite: false, path: /\/v1\/environments\?/ },
  {
    right: "redeploy the deployments of the project",
    isWrite: true,
    path: /\/v1\/deployments\/[^/]+\/deploy$/,
  },
  {
    right: "read the deployments of the project",
    isWrite: false,
    shows: "deployment",
    path: /\/deployments(\/[^/]+)?(\?|$)/,
  },
  {
    right: "read the CA certificates of the account",
    isWrite: false,
    shows: "ClientMtlsCaCertificate",
    path: /\/client-mtls-ca-certificates(\/|\?|$)/,
  },
  {
    right: "change the CA certificates of the account",
    isWrite: true,
    path: /\/client-mtls-ca-certificates(\/|$)/,
  },
];

/** What an API key has to be allowed for a call; undefined for one that every key may make. */
export function rightFor({ method, path }: Pick<Call, "method" | "path">): string | undefined {
  return rights.find(({ isWrite, path: fits }) => isWrite === (method !== "GET") && fits.test(path))?.right;
}

/** What to do where the API key may just not see an object: `sees` says which environment types it would have to. */
export function whereKeyIsLimited(sees: string, shown: Shown): string {
  return `Where the API key is limited, use one that sees ${sees}, and may ${rightToSee(shown)}.`;
}

/** What an API key has to be allowed to see such an object. */
export function rightToSee(shown: Shown): string {
  return rights.find(({ shows }) => shows === shown)?.right ?? "";
}
