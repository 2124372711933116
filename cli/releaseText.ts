import type { Scope } from "../provider/api/client";
import type { DeploymentResponse, EnvironmentType } from "../provider/api/responses";
import type { Objection } from "../provider/rotation/objections";
import {
  branchOptions,
  codeOfObjections,
  describeHolders,
  describeObjections,
} from "../provider/rotation/objectionWords";
import { coded } from "../provider/text/codes";
import { enumerated } from "../provider/text/enumerated";
import { quote } from "../provider/text/redact";
import type { Released } from "./release";
import type { ReleasePlan } from "./releasePlan";
import { type Line, paint } from "./terminal";

/** What `release` would do. */
export function formatPlan(scope: Scope, plan: ReleasePlan): Line[] {
  const { certificate, types, deployments, kept, workingCopies } = plan;
  const disabled = types.filter(type => !kept.has(type));
  return [
    [paint("bold", `${place(scope)}: how '${quote(certificate.name)}' would be released`)],
    "",
    ...table([
      ["set", variablesOf(plan)],
      ["disable", disabled.length === 0 ? "" : `for ${enumerated(disabled)}`],
      ["redeploy", namesOf(deployments)],
    ]),
    ...valueLines(plan),
    ...keptLines(kept, deployments),
    ...unreadLines(plan),
    ...(workingCopies.length === 0
      ? []
      : [
          "",
          coded(
            "ZUPLO1208",
            `Working copies lose it with their next save: ${describeHolders(workingCopies)}.`,
          ),
        ]),
    "",
    "Nothing was changed. Add --yes to do it.",
  ];
}

/** What `release` has done, and what is left. */
export function formatReleased(scope: Scope, plan: ReleasePlan, released: Released): Line[] {
  const { certificate, deployments } = plan;
  const { disabled, redeployed, kept, failures, unfinished, holders, naming } = released;
  const left = holders.filter(({ branchName = "" }) => !naming.includes(branchName));
  const isDone = failures.length === 0 && unfinished.length === 0;
  const verdict = isDone ? "is released" : "is not released everywhere";
  return [
    [paint(isDone ? "green" : "red", `${place(scope)}: '${quote(certificate.name)}' ${verdict}`)],
    "",
    ...table([
      ["set", variablesOf(plan)],
      ["disabled", disabled.length === 0 ? "" : `for ${enumerated(disabled)}`],
      ["redeployed", namesOf(redeployed)],
    ]),
    ...valueLines(plan),
    ...failures.flatMap(({ message }) => ["", ...message.split("\n")]),
    ...keptLines(kept, deployments),
    ...unreadLines(plan),
    ...(unfinished.length === 0 ? [] : ["", `It may still be bound by ${describeHolders(unfinished)}.`]),
    ...namingLines(naming, deployments),
    ...(left.length === 0
      ? []
      : [
          "",
          `Left: it may be bound by ${describeHolders(left)}. Push those branches again or close their pull ` +
            "requests; or set ZUPLO_OTHERS=redeploy for the next command.",
        ]),
    ...(isDone && holders.length === 0
      ? ["", "Nothing is known to use it any more: now run the command that could not remove it again."]
      : []),
    ...(isDone || kept.size > 0
      ? []
      : ["", "Correct that, and run the same command again: it continues where it stopped."]),
  ];
}

/** What the code expects cannot be told from a name that is mistyped. */
function valueLines({ value, isCertificate, variables }: ReleasePlan): Line[] {
  if (isCertificate || variables.length === 0) return [];
  const what =
    value === "" ? "The value is empty" : `No certificate of the project is named '${quote(value)}'`;
  const hides =
    "An empty variable looks like a secret one, which may name any certificate: old ones of that environment type stay enabled while it is there.";
  return [
    "",
    `${what}: the gateway's code has to do without a certificate then.`,
    ...(value === "" ? [hides] : []),
  ];
}

function unreadLines({ unread }: ReleasePlan): Line[] {
  if (unread.length === 0) return [];
  const names = unread.map(idOf).join(", ");
  return ["", `Zuplo does not show ${names}: if one of them names the certificate, too, give --variable.`];
}

function place({ account, project }: Scope): string {
  return `${quote(account)}/${quote(project)}`;
}

function variablesOf({ variables, value }: ReleasePlan): string {
  const names = variables.map(idOf);
  return names.length === 0 ? "" : `${names.join(", ")} to '${quote(value)}'`;
}

function idOf({ branch, name }: { branch: string; name: string }): string {
  return `${quote(branch)}/${quote(name)}`;
}

function namesOf(deployments: readonly DeploymentResponse[]): string {
  return deployments.map(({ name, branchName = "" }) => `${quote(name)} (${quote(branchName)})`).join(", ");
}

function table(rows: readonly [label: string, text: string][]): string[] {
  return rows.filter(([, text]) => text !== "").map(([label, text]) => `${label.padEnd(10)}  ${text}`);
}

/** What names it still is not let go by a push: the build binds it once more. */
function namingLines(naming: readonly string[], deployments: readonly DeploymentResponse[]): string[] {
  if (naming.length === 0) return [];
  const names = enumerated(naming.map(branch => quote(branch)));
  return [
    "",
    `Left: variables of ${names} still name it. To release it there, too: ${releaseOptions(naming, deployments)}`,
  ];
}

function releaseOptions(naming: Iterable<string>, deployments: readonly DeploymentResponse[]): string {
  return branchOptions([...deployments.map(({ branchName = "" }) => branchName), ...naming]);
}

/** Where it stays enabled, the builds of the branches bind it once more, until those who use it let it go. */
function keptLines(
  kept: ReadonlyMap<EnvironmentType, readonly Objection[]>,
  deployments: readonly DeploymentResponse[],
): string[] {
  if (kept.size === 0) return [];
  const all = [...kept.values()].flat();
  const naming = new Set(all.filter(({ kind }) => kind === "named").map(({ branch }) => branch));
  return [
    "",
    ...[...kept].map(([type, because]) =>
      coded(codeOfObjections(because), `It stays enabled for ${type}: ${describeObjections(because)}.`),
    ),
    ...(naming.size === 0 ? [] : [`To release it there, too: ${releaseOptions(naming, deployments)}`]),
    ...(all.some(({ kind }) => kind === "unreadable")
      ? ["If you know that the branches whose variables cannot be read do not use it, add --ignore-unread."]
      : []),
  ];
}
