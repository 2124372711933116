import { Invalid } from "../../api/errors";
import { familyOf } from "../../certificates/name";
import type { ProjectSession } from "../../projectSession";
import { idOf, isSameVariable } from "../../rotation/branchVariable";
import { awaitedVariables } from "../../rotation/givenUp";
import { sweep } from "../../rotation/sweep";
import { saidBy } from "../../text/cancelled";
import { coded, failureText } from "../../text/codes";
import { quote } from "../../text/redact";
import { say } from "../../text/vocabulary";
import { BadArguments } from "../badArguments";
import { argumentsOf, pick, stored, writeOnceArguments } from "../contract";
import {
  isForgotten,
  isMadeAgain,
  isReplacedBefore,
  memoryKey,
  replacedKey,
  successorIn,
  takenOverIn,
  takenOverKey,
} from "../hidden";
import { factsOfPem } from "../leafFacts";
import { settleOf } from "../mtlsCertificate/check";
import { PartialFailure } from "../partialFailure";
import { placed } from "../place";
import {
  type CheckFailure,
  type Context,
  failuresOf,
  isUnknown,
  type RawInputs,
  type Resource,
  unknown,
} from "../resource";
import { deploymentOutputs, factNames, type MtlsBindingArgs } from "./contract";
import { type Entry, entriesOf, entryOf, remembersParts } from "./entries";
import { certificateKey, partsOf, redeploymentKey } from "./parts";
import {
  bindingChanges,
  claimsBesides,
  claimsOf,
  isUnsettled,
  partFailures,
  partsPlanned,
  planOf,
  resolved,
} from "./plan";
import { partsIn } from "./recovery";
import { rotatingBindingContract as contract, rotationOf, withTimes } from "./rotation";
import { BindingRun, type PartPlan, resources } from "./run";
import { coverageFailure, type StageTarget, targetsOf } from "./stages";

export type MtlsBindingState = RawInputs & {
  account?: string;
  project?: string;
  stages: MtlsBindingArgs["stages"];
};

