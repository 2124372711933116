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
  /** What became of it: where no run has told the end, it was cut off. */
  outcome: "done" | "rolled back" | "failed" | "cut off";
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
  return {
    from: entries.reduce((first, entry) => Math.min(first, timeOf(entry)), Number.POSITIVE_INFINITY),
    to: entries.reduce((last, entry) => Math.max(last, timeOf(entry)), Number.NEGATIVE_INFINITY),
    runs,
    deployments: [...keys.values()].map(({ deployment, resource = "" }) =>
      deploymentRotation(deployment, resource, entries, fingerprints),
    ),
    named: namedIn(entries).filter(({ certificate }) => uploaded.includes(certificate)),
    waiting: uploaded.filter(name => !deleted.includes(name) && !isRolledTo(name)),
    uploaded,
    deleted,
    old: new Set(old.filter(name => !uploaded.includes(name))),
    failures: entries.flatMap(entry =>
      entry.step === "failed"
        ? [{ run: runs.indexOf(entry.run) + 1, text: entry.text, code: entry.code }]
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
  fingerprints: ReadonlyMap<string, string | undefined>,
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
  const described = (all: typeof first.from.certificates) =>
    all.map(({ name }) => ({ name, fingerprint: fingerprints.get(name) }));
  return {
    deployment,
    branch,
    environmentType,
    resource,
    from: described(first.from.certificates),
    to: described(latest.to.certificates),
    outcome: outcomeOf(own.slice(own.indexOf(latest))),
    builds: buildsIn(own, begun),
    verifications: own.flatMap(entry =>
      entry.step === "verification" ? [{ at: timeOf(entry), ok: entry.ok, problem: entry.problem }] : [],
    ),
    redeploys: own.filter(entry => entry.step === "deployment.redeploy").length,
  };
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

/** Whether all that the record has begun is done; what a run that was cut off never came to, it does not tell. */
export function isComplete({ runs, deployments, waiting, named, failures }: Rotation): boolean {
  const done = deployments.filter(({ outcome }) => outcome === "done");
  const isDone = ({ branch, certificate }: NamingBranch) =>
    done.some(one => one.branch === branch && one.to.some(({ name }) => name === certificate));
  return (
    failures.every(({ run }) => run < runs.length) &&
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
  return "Not every deployment has its new certificate.";
}
