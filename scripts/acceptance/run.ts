/** A run from its arguments to its report. */
import { writeFileSync } from "node:fs";
import { ZuploClient } from "../../provider/api/client";
import type { Lookup } from "../../provider/config";
import { cleanUp } from "./cleanUp";
import type { Inquiry } from "./inquiry";
import { isOurs, variableName } from "./names";
import { HELP, type Options, parseOptions } from "./options";
import { type AdaptiveLimiter, patient } from "./pace";
import { planOf } from "./plan";
import { problemOf } from "./problem";
import { access } from "./questions/access";
import { certificates } from "./questions/certificates";
import { disabling } from "./questions/disabling";
import { heldDelete } from "./questions/heldDelete";
import { edgeQuestion, redeploy } from "./questions/redeploy";
import { rotation } from "./questions/rotation";
import { snapshot } from "./questions/snapshot";
import { variables } from "./questions/variables";
import { workingCopies } from "./questions/workingCopies";
import { header, lineOf, markdownOf, type Report, summaryOf, withoutNames } from "./report";
import { isDifferent, type Row, rowOf } from "./rows";
import { openScene, type Scene, unstoppable } from "./scene";
import { previewOf } from "./target";

/** In this order: each goes on with what those before it have made. */
const inquiries: readonly Inquiry[] = [
  access,
  workingCopies,
  certificates,
  variables,
  redeploy,
  heldDelete,
  disabling,
  snapshot,
  rotation,
];

export interface Surroundings {
  environment: Lookup;
  out(text: string): void;
  /** For progress. */
  error(text: string): void;
  signal?: AbortSignal;
  pace?: AdaptiveLimiter;
}

export const exitCodes = { asAssumed: 0, failed: 1, different: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export async function acceptance(args: string[], surroundings: Surroundings): Promise<ExitCode> {
  const { environment, out, error: say } = surroundings;
  try {
    const options = parseOptions(args, environment);
    if (options.help) {
      out(HELP);
      return exitCodes.asAssumed;
    }
    const scene = await sceneOf(options as Options, surroundings);
    const leftBefore = (await scene.client.listCertificates(scene.scope)).filter(isOurs);
    await requireOwnVariable(scene);
    const plan = planOf(
      scene,
      leftBefore.map(({ name }) => name),
    );
    if (!scene.options.yes) {
      out(`${plan}\n\nNothing was written. With --yes, it is done.\n`);
      return exitCodes.asAssumed;
    }
    say(`${plan}\n`);
    if (leftBefore.length > 0) await cleanBefore(scene, say);
    return conclude(scene, await inquire(scene, say), out);
  } catch (error) {
    say(`acceptance: ${problemOf(error)}`);
    return exitCodes.failed;
  }
}

async function sceneOf(options: Options, { signal, pace = patient }: Surroundings): Promise<Scene> {
  const { endpoint, apiKey, callTimeout, project } = options.config;
  const client = new ZuploClient({ endpoint, apiKey, callTimeoutMs: callTimeout * 1000 }, signal);
  const account = options.config.account ?? (await client.whoAmI());
  if (account === undefined) throw new Error("the API key does not tell its account: give --account NAME");
  const scope = { account, project };
  const target = previewOf(await client.listDeployments(scope), options.branch);
  return openScene(options, scope, target, { ...pace, quietMs: options.agreeMs ?? pace.quietMs }, signal);
}

/** A variable of this name that somebody uses for something else is not taken over. */
async function requireOwnVariable({ client, scope, target }: Scene): Promise<void> {
  const environments = await client.listEnvironments(scope);
  const own = environments.find(({ branchName }) => branchName === target.branch);
  // Where it cannot be read, the name has to be proof enough.
  const told = await client.readVariables(own?.name ?? target.name).catch(() => undefined);
  const value = told?.[variableName] ?? "";
  const isMask = /^[^\p{L}\p{N}]*$/u.test(value);
  if (isMask || value === "unused" || isOurs({ name: value })) return;
  throw new Error(
    `variable ${variableName} of the branch has a value that this script did not set: remove it`,
  );
}

async function cleanBefore(scene: Scene, say: (text: string) => void): Promise<void> {
  say("cleaning up after an earlier run …");
  const { left } = await cleanUp(scene, true);
  for (const each of left) say(`  left: ${each}`);
}

/** Asks all questions, and takes away whatever was made, stopped or not. */
async function inquire(scene: Scene, say: (text: string) => void): Promise<Report> {
  const rows: Row[] = [];
  const failures: string[] = [];
  let left: string[] = [];
  try {
    for (const each of inquiries) rows.push(...(await rowsOf(scene, each, failures, say)));
  } catch (error) {
    failures.push(scene.signal?.aborted === true ? "stopped before its end" : problemOf(error));
  } finally {
    say("cleaning up …");
    left = await cleanUp(unstoppable(scene), scene.signal?.aborted === true).then(
      cleaned => cleaned.left,
      (error: unknown) => [`it is not known what: ${problemOf(error)}`],
    );
  }
  const { endpoint } = scene.options.config;
  const answers = scene.raw.recorded;
  return { at: new Date().toISOString(), endpoint, rows, said: scene.said, answers, failures, left };
}

async function rowsOf(
  scene: Scene,
  { doing, questions, ask }: Inquiry,
  failures: string[],
  say: (text: string) => void,
): Promise<Row[]> {
  scene.signal?.throwIfAborted();
  say(`${doing} …`);
  const asked = questions === redeploy.questions ? { ...questions, edge: edgeQuestion(scene) } : questions;
  try {
    const answers = await ask(scene);
    return Object.entries(asked).map(([id, question]) =>
      rowOf(question, answers[id] ?? { notSeen: "an earlier step failed" }),
    );
  } catch (error) {
    scene.signal?.throwIfAborted();
    const problem = problemOf(error);
    failures.push(`${doing}: ${problem}`);
    return Object.values(asked).map(question => rowOf(question, { notSeen: problem }));
  }
}

function conclude(scene: Scene, complete: Report, out: (text: string) => void): ExitCode {
  const { scope, target, options } = scene;
  const names = { ...scope, branch: target.branch, deployment: target.name, url: target.url };
  const report = withoutNames(complete, names);
  if (options.json) out(`${JSON.stringify(report)}\n`);
  else out(`${[header, ...report.rows.map(lineOf), "", summaryOf(report)].join("\n")}\n`);
  if (options.write !== undefined) writeFileSync(options.write, markdownOf(report));
  if (report.failures.length > 0 || report.left.length > 0) return exitCodes.failed;
  return report.rows.some(isDifferent) ? exitCodes.different : exitCodes.asAssumed;
}
