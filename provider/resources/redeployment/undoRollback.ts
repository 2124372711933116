import { isSameVariable } from "../../rotation/branchVariable";
import type { Session } from "../../session";
import { coded } from "../../text/codes";
import { enumerated } from "../../text/enumerated";
import { quote } from "../../text/redact";
import { say } from "../../text/vocabulary";
import { handOver } from "../environmentVariable/handOver";
import { memoryKey, recall } from "../hidden";
import type { RedeploymentState } from "./contract";
import { memorySchema } from "./memory";

/**
 * A Redeployment leaves the program whose last roll went back: the variables' own resources believe that they have been
 * set. Where another Redeployment was built with the program's value, and so has verified it, it is set again.
 */
export async function undoRollback(session: Session, state: RedeploymentState): Promise<void> {
  const { program, config, log } = session;
  const home = state.project ?? config.project ?? "";
  const pending = (state.pendingVariables ?? []).filter(variable => program.variables.wants(home, variable));
  if (pending.length === 0) return;
  const isAccountGiven = recall(memorySchema, state, memoryKey)?.isAccountGiven === true;
  const project = await session.projectOf(state, isAccountGiven);
  const undone: string[] = [];
  for (const variable of pending) {
    const { branch, name, value } = variable;
    const last = state.variables.find(one => isSameVariable(one, variable))?.value;
    if (program.redeployments.isRolled(home, variable)) {
      if (last !== undefined) await handOver(project, { branch, name, value: last });
      continue;
    }
    const told = project.reportedValue(await project.variablesOf(branch), variable) ?? value;
    if (told !== value) undone.push(`'${quote(`${branch}/${name}`)}'`);
  }
  if (undone.length === 0) return;
  const text = `Redeployment '${state.deployment}' leaves the program after a rollback, and ${enumerated(undone)} ${undone.length === 1 ? "has its" : "have their"} previous value. Run ${say.apply} with a refresh to set the program's value.`;
  log.warn(coded("ZUPLO1416", text));
}
