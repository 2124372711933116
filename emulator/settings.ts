import type { Control } from "./control";

/** The environment by which the provider, and Zuplo's own CLI, find the emulator and its first project. */
export function settingsOf(
  emulator: Pick<Control, "apiUrl" | "apiKey" | "account" | "project">,
): Record<string, string> {
  return {
    ZUPLO_DEVELOPER_API_ENDPOINT: emulator.apiUrl,
    ZUPLO_API_KEY: emulator.apiKey,
    ZUPLO_ACCOUNT: emulator.account,
    ZUPLO_PROJECT: emulator.project,
    // Its gateway is at one location, which serves a build from one moment on.
    ZUPLO_SETTLE: "0",
  };
}
