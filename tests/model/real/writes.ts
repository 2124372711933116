import { fingerprintOf } from "../../../emulator/pem";
import type { State } from "../../../emulator/state/model";
import { type ApiCall, isWrite, type TraceEntry } from "../../../emulator/trace";
import { keyOf } from "../rules/statuses";

/** What was written to each resource, in order: by name, since ids are the emulator's own. */
export type Writes = Record<string, string[]>;

export function writesIn(trace: readonly TraceEntry[]): Writes {
  const writes: Writes = {};
  for (const call of trace.filter(isWrite)) {
    const resource = resourceOf(call);
    const before = writes[resource] ?? [];
    const written = wordsOf(call);
    // How often a refused call is repeated is a matter of time.
    if (call.applied || before.at(-1) !== written) writes[resource] = [...before, written];
  }
  return Object.fromEntries(
    Object.entries(writes).map(([resource, words]) => [resource, words.map(withoutOrder)]),
  );
}

/** Of several updates of a certificate, redeployments of one stage ask side by side: what counts is how they end. */
function withoutOrder(words: string, index: number, all: readonly string[]): string {
  const kind = "certificate.update";
  const isFollowed = all[index + 1]?.startsWith(kind) === true;
  return words.startsWith(kind) && isFollowed ? kind : words;
}

function resourceOf({ kind, path, subject }: ApiCall): string {
  const [, project = ""] = /^\/v1\/accounts\/[^/]+\/projects\/([^/]+)\//.exec(path) ?? [];
  // A certificate that is gone has no name any more.
  if (kind.startsWith("certificate."))
    return `certificate ${project}/${subject.replace(/^cert_\w+$/, "gone")}`;
  if (kind.startsWith("variable.")) return `variable ${project}/${subject}`;
  return subject === "" ? path : `deployment ${subject}`;
}

function wordsOf({ kind, body, applied, status }: ApiCall): string {
  const sent = body === undefined ? "" : ` ${JSON.stringify(shortened(body as Record<string, unknown>))}`;
  return `${kind}${sent}${applied ? "" : ` → ${status}`}`;
}

function shortened({ certificate, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return certificate === undefined ? rest : { ...rest, fingerprint: fingerprintOf(String(certificate)) };
}

/** What there is at Zuplo, by name, and what runs. */
export interface Found {
  certificates: Record<string, readonly string[]>;
  variables: Record<string, string>;
  running: Record<string, { variables: Record<string, string>; certificates: string[] }>;
}

export function foundIn({ certificates, variables, deployments }: State): Found {
  return {
    certificates: Object.fromEntries(
      certificates.map(({ project, name, environments }) => [`${project}/${name}`, [...environments]]),
    ),
    variables: Object.fromEntries(
      variables.map(({ project, branch, name, value }) => [keyOf(project, branch, name), value]),
    ),
    running: Object.fromEntries(
      deployments.map(({ name, snapshot }) => [
        name,
        { variables: snapshot.variables, certificates: snapshot.bindings.map(each => each.name).sort() },
      ]),
    ),
  };
}
