import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(__dirname, "../..");

/** A fenced block of code in a document. */
export interface Block {
  /** The document, from the root of the repository. */
  file: string;
  /** Where the block begins, from 1. */
  line: number;
  language: string;
  text: string;
}

/** README.md and everything below docs/. */
export function documents(): string[] {
  const below = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .map(file => `docs/${file.replaceAll("\\", "/")}`)
    .filter(file => file.endsWith(".md"));
  return ["README.md", ...below.sort()];
}

export function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

export function blocksOf(file: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const [index, line] of read(file).split("\n").entries()) {
    const fence = /^\s*```(\w*)\s*$/.exec(line);
    if (fence === null) {
      if (open !== undefined) open.text += `${line}\n`;
    } else if (open === undefined) {
      open = { file, line: index + 1, language: fence[1] ?? "", text: "" };
    } else {
      blocks.push(open);
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.line}: the block does not end.`);
  return blocks;
}

export const allBlocks = (): Block[] => documents().flatMap(blocksOf);

/** The document without its blocks, each line at its place. */
export function proseOf(file: string): string[] {
  let isOpen = false;
  return read(file)
    .split("\n")
    .map(line => {
      const isFence = /^\s*```/.test(line);
      if (isFence) isOpen = !isOpen;
      return isFence || isOpen ? "" : line;
    });
}
