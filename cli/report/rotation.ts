import { isSameFamily } from "../../provider/certificates/name";
import type { Entry } from "../../provider/record/entry";
import { isRedeployedAgain } from "../../provider/record/restored";

/** What a deployment went through for one resource, as the records tell it. Times are milliseconds since the epoch. */
export interface DeploymentRotation {
  deployment: string;
  branch: string;
  environmentType: string;
  resource: string;
  /** Names and fingerprints of the certificates before, and of those that it was to get. */
  from: Certificate[];
  to: Certificate[];
  /**
   * What became of it: where no run has told the end, it was cut off. What was done may be over by now: its certificate
   * was removed, or the next one of the lineage has not got there.
   */
  outcome: "done" | "rolled back" | "failed" | "cut off" | "removed" | "outdated";
  /** Builds that were served for it, the certificate that each was made for, and how it was verified in them. */
  builds: { at: number; buildId: string | undefined; certificate: string | undefined }[];
  verifications: { at: number; ok: boolean; problem: string | undefined }[];
  redeploys: number;
}

export interface Certificate {
  name: string;
  fingerprint: string | undefined;
}

interface NamingBranch {
  branch: string;
  certificate: string;
}

export interface Rotation {
  from: number;
  to: number;
  runs: string[];
  deployments: DeploymentRotation[];
  /** Names of deployments that were redeployed and got no new certificate: one was taken out of them, for instance. */
  besides: string[];
  /** Branches of which a variable names a certificate that was uploaded. */
  named: NamingBranch[];
  /** Names of certificates that were uploaded, and to which no deployment was about to go. */
  waiting: string[];
  /** Names of certificates that were uploaded, and deleted. */
  uploaded: string[];
  deleted: string[];
  /** Those that were there before. */
  old: ReadonlySet<string>;
  failures: Failure[];
  /** Of the last run. */
  warnings: { text: string; code: string | undefined }[];
}

export interface Failure {
  /** Its place among the runs, from 1. */
  run: number;
  /** A later run has done it. */
  isMended: boolean;
  text: string;
  code: string | undefined;
}

type RollBegun = Extract<Entry, { step: "roll.begun" }>;

const timeOf = ({ time }: Entry) => Date.parse(time);

/** A shared redeploy is told once, with all that it was for. */
const isFor = ({ resource }: Entry, wanted: string) =>
  resource === undefined || resource.split(", ").includes(wanted);

/** @param entries in the order of time */
export function rotationOf(entries: readonly Entry[]): Rotation {
  const runs = [...new Set(entries.map(({ run }) => run))];
  const last = entries.filter(({ run }) => run === runs.at(-1));
  const begun = entries.filter(entry => entry.step === "roll.begun");
  const keys = new Map(begun.map(entry => [`${entry.deployment} ${entry.resource ?? ""}`, entry]));
  const succeeded = (step: "certificate.create" | "certificate.delete") =>
    entries.flatMap(entry =>
      entry.step === step && entry.problem === undefined ? [entry.certificate.name] : [],
    );
  const uploaded = succeeded("certificate.create");
  const deleted = succeeded("certificate.delete");
  const isRolledTo = (name: string) =>
    begun.some(({ to }) => to.certificates.some(certificate => certificate.name === name));
  // A run that completes another one may not know what the other one knew.
  const fingerprints = new Map(
    entries.flatMap(certificatesIn).map(({ name, fingerprint }) => [name, fingerprint]),
  );
  const old = begun.flatMap(({ from }) => from.certificates.map(({ name }) => name));
  const gone = goneIn(entries);
  return {
    from: entries.reduce((first, entry) => Math.min(first, timeOf(entry)), Number.POSITIVE_INFINITY),
    to: entries.reduce((last, entry) => Math.max(last, timeOf(entry)), Number.NEGATIVE_INFINITY),
    runs,
    deployments: [...keys.values()].map(({ deployment, resource = "" }) =>
      deploymentRotation(deployment, resource, entries, { fingerprints, gone }),
    ),
    besides: redeployedBesides(entries),
    named: namedIn(entries).filter(({ certificate }) => uploaded.includes(certificate)),
    waiting: uploaded.filter(name => !deleted.includes(name) && !isRolledTo(name)),
    uploaded,
    deleted,
    old: new Set(old.filter(name => !uploaded.includes(name))),
    failures: entries.flatMap(entry =>
      entry.step === "failed"
        ? [
            {
              run: runs.indexOf(entry.run) + 1,
              isMended: isMended(entry, entries, runs),
              text: entry.text,
              code: entry.code,
            },
          ]
        : [],
    ),
    warnings: last.flatMap(entry =>
      entry.step === "message" && entry.level === "warning" ? [{ text: entry.text, code: entry.code }] : [],
    ),
  };
}

