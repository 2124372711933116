import type { Call } from "./call";

export interface Right {
  /** What the API key may do with it. */
  right: string;
  isWrite: boolean;
  /** The calls that need it. */
  path: RegExp;
}

/** Zuplo documents no names for what a key may do, so these are words. The first one that fits a call counts. */
export const rights: readonly Right[] = [
  {
    right: "read the mTLS certificates of the project",
    isWrite: false,
    path: /\/mtls-certificates(\/|\?|$)/,
  },
  { right: "change the mTLS certificates of the project", isWrite: true, path: /\/mtls-certificates(\/|$)/ },
  { right: "change the variables of the project", isWrite: true, path: /\/branches\/[^/]+\/variables(\/|$)/ },
  { right: "read the variables of the project", isWrite: false, path: /\/local-configurations$/ },
  { right: "read the environments of the project", isWrite: false, path: /\/v1\/environments\?/ },
  {
    right: "redeploy the deployments of the project",
    isWrite: true,
    path: /\/v1\/deployments\/[^/]+\/deploy$/,
  },
  { right: "read the deployments of the project", isWrite: false, path: /\/deployments(\/[^/]+)?(\?|$)/ },
  {
    right: "read the CA certificates of the account",
    isWrite: false,
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
