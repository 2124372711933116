/** Puts text between two markers of a document, so that a table is never copied by hand. */
import { readFileSync, writeFileSync } from "node:fs";

export interface Markers {
  begin: string;
  end: string;
}

/** Throws where the markers are missing or stand in the wrong order. */
export function between(document: string, { begin, end }: Markers, text: string): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from === -1 || to < from) throw new Error(`The document needs ${begin} and, after it, ${end}.`);
  return `${document.slice(0, from + begin.length)}\n${text}\n${document.slice(to)}`;
}

export function writeBetween(path: string, markers: Markers, text: string): void {
  writeFileSync(path, between(readFileSync(path, "utf8"), markers, text));
}
