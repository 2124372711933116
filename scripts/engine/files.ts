import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A program's file name on this platform. */
export function executable(name: string): string {
  return process.platform === "win32" ? `${name}.exe` : name;
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The directory of PATH in which the shell would find a program. */
export function directoryOnPath(name: string, path: string | undefined): string | undefined {
  const directories = (path ?? "").split(delimiter).filter(directory => directory !== "");
  return directories.find(directory => isExecutable(join(directory, executable(name))));
}
