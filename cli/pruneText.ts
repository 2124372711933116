import { quote } from "../provider/text/redact";
import type { Pruned, PrunedCertificate } from "./prune";
import { type Line, paint, type Style } from "./terminal";

const words: Record<PrunedCertificate["outcome"], { word: string; style: Style }> = {
  deletable: { word: "to delete", style: "yellow" },
  deleted: { word: "deleted", style: "green" },
  left: { word: "left", style: "dim" },
  failed: { word: "not deleted", style: "red" },
};

/** A line for each certificate: what becomes of it, and why it is left. */
export function formatPruned(pruned: Pruned, isConfirmed: boolean): Line[] {
  const { account, project, certificates, unreadBranches, notes } = pruned;
  const count = (wanted: PrunedCertificate["outcome"]) =>
    certificates.filter(({ outcome }) => outcome === wanted).length;
  const kinds = (["deletable", "deleted", "left", "failed"] as const).filter(kind => count(kind) > 0);
  const summary = kinds.map(kind => `${count(kind)} ${words[kind].word}`).join(", ") || "nothing to delete";
  const lines: Line[] = [[paint("bold", `${quote(account)}/${quote(project)}: ${summary}`)]];
  if (certificates.length > 0) lines.push("");
  const width = Math.max(0, ...certificates.map(({ name }) => quote(name).length));
  for (const { outcome, name, reasons } of certificates) {
    const { word, style } = words[outcome];
    lines.push([
      paint(style, word.padEnd(11)),
      `  ${quote(name).padEnd(width)}  ${reasons.join("; ")}`.trimEnd(),
    ]);
  }
  const after = [
    ...notes,
    ...(unreadBranches.length > 0 && kinds.some(kind => kind === "deletable" || kind === "deleted")
      ? [`Zuplo does not show every variable of ${unreadBranches.map(branch => quote(branch)).join(", ")}.`]
      : []),
    ...(count("deletable") > 0 && !isConfirmed ? ["Nothing was deleted. Add --yes to delete."] : []),
  ];
  if (after.length > 0) lines.push("", ...after);
  return lines;
}
