import { lstatSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { shellWord } from "../provider/text/shellWord";
import { CliError } from "./errors";

/** Writes the files of a project, by path. Nothing is written where one of them is there already. */
export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  const taken = Object.keys(files).filter(file => isThere(join(root, file)));
  if (taken.length > 0) {
    throw new CliError(
      `${root} has ${taken.join(", ")} already, and nothing was written.`,
      "Give the name of a folder that is new or empty.",
      "ZUPLO1503",
    );
  }
  const written: string[] = [];
  try {
    mkdirSync(root, { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      const path = join(root, file);
      writeFileSync(path, text, { flag: "wx" });
      written.push(path);
    }
  } catch (error) {
    // A part of a project is of no use, and would stand in the way of the next try.
    for (const path of written) rmSync(path, { force: true });
    throw new CliError(
      `${root} cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`,
      "Give a folder that you can write to.",
      "ZUPLO1503",
    );
  }
}

/** Whether there is something of this name, if only a link to nothing. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // There is no such folder, or it is none: what cannot be written says why.
    return false;
  }
}

/** A name that Pulumi and npm accept. */
export function projectName(root: string): string {
  const name = basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name === "" ? "zuplo" : name.slice(0, 100);
}

/** What a user is told of a project that was written: how to go on, as a shell takes it. */
export function nextStepsText(
  root: string,
  files: Readonly<Record<string, string>>,
  next: string,
  steps: readonly string[],
  after: readonly string[],
): string[] {
  const folder = relative(process.cwd(), root);
  return [
    `Wrote ${Object.keys(files).join(", ")} in ${root}.`,
    "",
    next,
    "",
    ...(folder === "" ? [] : [`  cd ${shellWord(folder.startsWith("-") ? `./${folder}` : folder)}`]),
    ...steps.map(line => `  ${line}`),
    ...(after.length === 0 ? [] : ["", ...after]),
  ];
}
