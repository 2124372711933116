/** How patient the script is, in milliseconds. */
export interface AdaptiveLimiter {
  /** Between two looks at a deployment. */
  lookMs: number;
  /** All looks have to agree for so long after a redeploy. */
  quietMs: number;
  /** A disable that changes what callers get is looked for so long. */
  disableMs: number;
  /** A refused delete is tried again for so long, since Zuplo's view may lag. */
  refusalMs: number;
}

export const patient: AdaptiveLimiter = {
  lookMs: 500,
  quietMs: 10_000,
  disableMs: 10_000,
  refusalMs: 10_000,
};