/** A client certificate in use, as one resource: a rotation is one update of it. */
export const mtlsBinding: Resource<MtlsBindingArgs, MtlsBindingState> = {
  contract,

  check(context, olds, news) {
    const failures = [...failuresOf(contract.inputs, news), ...partFailures(context, olds, news)];
    return { inputs: placed(context, contract, news), failures: withoutRepetition(failures) };
  },

  derivedOutputs: ({ certificate }) => shownFacts(certificate),

  diff(context, olds, news) {
    const changes = bindingChanges(context, olds, news);
    const entries = entriesOf(olds);
    const plan = planOf(context, entries, news);
    const isDone = plan === undefined || !isUnsettled(plan, entries);
    return isDone || Object.keys(changes).length > 0 ? changes : { deployments: "update" };
  },

  planFailures: (context, olds, news) => claimsBesides(context, entriesOf(olds ?? {}), news),

  previewOutputs(context, olds, news) {
    const entries = entriesOf(olds ?? {});
    const plan = planOf(context, entries, news);
    const facts = shownFacts(news.certificate);
    const isForgotten = olds !== undefined && !remembersParts(olds);
    const isOpen = isUnknown(pick(news, movingArguments));
    if (plan === undefined || isForgotten || isOpen || typeof facts.fingerprint !== "string")
      return {
        ...Object.fromEntries(factNames.map(name => [name, unknown])),
        certificateName: unknown,
        rotation: unknown,
        deployments: unknown,
        ...facts,
      };
    const { parts, targets } = plan;
    const rotation = rotationOf(parts, targets, entries, facts.fingerprint);
    const kept = olds !== undefined && rotation.length === 0 && isSameTargets(targets, entries) ? olds : {};
    return {
      ...facts,
      certificateName: nameIn(parts),
      rotation,
      deployments: unknown,
      ...pick(kept, ["rotation", "deployments"]),
    };
  },

  /** Where it fails, nothing is stored: an engine would destroy first what carries traffic. The parts are found again. */
  async create(context, args) {
    const { project, run, targets, rotation } = await reconcile(context, [], args, args);
    if (run.errors.length > 0) throw together(run.errors);
    const state = {
      ...stored(contract, args),
      ...project.scope,
      ...observedOutputs(run.entries, targets),
      rotation: withTimes(rotation, run.entries),
      [memoryKey]: { parts: run.entries },
    };
    return { id: context.identity?.resource ?? args.namePrefix ?? args.variable, state };
  },

  /** What the parts tell: a certificate that is gone, or another one, shows as a difference of the binding. */
  async read(context, id, state) {
    const run = new BindingRun(context, await partsIn(context, id, state));
    await run.refresh();
    const observed = observedOutputs(run.entries, targetsOf(state.stages).flat());
    return { id, state: { ...state, ...observed, [memoryKey]: { parts: run.entries } } };
  },

  async update(context, id, olds, args) {
    const place = pick(olds, ["account", "project"]);
    const before = await partsIn(context, id, olds);
    const { project, run, targets, rotation } = await reconcile(context, structuredClone(before), args, {
      ...args,
      ...place,
    });
    const { entries, errors } = run;
    const observed = observedOutputs(entries, targets);
    const memory = { [memoryKey]: { parts: entries } };
    if (errors.length > 0) {
      // The arguments of before, so that the next plan shows what is left to do.
      const state = { ...olds, ...observed, ...memory };
      throw new PartialFailure<MtlsBindingState>(id, state, together(errors));
    }
    const kept = rotation.length === 0 && isSameTargets(targets, before) ? olds : {};
    return {
      ...stored(contract, args),
      ...project.scope,
      ...observed,
      rotation: withTimes(rotation, entries),
      ...pick(kept, ["rotation", "deployments"]),
      ...memory,
    };
  },

  async delete(context, id, state) {
    // What is made again right away takes the parts over: they go on serving.
    if (isMadeAgain(state, ["account", "project"])) return;
    const parts = isForgotten(state) ? await partsIn(context, id, state) : entriesOf(state);
    const run = new BindingRun(context, [...parts]);
    const isReplaced = isReplacedBefore(state) || successorIn(state) !== undefined;
    // What a variable is left with is its new binding's business; the certificate goes all the same.
    const takenOver = takenOverIn(state);
    const variables = (id: string) => takenOver.variables.filter(variable => idOf(variable) === id);
    await run.deleteAll([...run.entries], ({ type, id: own }) => ({
      [replacedKey]: isReplaced,
      [takenOverKey]: type === "EnvironmentVariable" ? { variables: variables(own) } : takenOver,
    }));
    if (run.errors.length === 0) return;
    // What has been let go of it may have become the new binding's by now. It is this one's again, should it stay.
    const left = parts.flatMap(part => {
      if (run.entries.includes(part)) return [part];
      return part.type === "MtlsCertificate" ? [] : [unsettled(part)];
    });
    const kept = { ...state, [memoryKey]: { parts: left } };
    throw new PartialFailure<MtlsBindingState>(id, kept, together(run.errors));
  },

  takenOver({ config, program }, state) {
    const project = state.project ?? config.project ?? "";
    const variables = entriesOf(state).flatMap(({ type, state: { branch, name } }) => {
      const variable = { branch: String(branch), name: String(name) };
      return type === "EnvironmentVariable" && program.variables.isSet(project, variable) ? [variable] : [];
    });
    const { certificateName: name } = state;
    return { variables, awaited: typeof name === "string" ? awaitedVariables(program, project, name) : [] };
  },

  namedBefore: (session, state) =>
    entriesOf(state).flatMap(entry => resources[entry.type].namedBefore?.(session, entry.state) ?? []),

  warnOfDelete(id, { stages, variable, certificateName, onDelete }, takenOver) {
    if (onDelete === "retain" || typeof certificateName !== "string") return undefined;
    // Where another block sets the variable, its certificate takes the place of this one.
    const isLeft = ({ branch = "" }: StageTarget) =>
      takenOver?.variables.some(other => isSameVariable(other, { branch, name: String(variable) })) !== true;
    const targets = targetsOf(stages).flat().filter(isLeft);
    if (targets.length === 0) return undefined;
    const places = targets.map(({ key }) => `'${quote(key)}'`).join(", ");
    const text =
      `Deleting MtlsBinding '${quote(id)}' takes its certificate '${quote(certificateName)}' out of ${places}: ` +
      "one redeploy each. Requests that still need it will fail.";
    return coded("ZUPLO1224", text);
  },

  async import(_context, text) {
    throw new Invalid({
      operation: { verb: "import", resource: contract.type, name: text },
      problem: "a binding stands for several objects at Zuplo, so it cannot be imported",
      advice: `Declare it and run ${say.apply}: it uploads its certificate and takes over the variables that exist, without a failed request.`,
      code: "ZUPLO1114",
    });
  },
};

