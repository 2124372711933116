import { Cancelled, ZuploError } from "../../api/errors";
import { generatedName } from "../../certificates/name";
import { isSamePem } from "../../certificates/validate";
import type { ProjectSession } from "../../projectSession";
import { typesIn } from "../../rotation/environments";
import { findTarget } from "../../rotation/target";
import { pick } from "../contract";
import { factsOfPem } from "../leafFacts";
import { changesOf } from "../place";
import { verifyFailures } from "../redeployment/verify";
import { type Changes, type CheckFailure, type Context, isUnknown, type RawInputs } from "../resource";
import { textOf } from "../textOf";
import { type MtlsBindingArgs, stageSchema } from "./contract";
import { type Entry, entryOf } from "./entries";
import { certificateKey, identityOfPart, partsOf, redeploymentKey, variableKey } from "./parts";
import { rotatingBindingContract as contract } from "./rotation";
import { BindingRun, type PartPlan } from "./run";
import { coverageFailure, type Stage, type StageTarget, stageFailures, targetsOf } from "./stages";

/** The stages, where they are known and have their form. */
function stagesIn({ stages }: RawInputs): MtlsBindingArgs["stages"] | undefined {
  return stageSchema.array().safeParse(stages).data;
}

/** What the stages name, with what earlier runs have learned of it. */
function targetsIn(stages: readonly Stage[], entries: readonly Entry[]): StageTarget[][] {
  return targetsOf(stages).map(inStage =>
    inStage.map(target => ({
      ...target,
      branch: target.branch ?? textOf(entryOf(entries, variableKey(target.key))?.state.branch),
      type: target.type ?? typesIn([entryOf(entries, redeploymentKey(target.key))?.state.environmentType])[0],
    })),
  );
}

/** What is about to happen, as far as it can be told without a call; undefined while the stages are not known. */
interface BindingPlan {
  parts: PartPlan[];
  targets: StageTarget[];
}

export function planOf(
  context: Context,
  entries: readonly Entry[],
  news: RawInputs,
): BindingPlan | undefined {
  const stages = stagesIn(news);
  if (stages === undefined) return undefined;
  const targets = targetsIn(stages, entries);
  const args = { ...(news as MtlsBindingArgs), stages };
  return { parts: partsPlanned(context, entries, args, targets), targets: targets.flat() };
}

/** What would be done with the parts of a binding; what is there stays as it is. */
export function partsPlanned(
  context: Context,
  entries: readonly Entry[],
  args: MtlsBindingArgs,
  targets: readonly (readonly StageTarget[])[],
): PartPlan[] {
  return new BindingRun(context, structuredClone([...entries])).plan(partsOf(args, targets));
}

/** Asks Zuplo where the deployments of the stages belong. */
export function resolved(
  project: ProjectSession,
  targets: readonly (readonly StageTarget[])[],
): Promise<StageTarget[][]> {
  const resolve = async (target: StageTarget): Promise<StageTarget> => {
    if (target.branch !== undefined) return target;
    const { branch, environmentType } = await findTarget(project, target.at);
    return { ...target, branch, type: target.type ?? environmentType };
  };
  return Promise.all(targets.map(inStage => Promise.all(inStage.map(resolve))));
}

/** Variables that another resource of the program sets, too: of which branch a deployment is, only Zuplo tells. */
export async function claimsBesides(
  context: Context,
  entries: readonly Entry[],
  news: RawInputs,
): Promise<CheckFailure[]> {
  const stages = stagesIn(news);
  const place = pick(news, ["account", "project"]);
  if (stages === undefined || isUnknown(place)) return [];
  const isOpen = (targets: readonly (readonly StageTarget[])[]) =>
    targets.flat().some(({ branch }) => branch === undefined);
  // The check has seen the others.
  if (!isOpen(targetsOf(stages))) return [];
  let targets = targetsIn(stages, entries);
  try {
    if (isOpen(targets)) targets = await resolved(await context.session.project(place), targets);
  } catch (error) {
    // It may be made in the same run; whoever begins to rotate is told.
    if (error instanceof ZuploError && !(error instanceof Cancelled)) return [];
    throw error;
  }
  return claimsOf(partsPlanned(context, entries, { ...(news as MtlsBindingArgs), stages }, targets));
}

