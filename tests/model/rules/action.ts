/** What an API call does, as far as the rules care. */
export type Action =
  | { kind: "certificate.create"; project: string; name: string }
  | { kind: "certificate.update"; project: string; id: string }
  | { kind: "certificate.delete"; project: string; id: string }
  | { kind: "variable"; project: string; branch: string; name: string; value: string }
  | { kind: "deploy"; deployment: string }
  | { kind: "variables.read"; deployment: string }
  | { kind: "read" }
  | { kind: "other" };

interface Request {
  method: string;
  path: string;
  body?: string | undefined;
}

export function actionOf({ method, path, body }: Request): Action {
  const [, project = "", rest = ""] = /^\/v1\/accounts\/[^/]+\/projects\/([^/]+)\/(.*)$/.exec(path) ?? [];
  const content = body === undefined ? {} : (JSON.parse(body) as Record<string, string>);
  if (method === "GET") {
    const [, deployment] = /^\/v1\/environments\/([^/]+)\/local-configurations$/.exec(path) ?? [];
    return deployment === undefined ? { kind: "read" } : { kind: "variables.read", deployment };
  }
  const [, deployment] = /^\/v1\/deployments\/([^/]+)\/deploy$/.exec(path) ?? [];
  if (deployment !== undefined) return { kind: "deploy", deployment };
  const [, id] = /^mtls-certificates\/([^/]+)$/.exec(rest) ?? [];
  if (id !== undefined) {
    return { kind: method === "DELETE" ? "certificate.delete" : "certificate.update", project, id };
  }
  if (rest === "mtls-certificates") return { kind: "certificate.create", project, name: content.name ?? "" };
  const [, branch, name] = /^branches\/([^/]+)\/variables(?:\/([^/]+))?$/.exec(rest) ?? [];
  if (branch !== undefined) {
    const own = decodeURIComponent(name ?? content.name ?? "");
    return {
      kind: "variable",
      project,
      branch: decodeURIComponent(branch),
      name: own,
      value: content.value ?? "",
    };
  }
  return { kind: "other" };
}
