/** The trace of a rotation as the steps that it is made of. */
import type { Step, StepKind } from "../../cli/report/timeline";
import type { ApiCall, TraceEntry } from "../../emulator";

/** A deployment, as far as its name must be told from others. */
export interface Place {
  deployment: string;
  branch: string;
}

const kinds: Partial<Record<ApiCall["kind"], StepKind>> = {
  "certificate.create": "upload",
  "certificate.update": "disable",
  "certificate.delete": "delete",
  "variable.create": "variable",
  "variable.update": "variable",
  "deployment.deploy": "redeploy",
};

export function stepOf(entry: TraceEntry, places: readonly Place[]): Step {
  const { at, subject } = entry;
  if (entry.type === "event") {
    const kind = entry.kind === "build.served" ? "served" : "failed";
    const text =
      kind === "served" ? `new build, bound to ${list(entry.certificates)}` : `failed: ${entry.message}`;
    return { at, kind, branch: entry.branch, text, call: "", status: 0 };
  }
  const kind = kinds[entry.kind] ?? "read";
  const place = places.find(({ deployment }) => deployment === subject);
  const branch = place?.branch ?? (kind === "variable" ? (subject.split("/")[0] ?? "") : "");
  const call = `${entry.method} ${entry.path}`;
  return { at, kind, branch, text: textOf(kind, entry), call, status: entry.status };
}

function textOf(kind: StepKind, { subject, body, kind: call }: ApiCall): string {
  switch (kind) {
    case "upload":
      return `${subject}, enabled for ${list(environmentsOf(body))}`;
    case "disable":
      return `${subject}: now enabled for ${list(environmentsOf(body))}`;
    case "variable":
      return `${subject.split("/")[1] ?? subject} = ${String(property(body, "value"))}`;
    case "read":
      return call;
    default:
      return subject;
  }
}

/** What a call for a certificate asks for. */
export function environmentsOf(body: unknown): string[] {
  const environments = property(body, "environments");
  return Array.isArray(environments) ? environments.map(String) : [];
}

function property(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
}

function list(words: readonly string[]): string {
  return words.length === 0 ? "nothing" : words.join(" and ");
}