/** Of what is wrong with parts: variables that are set twice. */
export function claimsOf(parts: readonly PartPlan[]): CheckFailure[] {
  const failures = parts.flatMap(({ failures }) => failures).filter(({ code }) => code === "ZUPLO1101");
  return failures.map(failure => ({ ...failure, property: "variable" }));
}

/** What a check finds in the stages and in the parts, told by the binding's own arguments. */
export function partFailures(context: Context, olds: RawInputs | undefined, news: RawInputs): CheckFailure[] {
  const stages = stagesIn(news);
  if (stages === undefined) return [];
  const wrong = stageFailures(stages);
  if (wrong.length > 0) return wrong;
  const targets = targetsOf(stages);
  const { environments } = news;
  const types = targets.flat().flatMap(({ type }) => type ?? []);
  const uncovered = Array.isArray(environments) ? coverageFailure(typesIn(environments), types) : undefined;
  const entries: Entry[] = olds === undefined ? [] : [certificateBefore(context, olds)];
  const parts = partsPlanned(context, entries, { ...(news as MtlsBindingArgs), stages }, targets);
  const failures = parts.flatMap(({ part, failures }) =>
    failures.map(failure => ({ ...failure, property: propertyOf(part.key, failure.property, targets) })),
  );
  const name = parts.find(({ part }) => part.key === certificateKey)?.inputs.name;
  const shown = stages.flatMap(({ verify }, stage) =>
    typeof name === "string" && typeof news.variable === "string"
      ? verifyFailures(verify, usesOf(name, news.variable, targets[stage] ?? [])).map(failure => ({
          ...failure,
          property: `stages[${stage}].${failure.property}`,
        }))
      : [],
  );
  return [...(uncovered === undefined ? [] : [uncovered]), ...failures, ...shown];
}

/** What a stage's deployments use, as its verification is told: the name is the one that the certificate should get. */
function usesOf(certificate: string, variable: string, targets: readonly StageTarget[]) {
  const variables = targets.map(({ branch = "" }) => ({ branch, name: variable, value: certificate }));
  return { certificates: [certificate], variables };
}

/**
 * The certificate as the arguments of before tell it: a check knows no more of the parts. Without its name, it would be
 * taken for another one.
 */
function certificateBefore({ identity }: Context, olds: RawInputs): Entry {
  const { fingerprint } = factsOfPem(olds.certificate);
  const own = identityOfPart(identity, certificateKey);
  const isKnown = own !== undefined && typeof fingerprint === "string";
  // Without a PEM, it is gone, or somebody has put another one in its place: nothing has the name, as far as a plan knows.
  const given = olds.certificate === "" ? undefined : olds.name;
  const name = given ?? (isKnown ? generatedName(own, textOf(olds.namePrefix), fingerprint) : undefined);
  const inputs = { ...olds, name };
  return { key: certificateKey, type: "MtlsCertificate", id: "", inputs, state: inputs };
}

/** The argument of the binding from which one of a part comes. */
function propertyOf(key: string, property: string, targets: readonly (readonly StageTarget[])[]): string {
  const stage = targets.findIndex(inStage => inStage.some(target => redeploymentKey(target.key) === key));
  if (stage >= 0) return property.startsWith("verify") ? `stages[${stage}].${property}` : property;
  return key.startsWith(variableKey("")) && property === "name" ? "variable" : property;
}

/** What the arguments change: everything but the place is changed inside of the binding. */
export function bindingChanges(context: Context, olds: RawInputs, news: RawInputs): Changes {
  const changes = changesOf(context, contract, olds, news);
  if (isSamePem(olds.certificate, news.certificate)) delete changes.certificate;
  return changes;
}

/** Whether a part is missing, has drifted, waits for something, is no longer wanted, or is another resource's, too. */
export function isUnsettled({ parts }: BindingPlan, entries: readonly Entry[]): boolean {
  const wanted = new Set(parts.map(({ part }) => part.key));
  return (
    entries.some(({ key, isPendingDelete }) => isPendingDelete === true || !wanted.has(key)) ||
    claimsOf(parts).length > 0 ||
    parts.some(
      ({ changes, entry }) =>
        changes === undefined || entry?.isPartial === true || Object.keys(changes).length > 0,
    )
  );
}
