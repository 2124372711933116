/** A machine, as Node calls it. */
export interface Machine {
  platform: string;
  arch: string;
}

/** Names by which Node calls a machine, and those that Go has for it. */
export const systems: Record<string, string> = {
  darwin: "darwin",
  freebsd: "freebsd",
  linux: "linux",
  openbsd: "openbsd",
  sunos: "solaris",
  win32: "windows",
};
export const architectures: Record<string, string> = {
  arm: "arm",
  arm64: "arm64",
  ia32: "386",
  x64: "amd64",
};
