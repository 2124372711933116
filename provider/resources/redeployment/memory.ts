import { z } from "zod";
import type { CertificateResponse, DeploymentResponse, EnvironmentType } from "../../api/responses";
import type { ProjectSession } from "../../projectSession";
import { isSameVariable, type VariableValue } from "../../rotation/branchVariable";
import { valueIn } from "../../rotation/variables";
import { memoryKey, recall } from "../hidden";

/** What a Redeployment's state keeps to itself. */
export const memorySchema = z.object({
  /** The program names the account, and not the configuration or the API key. */
  isAccountGiven: z.boolean().optional(),
  /** The last build that it made. */
  build: z
    .object({
      /** ISO 8601. */
      deployedOn: z.string(),
      /** Ids of certificates that it has bound, and of those that it has let go. */
      bound: z.array(z.string()),
      released: z.array(z.string()),
      /** Name → id of the certificates that it uses. */
      ids: z.record(z.string(), z.string()),
      /** Name → when Zuplo had last changed them before it, ISO 8601. */
      changedOn: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  /**
   * Ids of other generations that are ours, however young they are: those to which it was tried in vain to roll, those
   * that the last roll let go or had to keep, and those that a refresh has taken out of the state. Another stack of the
   * same names may give one of them the same name.
   */
  ours: z.array(z.string()).optional(),
  /** Names of other generations that the deployment's code may still name. */
  inCode: z.array(z.string()).optional(),
  /** Name → when the certificates that it uses had last been enabled again for its type when it was built. */
  revivals: z.record(z.string(), z.string()).optional(),
  /** The last roll failed, and did not go back to what was in service: nobody knows what is served now. */
  isUnsettled: z.boolean().optional(),
  /** Variables that a refresh has found with another value: a build may have taken it on. */
  drifted: z
    .array(
      z.object({
        branch: z.string(),
        name: z.string(),
        /** The last refresh has found it without a value, as a secret may look like. */
        isEmpty: z.boolean().optional(),
        /** The last refresh has found it with the right value again. */
        isBack: z.boolean().optional(),
      }),
    )
    .optional(),
});
export type RedeploymentMemory = z.output<typeof memorySchema>;
export type Drifted = NonNullable<RedeploymentMemory["drifted"]>[number];

type RememberedBuild = RedeploymentMemory["build"];

interface Remembering {
  certificates: readonly string[];
  environmentType: EnvironmentType;
}

/** What the state remembers of the last build, where that is still the one that is served. */
export function rememberedBuild(state: object) {
  return recall(memorySchema, state, memoryKey)?.build;
}

/**
 * The certificates of a deployment that it may not have: gone, another one of the same name, disabled, or changed by
 * somebody while we built it, or after somebody else has rebuilt it, so that nobody knows what it has bound. To a build
 * of ours, what was changed after it makes no difference.
 */
export async function lostCertificates(
  project: ProjectSession,
  deployment: DeploymentResponse,
  state: Remembering,
): Promise<string[]> {
  const build = rememberedBuild(state);
  const type = deployment.environmentType ?? state.environmentType;
  const { updatedOn } = deployment;
  // A state of an older version remembers no build: what is gone or disabled is lost all the same.
  const isRebuilt = build !== undefined && updatedOn !== undefined && updatedOn !== build.deployedOn;
  const certificates = await project.certificates.list();
  const isLost = (certificate: CertificateResponse | undefined, name: string) =>
    certificate === undefined ||
    (build !== undefined && certificate.id !== build.ids[name]) ||
    !certificate.environments[type] ||
    (isRebuilt ? isAfter(certificate.updatedOn, updatedOn) : isChangedWhileBuilt(certificate, build));
  return state.certificates.filter(name =>
    isLost(
      certificates.find(certificate => certificate.name === name),
      name,
    ),
  );
}

/** What is taken out of the state is ours still: the next roll disables it, where another one is in its place. */
export function rememberOurs(
  memory: RedeploymentMemory | undefined,
  lost: readonly string[],
): RedeploymentMemory | undefined {
  const ids = lost.flatMap(name => memory?.build?.ids[name] ?? []);
  return ids.length === 0 ? memory : { ...memory, ours: [...new Set([...(memory?.ours ?? []), ...ids])] };
}

/**
 * The state's memory with the variables of the deployment that somebody has given another value. One is kept there,
 * although it has the right value again, until the deployment is redeployed: any build meanwhile, our own too, may have
 * been made with the other one.
 */
export async function rememberDrift(
  project: ProjectSession,
  deployment: DeploymentResponse,
  state: { variables: readonly VariableValue[] },
): Promise<RedeploymentMemory | undefined> {
  const memory = recall(memorySchema, state, memoryKey);
  const own = state.variables.filter(({ branch }) => branch === deployment.branchName);
  if (own.length === 0) return memory;
  const told = await project.variables.of(deployment);
  const drifted = own.flatMap(variable => {
    const { branch, name, value } = variable;
    const known = memory?.drifted?.find(before => isSameVariable(before, variable));
    const now = valueIn(told, name);
    if (now === undefined) return known ?? [];
    if (now !== value) return { branch, name, ...(now === "" ? { isEmpty: true } : {}) };
    return known === undefined ? [] : { branch, name, isBack: true };
  });
  return drifted.length === 0 ? memory : { ...memory, drifted };
}

/** Within this time, in milliseconds, two dates are one: answers may tell them with and without fractions of a second. */
const oneDateMs = 1000;

/** Whether somebody has changed a certificate after we looked at it, and before the build that we asked for was served. */
function isChangedWhileBuilt({ name, updatedOn }: CertificateResponse, build: RememberedBuild): boolean {
  const known = Date.parse(build?.changedOn?.[name] ?? "");
  return Date.parse(updatedOn ?? "") - known > oneDateMs && !isAfter(updatedOn, build?.deployedOn);
}

function isAfter(one: string | undefined, other: string | undefined): boolean {
  return Date.parse(one ?? "") > Date.parse(other ?? "");
}
