import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { durationSchema, toMilliseconds } from "../duration";
import { type Build, redeploy } from "../rotation/build";
import { disableFor } from "../rotation/environments";
import { trimmed, type Verification, verify } from "../rotation/gateway";
import { type RollbackReport, rollBack, setVariable } from "../rotation/rollback";
import { supersededBy } from "../rotation/superseded";
import { findTarget, type Target } from "../rotation/target";
import type { ProjectSession } from "../session";
import { type CertificateAnswer, type EnvironmentType, environmentTypes } from "../zuplo/answers";
import { Conflict, Invalid, NotFound, RedeployFailed, VerificationFailed } from "../zuplo/errors";
import {
  type Changes,
  changedKeys,
  configurationFailures,
  failuresOf,
  PartialFailure,
  type Resource,
  scopeArgs,
} from "./resource";

const defaultTimeout = 600;
const defaultVerifyTimeout = 5;
const defaultStatus = 200;

const verifyArgs = z.strictObject({
  path: z
    .string()
    .startsWith("/", { error: "must start with a slash, such as /health." })
    .optional()
    .meta({ description: "Path at the deployment's own URL." }),
  url: z
    .url({ protocol: /^https?$/, error: "must be an http or https URL." })
    .optional()
    .meta({ description: "Full URL, where the deployment is reached under another one." }),
  status: z
    .int()
    .min(100)
    .max(599)
    .optional()
    .meta({ description: "The status that means success; 200 by default." }),
  timeout: durationSchema.optional().meta({ description: "How long to ask for it; 5 seconds by default." }),
});

const variableArgs = z.strictObject({
  branch: z.string().min(1).meta({ description: "Branch of the variable." }),
  name: z.string().min(1).meta({ description: "Name of the variable." }),
  value: z.string().meta({ description: "Value of the variable." }),
});

const args = z.strictObject({
  branch: z.string().min(1).optional().meta({
    description: "Branch whose deployment is redeployed. Either this or `deployment`.",
  }),
  deployment: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Name of the deployment that is redeployed." }),
  certificates: z
    .array(z.string().min(1), {
      error: "is missing: give the names of the certificates that the deployment uses.",
    })
    .meta({
      description:
        "Names of the certificates that the deployment uses; those it no longer uses are disabled.",
    }),
  variables: z
    .array(variableArgs, { error: "is missing: give the variables that the deployment reads, or []." })
    .meta({ description: "Variables that the deployment reads; they are set before it is redeployed." }),
  triggers: z.unknown().optional().meta({ description: "Any value; another one causes a redeploy." }),
  verify: verifyArgs
    .optional()
    .meta({ description: "A request through the gateway that must succeed with the new build." }),
  rollback: z.boolean().optional().meta({
    description:
      "Whether a failure puts variables and certificates back and redeploys once more; true where `verify` is given.",
  }),
  timeout: durationSchema
    .optional()
    .meta({ description: "How long to wait for the new build; 600 seconds by default." }),
  environmentType: z
    .enum(environmentTypes, { error: `must be one of ${environmentTypes.join(", ")}.` })
    .optional()
    .meta({
      description: "What the deployment's environment type must be; nothing is changed where it is another.",
    }),
  ...scopeArgs,
});

export type RedeploymentArgs = z.output<typeof args>;
export type RedeploymentState = RedeploymentArgs & {
  deployment: string;
  url?: string | undefined;
  environmentType: EnvironmentType;
  buildId?: string | undefined;
  /** ISO 8601; missing after a redeploy that failed. */
  deployedOn?: string | undefined;
};

const redeploying = ["certificates", "variables", "triggers"] as const;

