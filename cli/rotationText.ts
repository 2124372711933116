import { enumerated } from "../provider/text/enumerated";
import { quote } from "../provider/text/redact";
import type { RotationStep } from "./nextSteps";
import type { Obstacle } from "./obstacles";
import type { RotationBranch } from "./rotationBranches";
import type { Rotation } from "./rotations";
import { type Line, paint } from "./terminal";

type Word = (certificate: string) => string;

/** How far a rotation is, what comes next, and what is in its way. */
export function formatRotation(rotation: Rotation): Line[] {
  const word = wordsOf(rotation);
  const { lineage, newCertificate, oldCertificates, branches, next, nextFromStart, inTheWay } = rotation;
  const since = newCertificate.createdOn === undefined ? "" : `, since ${minute(newCertificate.createdOn)}`;
  const generations = [newCertificate, ...oldCertificates].map(({ name, environments }) => [
    word(name),
    quote(name),
    environments.length === 0 ? "disabled" : `enabled for ${environments.join(", ")}`,
  ]);
  const taking = branches.filter(isShown);
  const rows = taking.flatMap(branch => rowsOf(branch, word));
  const obstacles = describeObstacles(inTheWay, word);
  const hasOpen = inTheWay.some(({ kind, isCertain }) => kind === "variable" && !isCertain);
  return [
    [paint("bold", `Rotation under way: ${quote(lineage)}${since}`)],
    ...indented(aligned(generations)),
    ...(rows.length === 0 ? [] : [""]),
    ...(rows.length === 0 ? [] : table(["BRANCH", "VARIABLE", "NAMES", "DEPLOYED WITH"], rows)),
    "",
    nextFromStart === undefined
      ? "  The next `pulumi up` of this stack"
      : "  The next `pulumi up` or `terraform apply` of a program that has these branches",
    ...indented(describeSteps(next, word), "    "),
    ...(nextFromStart === undefined
      ? []
      : [
          "  If its state does not have new, it uploads that certificate again, and deletes new along with old.",
        ]),
    ...(obstacles.length === 0 ? [] : ["", "  In the way"]),
    ...indented(obstacles, "    "),
    ...(hasOpen ? ["", "  An old certificate stays as long as a branch outside the program names it."] : []),
  ];
}

/** Other branches are only told of where they are in the way. */
function isShown({ variables, variablesRead }: RotationBranch): boolean {
  return variables.length > 0 || variablesRead === "none";
}

/** "new" and "old", or "old 1", "old 2" where there are several. */
function wordsOf({ newCertificate, oldCertificates }: Rotation): Word {
  const old = oldCertificates.map(({ name }) => name);
  return certificate => {
    if (certificate === newCertificate.name) return "new";
    return old.length === 1 ? "old" : `old ${old.indexOf(certificate) + 1}`;
  };
}

function rowsOf(branch: RotationBranch, word: Word): string[][] {
  const { variables, deployment } = branch;
  const place = quote(branch.branch);
  const has = deployment === undefined ? "no deployment is seen" : describeHoldings(branch, word);
  if (variables.length === 0) return [[place, "cannot be read", "?", has]];
  return variables.map(({ name, certificate }, index) =>
    index === 0 ? [place, quote(name), word(certificate), has] : ["", quote(name), word(certificate), ""],
  );
}

function describeHoldings({ holds }: RotationBranch, word: Word): string {
  const certain = holds.filter(({ isCertain }) => isCertain).map(({ certificate }) => word(certificate));
  const open = holds.filter(({ isCertain }) => !isCertain).map(({ certificate }) => word(certificate));
  if (certain.length === 0) return open.length === 0 ? "neither" : `${open.join(", ")} or neither`;
  return open.length === 0 ? enumerated(certain) : `${enumerated(certain)}, perhaps ${open.join(", ")} too`;
}