function deploymentRotation(
  deployment: string,
  resource: string,
  entries: readonly Entry[],
  {
    fingerprints,
    gone,
  }: { fingerprints: ReadonlyMap<string, string | undefined>; gone: ReadonlySet<string> },
): DeploymentRotation {
  const own = entries.filter(
    entry => "deployment" in entry && entry.deployment === deployment && isFor(entry, resource),
  );
  const begun = own.filter(
    (entry): entry is RollBegun => entry.step === "roll.begun" && (entry.resource ?? "") === resource,
  );
  const [first, latest] = [begun[0], begun.at(-1)];
  if (first === undefined || latest === undefined) throw new Error(`${deployment} has no beginning`);
  const { branch, environmentType } = latest;
  const outcome = outcomeOf(own.slice(own.indexOf(latest)));
  const described = (all: typeof first.from.certificates) =>
    all.map(({ name }) => ({ name, fingerprint: fingerprints.get(name) }));
  return {
    deployment,
    branch,
    environmentType,
    resource,
    from: described(first.from.certificates),
    to: described(latest.to.certificates),
    outcome: outcome === "done" ? outcomeSince(latest, entries, gone) : outcome,
    builds: buildsIn(own, begun),
    verifications: own.flatMap(entry =>
      entry.step === "verification" ? [{ at: timeOf(entry), ok: entry.ok, problem: entry.problem }] : [],
    ),
    redeploys: own.filter(entry => entry.step === "deployment.redeploy").length,
  };
}

function redeployedBesides(entries: readonly Entry[]): string[] {
  const rolled = entries.flatMap(entry => (entry.step === "roll.begun" ? [entry.deployment] : []));
  const redeployed = entries.flatMap(entry =>
    entry.step === "deployment.redeploy" && entry.problem === undefined ? [entry.deployment] : [],
  );
  return [...new Set(redeployed)].filter(deployment => !rolled.includes(deployment));
}

/** Each with the certificate of the roll in which it was made. */
function buildsIn(own: readonly Entry[], begun: readonly RollBegun[]): DeploymentRotation["builds"] {
  const builds: DeploymentRotation["builds"] = [];
  const rolls = new Set<Entry>(begun);
  let roll = begun[0];
  for (const entry of own) {
    if (entry.step === "roll.begun" && rolls.has(entry)) roll = entry;
    if (entry.step !== "build.served") continue;
    const { certificates } = (entry.because === "rollback" ? roll?.from : roll?.to) ?? { certificates: [] };
    builds.push({ at: timeOf(entry), buildId: entry.buildId, certificate: certificates[0]?.name });
  }
  return builds;
}

/** The last value of each variable that was set. */
function namedIn(entries: readonly Entry[]): NamingBranch[] {
  const last = new Map<string, NamingBranch>();
  for (const entry of entries) {
    const isSet = entry.step === "variable.create" || entry.step === "variable.update";
    if (!isSet || entry.problem !== undefined) continue;
    const { branch, name } = entry.variable;
    last.set(JSON.stringify([branch, name]), { branch, certificate: entry.value ?? "" });
  }
  return [...last.values()];
}