/** One redeploy of one deployment whenever its certificates, variables or triggers change. */
export const redeployment: Resource<RedeploymentArgs, RedeploymentState> = {
  type: "Redeployment",
  args,
  outputs: ["url", "buildId", "deployedOn"],

  check(context, _olds, news) {
    const failures = [...failuresOf(args, news), ...configurationFailures(context, news)];
    if ((news.branch === undefined) === (news.deployment === undefined)) {
      failures.push({ property: "branch", reason: "or `deployment` must be given, and only one of them." });
    }
    const verification = verifyArgs.safeParse(news.verify).data;
    if (
      verification !== undefined &&
      (verification.path === undefined) === (verification.url === undefined)
    ) {
      failures.push({ property: "verify", reason: "must have either `path` or `url`." });
    }
    if (news.rollback === true && news.verify === undefined) {
      failures.push({
        property: "rollback",
        reason: "needs `verify`, which tells whether the new build works.",
      });
    }
    return { inputs: { ...news }, failures };
  },

  predict: () => ({}),

  diff(olds, news) {
    const changes: Changes = {};
    const updating = ["verify", "rollback", "timeout"];
    for (const key of changedKeys([...redeploying, ...updating], olds, news)) changes[key] = "update";
    for (const key of changedKeys(["account", "project", "branch"], olds, news)) changes[key] = "replace";
    if (news.deployment !== undefined && changedKeys(["deployment"], olds, news).length > 0)
      changes.deployment = "replace";
    if (news.environmentType !== undefined && changedKeys(["environmentType"], olds, news).length > 0) {
      changes.environmentType = "update";
    }
    return changes;
  },

  async create({ session }, args) {
    const project = await session.project(args);
    const target = await findTarget(project, args);
    const state = await roll(project, target, args, undefined, session.signal);
    return { id: target.name, state };
  },

  async read({ session }, id, state) {
    const project = await session.project(state);
    let found = await project.deployments.get(id);
    if (found === undefined) {
      // The list may end early: only its own address tells that a deployment is gone.
      try {
        found = await project.client.getDeployment(id);
      } catch (error) {
        if (error instanceof NotFound) return undefined;
        throw error;
      }
    }
    return {
      id,
      state: { ...state, url: found.url, environmentType: found.environmentType ?? state.environmentType },
    };
  },

  async update({ session }, id, olds, news) {
    const isDeployed = olds.deployedOn !== undefined;
    const { url, buildId, deployedOn, environmentType } = olds;
    if (
      isDeployed &&
      redeploying.every(key => isDeepStrictEqual(olds[key], news[key])) &&
      !isOtherType(news, olds)
    ) {
      return { ...news, deployment: id, url, buildId, deployedOn, environmentType };
    }
    const project = await session.project(news);
    const target = await findTarget(project, { deployment: id });
    return roll(project, target, news, olds, session.signal);
  },

  async delete({ session }, id) {
    session.log.info(`Redeployment '${id}' is forgotten; the deployment itself stays as it is.`);
  },
};

function isOtherType(news: RedeploymentArgs, olds: RedeploymentState): boolean {
  return news.environmentType !== undefined && news.environmentType !== olds.environmentType;
}

/** Disable what is superseded, redeploy once, wait for the new build, verify it, and put everything back if it fails. */
function roll(
  project: ProjectSession,
  target: Target,
  args: RedeploymentArgs,
  olds: RedeploymentState | undefined,
  signal: AbortSignal | undefined,
): Promise<RedeploymentState> {
  // Another redeploy of the same deployment would be mistaken for this one.
  return project.exclusively(`deployment/${target.name}`, async () => {
    const existing = await usableCertificates(project, target, args);
    const superseded = supersededBy(args.certificates, olds?.certificates ?? [], existing);
    for (const { id, name } of superseded) if (!olds?.certificates.includes(name)) project.noteOrphan(id);
    await Promise.all(lostVariables(project, args, olds).map(variable => setVariable(project, variable)));
    await Promise.all(superseded.map(({ id }) => disableFor(project, id, target.environmentType)));
    const timeoutMs = milliseconds(args.timeout, defaultTimeout);
    const verification = verificationOf(args, target);
    try {
      const build = await redeploy(project, target, timeoutMs, signal);
      if (verification !== undefined) await requireVerified(verification, target, signal);
      requireUndisturbed(project, target, superseded);
      return stateOf(args, target, build);
    } catch (error) {
      const isOurs =
        error instanceof RedeployFailed || error instanceof VerificationFailed || error instanceof Conflict;
      if (!isOurs) throw error;
      const mayRollBack = olds !== undefined && args.verify !== undefined && args.rollback !== false;
      const report =
        mayRollBack && !(error instanceof Conflict)
          ? await rollBack(project, { target, timeoutMs, verification, ...previousOf(olds, args) }, signal)
          : undefined;
      throw new PartialFailure(
        target.name,
        failedState(args, target, olds, report),
        withReport(error, report),
      );
    }
  });
}

/** A redeploy with a certificate that is missing or not enabled would break the deployment: better none at all. */
async function usableCertificates(
  project: ProjectSession,
  target: Target,
  args: RedeploymentArgs,
): Promise<CertificateAnswer[]> {
  const type = target.environmentType;
  if (args.environmentType !== undefined && args.environmentType !== type) {
    throw invalid(
      target,
      `its environment type is ${type}, not ${args.environmentType}`,
      "Correct `environmentType`.",
    );
  }
  const missingFrom = (list: readonly CertificateAnswer[]) =>
    args.certificates.filter(name => !list.some(certificate => certificate.name === name));
  let existing = await project.certificates.list();
  // Another stack may have uploaded it since the list was read.
  if (missingFrom(existing).length > 0) existing = await project.certificates.refresh();
  const [missing] = missingFrom(existing);
  if (missing !== undefined) {
    throw invalid(
      target,
      `certificate '${missing}' does not exist`,
      "Upload it first, or correct `certificates`.",
    );
  }
  const disabled = existing.find(
    ({ name, environments }) => args.certificates.includes(name) && !environments[type],
  );
  if (disabled !== undefined) {
    const advice = `Add "${type}" to the \`environments\` of the certificate, and run \`pulumi up\` again.`;
    throw invalid(target, `certificate '${disabled.name}' is not enabled for ${type}`, advice);
  }
  return existing;
}