function describeSteps(steps: readonly RotationStep[], word: Word): string[] {
  const lines = [true, false].flatMap(isCertain => {
    const some = steps.filter(step => step.isCertain === isCertain);
    return together(some, word).map(text => ({ text, isCertain }));
  });
  const order = ["uploads", "sets", "disables", "redeploys", "deletes"];
  const rank = ({ text }: { text: string }) => order.findIndex(verb => text.startsWith(verb));
  const described = lines
    .sort((a, b) => rank(a) - rank(b))
    .map(({ text, isCertain }) => (isCertain ? text : `perhaps ${text}`));
  return described.length === 0 ? ["changes nothing"] : described;
}

/** One line for each thing that is done, with all to which it is done. */
function together(steps: readonly RotationStep[], word: Word): string[] {
  const lines = new Map<string, string[]>();
  const add = (key: string, what: string) => lines.set(key, [...(lines.get(key) ?? []), what]);
  for (const step of steps) {
    if (step.action === "upload") add("uploads", "new once more");
    else if (step.action === "setVariable")
      add(
        `sets ${step.variable === undefined ? "a variable" : quote(step.variable)} to new on`,
        quote(step.branch),
      );
    else if (step.action === "disable") add(`disables ${word(step.certificate)} for`, step.environmentType);
    else if (step.action === "redeploy") add("redeploys", quote(step.branch));
    else add("deletes", word(step.certificate));
  }
  return [...lines].map(([key, what]) => `${key} ${what.join(", ")}`);
}

function describeObstacles(obstacles: readonly Obstacle[], word: Word): string[] {
  const others = obstacles.flatMap(obstacle => describeObstacle(obstacle, word) ?? []);
  const unread = obstacles.filter(obstacle => obstacle.kind === "unread");
  const rights = new Set(unread.map(({ missingRight }) => missingRight));
  const lines = [...rights].map(right => {
    const branches = unread.filter(({ missingRight }) => missingRight === right);
    const names = branches.map(({ branch }) => quote(branch)).join(", ");
    const why =
      right === undefined
        ? "not every variable can be read, and one may name an old certificate"
        : `this API key may not ${right}, and one may name an old certificate`;
    return `${names}: ${why}`;
  });
  return [...others, ...lines];
}

function describeObstacle(obstacle: Obstacle, word: Word): string | undefined {
  const verb = obstacle.isCertain ? "has" : "may have";
  switch (obstacle.kind) {
    case "workingCopy": {
      const { label, branch, deployment, certificate } = obstacle;
      const whose = label === undefined || label === branch ? "" : ` '${quote(label)}'`;
      const copy = `${quote(deployment)} (working copy${whose} of ${quote(branch ?? "an unknown branch")})`;
      return `${copy} ${verb} ${word(certificate)}, until its owner saves it again or deletes it`;
    }
    case "deployment":
      return `${quote(obstacle.deployment)} (${quote(obstacle.branch)}) may keep ${word(obstacle.certificate)}: it is not known whether the program redeploys it`;
    case "variable":
      // What the program may well set is no obstacle to tell of by itself.
      if (!obstacle.isCertain) return undefined;
      return `${quote(obstacle.branch)}/${quote(obstacle.variable)} names ${word(obstacle.certificate)}, and the stack does not set it`;
    case "unseen":
      return `${word(obstacle.certificate)} is enabled for ${obstacle.environmentType}, of which this API key sees no deployment`;
    case "unread":
      return undefined;
  }
}

function table(header: readonly string[], rows: readonly string[][]): Line[] {
  const [first = "", ...rest] = indented(aligned([[...header], ...rows]));
  return [[paint("dim", first)], ...rest];
}

function aligned(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function indented(lines: readonly string[], by = "  "): string[] {
  return lines.map(line => by + line);
}

/** A date of Zuplo's to the minute; as it stands where it is none. */
function minute(iso: string): string {
  return Number.isNaN(Date.parse(iso))
    ? quote(iso)
    : `${new Date(iso).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
