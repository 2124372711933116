const verify = { path: "/health", timeout: 2 };

/** Of the one binding that every stack has. */
export const stages = [
  { branches: ["staging", "canary"], verify },
  { branches: ["main"], verify },
];
/** A redeploy that never ends is given up after so many seconds. */
export const timeout = 3;