/**
 * Variables that differ from what this deployment had and that nobody has set in this run: an earlier run set them,
 * and may have put them back in a rollback that the state of their own resources does not know of.
 */
function lostVariables(project: ProjectSession, args: RedeploymentArgs, olds: RedeploymentState | undefined) {
  return changedVariables(args, olds)
    .map(({ now }) => now)
    .filter(({ branch, name, value }) => !project.hasWritten(branch, name, value));
}

function previousOf(olds: RedeploymentState, args: RedeploymentArgs) {
  return {
    certificates: olds.certificates,
    variables: changedVariables(args, olds).map(({ before }) => before),
  };
}

function changedVariables(args: RedeploymentArgs, olds: RedeploymentState | undefined) {
  return args.variables.flatMap(now => {
    const before = olds?.variables.find(({ branch, name }) => branch === now.branch && name === now.name);
    return before === undefined || before.value === now.value ? [] : [{ before, now }];
  });
}

function verificationOf({ verify }: RedeploymentArgs, target: Target): Verification | undefined {
  if (verify === undefined) return undefined;
  const { path, url, status = defaultStatus } = verify;
  const timeoutMs = milliseconds(verify.timeout, defaultVerifyTimeout);
  if (url !== undefined) return { url, status, timeoutMs };
  if (target.url === undefined) {
    throw invalid(
      target,
      "its URL is not known, so `verify.path` cannot be asked",
      "Give `verify.url` instead.",
    );
  }
  return { url: `${trimmed(target.url)}${path}`, status, timeoutMs };
}

async function requireVerified(
  verification: Verification,
  target: Target,
  signal: AbortSignal | undefined,
): Promise<void> {
  const result = await verify(verification, signal);
  if (result.ok) return;
  throw new VerificationFailed({
    operation: { verb: "verify", resource: "Redeployment", name: target.name },
    problem: result.problem,
    advice: "Check that the backend accepts the new certificate; correct it, and run `pulumi up` again.",
  });
}

/** A rollback elsewhere may have enabled the old certificate while this build was made: then it is bound once more. */
function requireUndisturbed(
  project: ProjectSession,
  target: Target,
  superseded: readonly CertificateAnswer[],
): void {
  const holder = superseded
    .map(({ id }) => project.heldBy(id, target.environmentType))
    .find(deployment => deployment !== undefined && deployment !== target.name);
  if (holder === undefined) return;
  throw new Conflict({
    operation: { verb: "redeploy", resource: "Redeployment", name: target.name },
    problem: `the new build works, but may bind the old certificate too, which the rollback of '${holder}' put back`,
    advice: `Correct what failed at '${holder}' and run \`pulumi up\` again: it redeploys both.`,
  });
}

function stateOf(
  args: RedeploymentArgs,
  { name, url, environmentType }: Target,
  build: Build,
): RedeploymentState {
  return { ...args, deployment: name, url, environmentType, ...build };
}

/** What is known to be in force, so that the next run sees a difference and redeploys. */
function failedState(
  args: RedeploymentArgs,
  { name, url, environmentType }: Target,
  olds: RedeploymentState | undefined,
  report: RollbackReport | undefined,
): RedeploymentState {
  const { certificates = [], variables = [], triggers } = olds ?? {};
  return {
    ...args,
    certificates,
    variables,
    triggers,
    deployment: name,
    url,
    environmentType,
    buildId: report?.build?.buildId,
  };
}

function withReport(
  error: RedeployFailed | VerificationFailed | Conflict,
  report: RollbackReport | undefined,
) {
  if (report === undefined) return error;
  const { operation, problem, advice } = error;
  const Kind = error.constructor as new (
    details: ConstructorParameters<typeof RedeployFailed>[0],
  ) => RedeployFailed;
  const seconds = (report.durationMs / 1000).toFixed(1);
  const restored = report.restored.length === 0 ? "nothing" : report.restored.join(", ");
  const outcome = report.problem === undefined ? "" : ` The rollback did not complete: ${report.problem}.`;
  return new Kind({
    operation,
    advice,
    problem: `${problem}. Rolled back in ${seconds} s: ${restored}.${outcome}`,
  });
}

function invalid(target: Target, problem: string, advice: string): Invalid {
  return new Invalid({
    operation: { verb: "redeploy", resource: "Redeployment", name: target.name },
    problem,
    advice,
  });
}

function milliseconds(duration: number | string | undefined, defaultSeconds: number): number {
  return toMilliseconds(duration ?? defaultSeconds) ?? defaultSeconds * 1000;
}
