/** What a user is told of a certificate that others still use. */

import { Referenced } from "../api/errors";
import type { CertificateResponse, DeploymentResponse } from "../api/responses";
import { rightToSee } from "../api/rights";
import type { Others } from "../config";
import { enumerated } from "../text/enumerated";
import { quote } from "../text/redact";
import { shellWord } from "../text/shellWord";
import { say } from "../text/vocabulary";
import { typeOf } from "./builds";
import type { Objection } from "./objections";
import {
  branchOptions,
  describeBranches,
  describeCopies,
  describeHolders,
  describeObjections,
} from "./objectionWords";

export function describeUse(
  objections: readonly Objection[],
  holders: readonly DeploymentResponse[],
): string {
  const parts = [
    ...(objections.length > 0 ? [describeObjections(objections)] : []),
    ...(holders.length > 0 ? [`it may be bound by ${describeHolders(holders)}`] : []),
  ];
  return parts.length === 0 ? "Zuplo counts it as in use" : parts.join("; ");
}

/** @param ownBranches those that are known to use it for us: `release` takes it out of them */
export function usedByOthers(
  { name }: CertificateResponse,
  objections: readonly Objection[],
  holders: readonly DeploymentResponse[],
  { isSucceeding, ownBranches }: { isSucceeding: boolean; ownBranches: readonly string[] },
): Referenced {
  const naming = objections.filter(({ branch }) => branch !== "");
  const goes = goesLater(objections, isSucceeding);
  const ways = goes === undefined ? waysOut(name, naming, holders, ownBranches) : [goes];
  return new Referenced({
    operation: { verb: "delete", resource: "MtlsCertificate", name },
    problem: `it is still in use: ${describeUse(objections, holders)}. Nothing was changed`,
    advice: sentences(ways),
    code: "ZUPLO1205",
  });
}

/** What lets it go by itself, where it is the program's own: whoever takes it out of service now takes what works. */
function goesLater(objections: readonly Objection[], isSucceeding: boolean): string | undefined {
  const isWayBack = objections.some(({ kind }) => kind === "held" || kind === "wayBack");
  if (!isSucceeding && !isWayBack) return undefined;
  // Nothing may have failed: the program itself may name it.
  return !isWayBack && objections.some(({ kind }) => kind === "named")
    ? `Correct what failed, or give the variable another value in the program, and run ${say.apply} again: it goes once nothing names it.`
    : `Correct what failed and run ${say.apply} again: it goes once its successor is in service.`;
}

/** The setting of a run: what the environment says counts where nothing else does. */
export function settingTo(others: Others): string {
  return `ZUPLO_OTHERS=${others}, or ${say.setting("others")} where that is set`;
}

function waysOut(
  name: string,
  objections: readonly Objection[],
  holders: readonly DeploymentResponse[],
  ownBranches: readonly string[],
): string[] {
  const unread = objections.filter(({ kind }) => kind === "unreadable");
  const naming = objections.filter(({ kind }) => kind !== "unreadable");
  const mayRedeploy = holders.some(({ isWorkingCopy }) => !isWorkingCopy) || holders.length === 0;
  const release = (options: string) => `\`pulumi-zuplo release ${shellWord(quote(name))} ${options}\``;
  return [
    ...(naming.length > 0
      ? [
          `Give their variables another value and take the certificate out of them with ${release(`${describeBranches(naming)} --value VALUE`)}.`,
        ]
      : unread.length === 0 && mayRedeploy
        ? [`Set ${settingTo("redeploy")}: they are redeployed without the certificate.${orClosed(holders)}`]
        : []),
    ...(unread.length > 0 ? [unreadAdvice(unread, ownBranches, release)] : []),
    describeCopies(holders),
    "Then run the same command again.",
  ];
}

/** Nobody can look whether they use it: the user may know. */
function unreadAdvice(
  unread: readonly Objection[],
  ownBranches: readonly string[],
  release: (options: string) => string,
): string {
  const branches = enumerated(unread.map(({ branch }) => `'${quote(branch)}'`));
  const isEachTold = unread.every(told => "variables" in told);
  const readable = isEachTold
    ? "If one of these variables only has no value, give it one."
    : `Use an API key that may ${rightToSee("variable")}.`;
  if (ownBranches.length === 0) return readable;
  const known = release(`${branchOptions(ownBranches)} --value VALUE --ignore-unread`);
  return `${readable} If you know that no variable of ${branches} names it, run ${known}, and push ${branches}.`;
}

/** A production has no pull request. */
function orClosed(holders: readonly DeploymentResponse[]): string {
  const isPreview = holders.some(holder => !holder.isWorkingCopy && typeOf(holder) === "preview");
  return isPreview || holders.length === 0 ? " Or close their pull requests." : "";
}

export function refusedToTheEnd(
  { name }: CertificateResponse,
  refusal: Referenced,
  holders: readonly DeploymentResponse[],
  mayBeHidden: boolean,
): Referenced {
  return new Referenced({
    operation: { verb: "delete", resource: "MtlsCertificate", name },
    problem: `${describeUse([], holders)} (${refusal.problem})`,
    advice: sentences([
      ...(holders.every(({ isWorkingCopy }) => isWorkingCopy) && holders.length > 0
        ? []
        : ["Push the branches of these deployments again, or close their pull requests."]),
      ...(mayBeHidden
        ? [
            "This API key sees no production deployment, and one may still use the certificate: use a key that sees them, and " +
              `may ${rightToSee("deployment")}.`,
          ]
        : []),
      describeCopies(holders),
      "Then run the same command again.",
    ]),
    code: "ZUPLO1211",
    status: refusal.status,
  });
}

/** Those that are not empty, one after the other. */
export function sentences(parts: readonly string[]): string {
  return parts.filter(part => part !== "").join(" ");
}
