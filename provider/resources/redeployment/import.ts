import { NotFound } from "../../api/errors";
import { findTarget } from "../../rotation/target";
import { pick } from "../contract";
import { type Imported, placeOf } from "../import";
import type { Context, RawInputs } from "../resource";

/** Finds a deployment by its name. */
export async function importRedeployment({ session }: Context, text: string): Promise<Imported | undefined> {
  const { project, scope, id } = await placeOf(session, "Redeployment", text);
  try {
    const { name, url, branch, environmentType } = await findTarget(project, { deployment: id });
    const deployedOn = (await project.deployments.get(name))?.updatedOn;
    const inputs = { ...scope, deployment: name };
    const state = { ...inputs, ...project.scope, url, environmentType, deployedOn };
    return { id: name, state, inputs, facts: { branch } };
  } catch (error) {
    // A list that is answered with 404 says nothing of what is in it.
    if (error instanceof NotFound && error.code === "ZUPLO1305") return undefined;
    throw error;
  }
}

/** A program may name the deployment's branch instead of the deployment. */
export function matchRedeployment(facts: RawInputs, inputs: RawInputs): RawInputs {
  return inputs.branch === facts.branch ? pick(inputs, ["branch"]) : {};
}
