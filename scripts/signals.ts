/** The signals that ask a command to end, and the exit code that a shell gives each of them. */
export const endingSignals = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const;
