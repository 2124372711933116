import type { Identity } from "../certificates/identity";
import type { Context } from "../resources/resource";
import { codeIn } from "../text/codes";
import { as } from "./acting";

/** Where a resource stands, as the record tells it: some engines tell no more than its name. */
export function placeInRecord(identity: Identity | undefined): string | undefined {
  if (identity === undefined) return undefined;
  const { project, stack, resource } = identity;
  return stack === "" ? resource : `${project}/${stack}/${resource}`;
}

/** Does something for a resource, and tells the record who it was for, and what came of it. */
export function recorded<T>(
  { session, identity }: Context,
  operation: string,
  work: () => Promise<T>,
): Promise<T> {
  return as({ resource: placeInRecord(identity) }, async () => {
    try {
      const outcome = await work();
      const failure = (outcome as { failure?: Error } | undefined)?.failure;
      session.recorder.record(
        failure === undefined ? { step: "succeeded", operation } : failed(operation, failure),
      );
      return outcome;
    } catch (error) {
      session.recorder.record(failed(operation, error));
      throw error;
    }
  });
}

function failed(operation: string, error: unknown) {
  const text = error instanceof Error ? error.message : String(error);
  return { step: "failed" as const, operation, ...codeIn(text) };
}
