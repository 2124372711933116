import { quote } from "../../provider/text/redact";
import { type Failure, isComplete, type Rotation, resultOf } from "./rotation";
import { plural, tableOf } from "./rotationPage";

/** The same in short, for a change ticket. */
export function markdownOf(rotation: Rotation): string {
  const { from, to, runs, deployments, uploaded, deleted, besides, failures, warnings } = rotation;
  const seconds = ((to - from) / 1000).toFixed(1);
  const result = isComplete(rotation) ? resultOf(rotation) : `**${resultOf(rotation)}**`;
  const verifications = deployments.flatMap(one => one.verifications);
  const refused = verifications.filter(({ ok }) => !ok).length;
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  const { titles, rows } = tableOf(rotation);
  const list = (title: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`- ${title}: ${names.map(name => `\`${cell(name)}\``).join(", ")}`];
  const ofRun = ({ run, text, code }: Failure) => ({
    text: runs.length === 1 ? text : `run ${run}: ${text}`,
    code,
  });
  const told = (title: string, all: readonly { text: string; code: string | undefined }[]) =>
    all.length === 0
      ? []
      : ["", `${title}:`, "", ...all.map(({ text, code = "" }) => `- ${cell(text)} ${code}`.trimEnd())];
  return [
    "## Certificate rotation",
    "",
    `${result} ${new Date(from).toISOString()}, ${seconds} s, ${plural(runs.length, "run")}.`,
    "",
    row(titles.map(title => title.toLowerCase())),
    row(titles.map(() => "---")),
    ...rows.map(row),
    "",
    `- verified: ${verifications.length - refused} of ${verifications.length}`,
    ...list("uploaded", uploaded),
    ...list("deleted", deleted),
    ...list("also redeployed, without a new certificate", besides),
    ...told("Failed", failures.map(ofRun)),
    ...told("Warnings of the last run", warnings),
    "",
  ].join("\n");
}

/** Whatever stands in a record, on one line and without what Markdown or HTML would read. */
function cell(text: string): string {
  return quote(text).replace(/[|<>`]/g, character => `&#${character.charCodeAt(0)};`);
}