/** A part that was let go, and is to be set anew. */
function unsettled(part: Entry): Entry {
  const memory = part.state[memoryKey];
  const known = typeof memory === "object" ? memory : {};
  return { ...part, state: { ...part.state, [memoryKey]: { ...known, isUnsettled: true } }, isPartial: true };
}

/** Looks up what has to be known before the first write, and brings the parts to what is wanted. */
async function reconcile(
  context: Context,
  before: Entry[],
  args: MtlsBindingArgs,
  place: { account?: string | undefined; project?: string | undefined },
) {
  const project = await context.session.project(place);
  const targets = await resolved(project, targetsOf(args.stages));
  const types = targets.flat().flatMap(({ type }) => type ?? []);
  const uncovered = coverageFailure(args.environments ?? types, types);
  if (uncovered !== undefined) throw new Error(failureText(uncovered));
  const plans = partsPlanned(context, before, args, targets);
  // Only now it is known of which branches the deployments are; nothing has been written yet.
  const claimed = claimsOf(plans);
  if (claimed.length > 0) throw new BadArguments(claimed);
  const { fingerprint = "" } = factsOfPem(args.certificate);
  const rotation = rotationOf(plans, targets.flat(), before, fingerprint);
  const run = new BindingRun(context, before);
  await run.reconcile(partsOf(args, targets));
  if (run.errors.length === 0 && rotation.length > 0) await sweepOwn(project, run.entries);
  return { project, run, targets: targets.flat(), rotation };
}

/** Deletes what earlier runs left, such as one that was killed before anything of it was stored. */
async function sweepOwn(project: ProjectSession, entries: readonly Entry[]): Promise<void> {
  const { name, settle } = entryOf(entries, certificateKey)?.state ?? {};
  const family = familyOf(String(name));
  const settleMs = settleOf({ settle }) ?? project.run.config.settleMs;
  if (family !== undefined) await sweep(project, family, settleMs);
}

/** What the binding tells of its parts. Without a certificate, none is there. */
function observedOutputs(entries: readonly Entry[], targets: readonly StageTarget[]): RawInputs {
  const certificate = entryOf(entries, certificateKey)?.state;
  return {
    certificate: certificate?.certificate ?? "",
    ...(certificate === undefined ? {} : { certificateName: certificate.name }),
    ...pick(certificate ?? {}, factNames),
    deployments: targets.flatMap(({ key }) => {
      const state = entryOf(entries, redeploymentKey(key))?.state;
      return state === undefined ? [] : [pick(state, deploymentOutputs)];
    }),
  };
}

/** Those of which another value may move the parts; a key alone never does. */
const movingArguments = argumentsOf(contract).filter(name => !writeOnceArguments(contract).includes(name));

function shownFacts(certificate: unknown): RawInputs {
  return pick(factsOfPem(certificate), factNames);
}

/** The name of the certificate, where it is there already. */
function nameIn(parts: readonly PartPlan[]): unknown {
  const certificate = parts.find(({ part }) => part.key === certificateKey);
  return certificate?.isThere === true ? certificate.outputs.name : unknown;
}

function isSameTargets(targets: readonly StageTarget[], entries: readonly Entry[]): boolean {
  const known = entries.filter(({ type }) => type === "Redeployment").map(({ key }) => key);
  const wanted = targets.map(({ key }) => redeploymentKey(key));
  return wanted.length === known.length && wanted.every(key => known.includes(key));
}

function withoutRepetition(failures: readonly CheckFailure[]): CheckFailure[] {
  const said = new Set<string>();
  return failures.filter(failure => {
    const text = failureText(failure);
    return said.has(text) ? false : said.add(text) !== undefined;
  });
}

/** One error of what has failed; each of them has a sentence of its own. */
function together(errors: readonly unknown[]): Error {
  const all = errors.map(error => (error instanceof Error ? error : new Error(String(error))));
  const [first, ...others] = all;
  if (first !== undefined && others.length === 0) return first;
  // Several waits that were ended say the same.
  return new Error([...new Set(all.map(saidBy))].join("\n\n"));
}
