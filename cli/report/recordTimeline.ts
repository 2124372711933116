import type { Entry } from "../../provider/record/entry";
import { enumerated } from "../../provider/text/enumerated";
import type { DeploymentRotation, Rotation } from "./rotation";
import type { HeldSpan, Lane, Span, Step, StepKind, Timeline } from "./timeline";

const keyOf = ({ deployment, resource }: { deployment: string; resource: string }) =>
  `${deployment} ${resource}`;

/** What the chart of a real rotation is drawn from: without a load, with what verification saw. */
export function recordTimeline(entries: readonly Entry[], rotation: Rotation): Timeline {
  const { from, deployments, runs, old } = rotation;
  // The last step takes a moment, too: what it led to is seen at the end.
  const to = rotation.to + Math.max(1000, (rotation.to - from) / 20);
  return {
    zero: from,
    bands: runs.map((run, index) => bandOf(run, index, entries, { rotationEnd: rotation.to, end: to })),
    lanes: deployments.map(deployment => laneOf(deployment, from, to)),
    held: heldSpans(entries, old, from, to),
    old,
    steps: entries.flatMap(entry => stepsOf(entry, deployments)),
  };
}

function bandOf(
  run: string,
  index: number,
  entries: readonly Entry[],
  { rotationEnd, end }: { rotationEnd: number; end: number },
) {
  const times = entries.filter(entry => entry.run === run).map(({ time }) => Date.parse(time));
  const last = Math.max(...times);
  return {
    title: `run ${index + 1}`,
    from: Math.min(...times),
    to: last === rotationEnd ? end : last,
    isMain: true,
  };
}

function laneOf(rotation: DeploymentRotation, start: number, end: number): Lane {
  const { branch, environmentType, from, builds, verifications, outcome } = rotation;
  const serving = [{ at: start, certificate: from[0]?.name }, ...builds];
  const spans: Span[] = serving.flatMap(({ at, certificate }, index) =>
    certificate === undefined ? [] : [{ from: at, to: serving[index + 1]?.at ?? end, certificate }],
  );
  const passed = verifications.filter(({ ok }) => ok).length;
  const refused = verifications.length - passed;
  const verified =
    verifications.length === 0
      ? "not verified"
      : `verified ${passed === 1 ? "once" : `${passed} times`}${refused === 0 ? "" : `, ${refused} failed`}`;
  return {
    key: keyOf(rotation),
    branch,
    environmentType,
    spans,
    requests: undefined,
    summary: `${outcome}, ${verified}`,
    isFailed: outcome !== "done" && outcome !== "removed",
  };
}

function heldSpans(
  entries: readonly Entry[],
  old: ReadonlySet<string>,
  start: number,
  end: number,
): HeldSpan[][] {
  const rows = new Map<string, HeldSpan[]>();
  const begin = (certificate: string, from: number, environments: string[] | undefined) => {
    const spans = rows.get(certificate) ?? [];
    rows.set(certificate, [...spans, { certificate, from, to: end, environments }]);
  };
  for (const name of old) begin(name, start, undefined);
  for (const entry of entries) {
    if (!("certificate" in entry) || entry.problem !== undefined) continue;
    const at = Date.parse(entry.time);
    const last = rows.get(entry.certificate.name)?.at(-1);
    if (last !== undefined) last.to = at;
    if (entry.step !== "certificate.delete") begin(entry.certificate.name, at, entry.environments);
  }
  return [...rows.values()];
}

/** A step that several resources share stands in the lane of each. */
function stepsOf(entry: Entry, deployments: readonly DeploymentRotation[]): Step[] {
  const told = kindAndText(entry);
  if (told === undefined) return [];
  const lanes = lanesOf(entry, deployments).map(keyOf);
  const why = [entry.resource, entry.because].filter(part => part !== undefined).join(": ");
  const status = "status" in entry ? (entry.status ?? 0) : 0;
  const step = { at: Date.parse(entry.time), ...told, call: why, status };
  return (lanes.length === 0 ? [""] : lanes).map(branch => ({ ...step, branch }));
}

/** A variable stands beside its redeployment: a binding names both of a place alike. */
function lanesOf(entry: Entry, deployments: readonly DeploymentRotation[]): DeploymentRotation[] {
  const resources = entry.resource?.split(", ") ?? [];
  const all = deployments.filter(({ deployment, branch }) =>
    "variable" in entry
      ? entry.variable.branch === branch
      : "deployment" in entry && entry.deployment === deployment,
  );
  const own = all.filter(({ resource }) => resources.includes(resource));
  return own.length > 0 ? own : all;
}

function kindAndText(entry: Entry): { kind: StepKind; text: string } | undefined {
  switch (entry.step) {
    case "certificate.create":
      return {
        kind: "upload",
        text: failing(entry, `${entry.certificate.name}, enabled for ${list(entry.environments)}`),
      };
    case "certificate.update":
      return {
        kind: entry.because === "rollback" ? "enable" : "disable",
        text: failing(entry, `${entry.certificate.name}: now enabled for ${list(entry.environments)}`),
      };
    case "certificate.delete":
      return { kind: "delete", text: failing(entry, entry.certificate.name) };
    case "variable.create":
    case "variable.update": {
      const { branch, name } = entry.variable;
      return { kind: "variable", text: failing(entry, `${branch}/${name} = ${entry.value ?? "[secret]"}`) };
    }
    case "deployment.redeploy":
      return { kind: "redeploy", text: failing(entry, entry.deployment) };
    case "build.served":
      return {
        kind: "served",
        text: `build ${entry.buildId ?? "of an unknown id"} after ${seconds(entry.ms)}`,
      };
    case "build.failed":
      return { kind: "failed", text: entry.problem };
    case "verification":
      return entry.ok
        ? { kind: "verified", text: `as expected, in ${seconds(entry.ms)}` }
        : { kind: "unverified", text: entry.problem ?? "not as expected" };
    default:
      return undefined;
  }
}

function failing({ problem }: { problem?: string | undefined }, text: string): string {
  return problem === undefined ? text : `${text} — failed: ${problem}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function list(words: readonly string[] | undefined): string {
  return words === undefined || words.length === 0 ? "nothing" : enumerated(words);
}
