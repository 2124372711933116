import { unlessNotFound } from "../../api/errors";
import type { CertificateResponse } from "../../api/responses";
import type { ProjectSession } from "../../projectSession";
import { enabledTypes } from "../../rotation/environments";
import { findTarget, type Target } from "../../rotation/target";
import { coded } from "../../text/codes";
import { quote } from "../../text/redact";
import { pick } from "../contract";
import { memoryKey } from "../hidden";
import { factsOfPem } from "../leafFacts";
import { type Context, isUnknown, type RawInputs } from "../resource";
import { factNames, type MtlsBindingArgs } from "./contract";
import { type Entry, entriesOf, remembered, remembersParts } from "./entries";
import { certificateKey, type Part, partsOf, targetKeyOf } from "./parts";
import { resources } from "./run";
import { type StageTarget, targetsOf } from "./stages";

/** What a state shows of a binding, besides its arguments. */
type Shown = RawInputs & Pick<MtlsBindingArgs, "stages">;

/**
 * The parts of a binding as its state remembers them. Terraform drops what it was given to remember where the provider
 * ends amid an update, and keeps the attributes: then the parts are put together from these and from what is at Zuplo.
 */
export async function partsIn(context: Context, id: string, state: Shown): Promise<Entry[]> {
  if (remembersParts(state)) return entriesOf(state);
  const { certificateName } = state;
  if (typeof certificateName !== "string") return [];
  const text =
    `MtlsBinding '${quote(id)}': an earlier run was killed before it could store what it had done. That is looked up ` +
    "at Zuplo, and each of its deployments is redeployed once.";
  context.session.log.warn(coded("ZUPLO1413", text));
  return recovered(
    await context.session.project(pick(state, ["account", "project"])),
    state,
    certificateName,
  );
}

async function recovered(project: ProjectSession, state: Shown, certificateName: string): Promise<Entry[]> {
  const found = new Map<string, Target | undefined>();
  const find = async (target: StageTarget): Promise<StageTarget> => {
    const deployment = await unlessNotFound(findTarget(project, target.at));
    found.set(target.key, deployment);
    const { branch, environmentType } = deployment ?? {};
    return { ...target, branch: target.branch ?? branch, type: target.type ?? environmentType };
  };
  const targets = await Promise.all(targetsOf(state.stages).map(inStage => Promise.all(inStage.map(find))));
  const certificate = await project.certificateNamed(certificateName);
  const before = new Map<string, RawInputs>();
  const entryOf = (part: Part): Entry | undefined => {
    const inputs = part.inputs(key => before.get(key) ?? {});
    if (part.key === certificateKey) inputs.name = certificateName;
    before.set(part.key, inputs);
    if (part.type === "EnvironmentVariable") return variableEntry(part, inputs);
    if (part.type === "Redeployment")
      return redeploymentEntry(part, inputs, state, found.get(targetKeyOf(part.key)));
    return certificate && certificateEntry(part, inputs, state, certificate);
  };
  const entries = partsOf(state as unknown as MtlsBindingArgs, targets).map(entryOf);
  return entries
    .filter(entry => entry !== undefined)
    .map(entry => ({ ...entry, state: { ...entry.state, ...project.scope } }));
}

function certificateEntry(
  part: Part,
  inputs: RawInputs,
  state: Shown,
  certificate: CertificateResponse,
): Entry {
  const { id, createdOn, updatedOn } = certificate;
  const environments = isUnknown(inputs.environments) ? enabledTypes(certificate) : inputs.environments;
  const told = pick(state, factNames);
  const facts = { ...told, ...factsOfPem(state.certificate) };
  return entryFor(
    part,
    id,
    { ...inputs, environments },
    { ...facts, createdOn, updatedOn, [memoryKey]: { id } },
  );
}

function variableEntry(part: Part, inputs: RawInputs): Entry | undefined {
  const { branch, name } = inputs;
  return isUnknown(branch) ? undefined : entryFor(part, `${branch}/${name}`, inputs);
}

/** Whether it has rolled to what the state shows, or on from there, nobody knows: it is redeployed once more. */
function redeploymentEntry(
  part: Part,
  inputs: RawInputs,
  { fingerprint }: Shown,
  deployment: Target | undefined,
): Entry | undefined {
  if (deployment === undefined) return undefined;
  const { name, url, environmentType } = deployment;
  const entry = entryFor(part, name, inputs, { deployment: name, url, environmentType });
  return { ...entry, isPartial: true, ...(typeof fingerprint === "string" ? { fingerprint } : {}) };
}

function entryFor({ key, type }: Part, id: string, inputs: RawInputs, observed: RawInputs = {}): Entry {
  const { contract } = resources[type];
  return {
    key,
    type,
    id,
    inputs: remembered(contract, inputs),
    state: remembered(contract, { ...inputs, ...observed }),
  };
}
