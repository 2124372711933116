/** The report of a run, as a person reads it. */
import { version } from "../../provider/version";
import type { Recorded } from "./raw";
import { isDifferent, type Row, verdicts } from "./rows";

export interface Report {
  /** ISO 8601. */
  at: string;
  endpoint: string;
  rows: Row[];
  /** What the provider said in its own runs. */
  said: string[];
  answers: Recorded[];
  /** What of the questions went wrong. */
  failures: string[];
  left: string[];
}

export const header = "question | assumed | seen | differs?";

export function lineOf({ question, assumed, seen, verdict }: Row): string {
  return [question, assumed, seen, verdicts[verdict]].join(" | ");
}

export function summaryOf({ rows, failures, left }: Report): string {
  const count = (what: (row: Row) => boolean) => rows.filter(what).length;
  const unseen = count(({ verdict }) => verdict === "unseen");
  const different = count(isDifferent);
  const unexpected = count(({ verdict }) => verdict === "unexpected");
  const parts = [
    `${rows.length} questions`,
    `${rows.length - unseen - different} as assumed`,
    `${different} different, ${unexpected} of them in a way that the provider does not expect`,
    `${unseen} not seen`,
  ];
  const ends = [
    ...failures.map(failure => `Failed: ${failure}`),
    left.length === 0 ? "No certificate is left." : `Left: ${left.join("; ")}`,
  ];
  return [`${parts.join("; ")}.`, ...ends].join("\n");
}

/** For a file, and for an issue: it names no account, no project and no branch. */
export function markdownOf(report: Report): string {
  const { at, endpoint, rows, said, answers } = report;
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  const lines = [
    "# What Zuplo answered",
    "",
    `By \`npm run acceptance\` of pulumi-zuplo ${version}, on ${at}, at ${endpoint}. It holds no key, no PEM and no value of a variable; read it before you pass it on.`,
    "",
    row(header.split(" | ")),
    "|---|---|---|---|",
    ...rows.map(({ question, assumed, seen, verdict }) => row([question, assumed, seen, verdicts[verdict]])),
    "",
    ...summaryOf(report).split("\n"),
    "",
    "## Answers",
    "",
    "Each call whose status counts, and the form of its answer.",
    "",
    row(["call", "status", "answer"]),
    "|---|---|---|",
    ...answers.map(({ call, status, answer }) => row([`\`${call}\``, String(status), answer])),
    ...(said.length === 0
      ? []
      : ["", "## What the provider said", "", ...said.map(line => `- ${line.replaceAll("\n", " ")}`)]),
    "",
  ];
  return lines.join("\n");
}

/** The same with a placeholder for each name of the user's. */
export function withoutNames(report: Report, names: Readonly<Record<string, string>>): Report {
  const entries = Object.entries(names).sort(([, one], [, other]) => other.length - one.length);
  const clean = (text: string) =>
    entries.reduce((changed, [placeholder, name]) => {
      if (name === "") return changed;
      const escaped = name.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
      return changed.replace(new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, "g"), `{${placeholder}}`);
    }, text);
  return {
    ...report,
    rows: report.rows.map(row => ({ ...row, seen: clean(row.seen) })),
    said: report.said.map(clean),
    answers: report.answers.map(({ answer, ...call }) => ({ ...call, answer: clean(answer) })),
    failures: report.failures.map(clean),
    left: report.left.map(clean),
  };
}
