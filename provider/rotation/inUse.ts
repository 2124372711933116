/** What a user is told of a certificate that others still use. */
import type { CertificateAnswer, DeploymentAnswer } from "../zuplo/answers";
import { Referenced } from "../zuplo/errors";
import { describeBranches, describeHolders, describeObjections } from "./objections";
import type { Objection } from "./safety";

export function describeUse(objections: readonly Objection[], holders: readonly DeploymentAnswer[]): string {
  const parts = [
    ...(objections.length > 0 ? [describeObjections(objections)] : []),
    ...(holders.length > 0 ? [`it may be bound by ${describeHolders(holders)}`] : []),
  ];
  return parts.length === 0 ? "Zuplo counts it as in use" : parts.join("; ");
}

export function usedByOthers(
  { name }: CertificateAnswer,
  objections: readonly Objection[],
  holders: readonly DeploymentAnswer[],
): Referenced {
  const naming = objections.filter(({ branch }) => branch !== "");
  const branches = describeBranches(naming);
  const advice =
    naming.length > 0
      ? `Give their variables another value and take the certificate out of them with \`pulumi-zuplo release ${name} ${branches} --value VALUE\`, and run the same command again.`
      : holders.some(({ isWorkingCopy }) => isWorkingCopy)
        ? "Have the owner of the working copy save it again in Zuplo's editor, or delete it, and run the same command again."
        : "Set ZUPLO_OTHERS=redeploy (or zuplo:others) and run the same command again: it redeploys them without the certificate. Or close their pull requests.";
  return new Referenced({
    operation: { verb: "delete", resource: "MtlsCertificate", name },
    problem: `others still use it: ${describeUse(objections, holders)}. Nothing was changed`,
    advice,
    code: "ZUPLO1205",
  });
}

export function refusedToTheEnd(
  { name }: CertificateAnswer,
  refusal: Referenced,
  holders: readonly DeploymentAnswer[],
): Referenced {
  return new Referenced({
    operation: { verb: "delete", resource: "MtlsCertificate", name },
    problem: `${describeUse([], holders)} (${refusal.problem})`,
    advice:
      "Push the branches of these deployments again, or close their pull requests, and run the same command again.",
    code: "ZUPLO1211",
    ...(refusal.status === undefined ? {} : { status: refusal.status }),
  });
}