/** The certificates of an entry whose fingerprints it tells. */
function certificatesIn(entry: Entry) {
  const all =
    entry.step === "roll.begun"
      ? [...entry.from.certificates, ...entry.to.certificates]
      : "certificate" in entry
        ? [entry.certificate]
        : [];
  return all.filter(({ fingerprint }) => fingerprint !== undefined);
}

/** @param own what was told of a deployment since its last roll began */
function outcomeOf(own: readonly Entry[]): DeploymentRotation["outcome"] {
  const rollback = own.findLast(entry => entry.step === "rollback");
  if (rollback?.step === "rollback") return isRedeployedAgain(rollback.restored) ? "rolled back" : "failed";
  if (own.some(entry => entry.step === "roll.ended")) return "done";
  const isFailed = (entry: Entry) =>
    entry.step === "build.failed" || (entry.step === "verification" && !entry.ok);
  return own.some(isFailed) ? "failed" : "cut off";
}

/** What has become of a roll that was done. */
function outcomeSince(
  roll: RollBegun,
  entries: readonly Entry[],
  gone: ReadonlySet<string>,
): DeploymentRotation["outcome"] {
  const names = roll.to.certificates.map(({ name }) => name);
  const since = entries.slice(entries.indexOf(roll) + 1);
  if (names.some(name => gone.has(name))) return "removed";
  // All the deployments of a lineage follow when it gets a new certificate.
  const isSuperseded = (name: string) =>
    since.some(
      entry =>
        entry.step === "roll.begun" &&
        entry.from.certificates.some(certificate => certificate.name === name) &&
        entry.to.certificates.some(next => next.name !== name && isSameFamily(next.name, name)),
    );
  return names.some(isSuperseded) ? "outdated" : "done";
}

/** Names of the certificates that were deleted, and not uploaded again. */
function goneIn(entries: readonly Entry[]): Set<string> {
  const gone = new Set<string>();
  for (const entry of entries) {
    if (!("certificate" in entry) || entry.problem !== undefined) continue;
    if (entry.step === "certificate.delete") gone.add(entry.certificate.name);
    if (entry.step === "certificate.create") gone.delete(entry.certificate.name);
  }
  return gone;
}

/** Whether a later run has done what failed: whatever it was asked for, the resource is as it should be. */
function isMended(
  failure: Extract<Entry, { step: "failed" }>,
  entries: readonly Entry[],
  runs: readonly string[],
): boolean {
  const typeOf = (operation: string) => operation.split(" ").at(-1);
  return entries.some(
    entry =>
      entry.step === "succeeded" &&
      runs.indexOf(entry.run) > runs.indexOf(failure.run) &&
      entry.resource === failure.resource &&
      typeOf(entry.operation) === typeOf(failure.operation),
  );
}

/** Whether all that the record has begun is done; what a run that was cut off never came to, it does not tell. */
export function isComplete({ deployments, waiting, named, failures }: Rotation): boolean {
  const done = deployments.filter(({ outcome }) => outcome === "done");
  const isDone = ({ branch, certificate }: NamingBranch) =>
    done.some(one => one.branch === branch && one.to.some(({ name }) => name === certificate));
  return (
    failures.every(({ isMended }) => isMended) &&
    deployments.length > 0 &&
    done.length === deployments.length &&
    waiting.length === 0 &&
    named.every(isDone)
  );
}

/** What came of it, in a sentence. */
export function resultOf(rotation: Rotation): string {
  if (isComplete(rotation)) return "Every deployment in the record has its new certificate.";
  if (rotation.deployments.length === 0) return "No deployment got a new certificate.";
  if (rotation.deployments.every(({ outcome }) => outcome === "removed"))
    return "The certificates that the deployments in the record had got were deleted later.";
  return "Not every deployment has its new certificate.";
}
