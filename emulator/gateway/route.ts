/** What a request to the gateway asks for. */

export type Route =
  | { to: "build"; deployment: string }
  /** `variable`: undefined means what the code does: the gateway's default one, or a certificate's name of its own. `path`: what the backend gets, with the query. */
  | { to: "backend"; deployment: string; variable: string | undefined; path: string };

const ROUTE = /^\/([^/?]+)(\/[^?]*)?(\?.*)?$/;
const VIA = /^\/via\/([^/]+)(\/.*)?$/;

/** `/<deployment>/__zuplo/build`, `/<deployment>/via/<VARIABLE>/…` or `/<deployment>/…`. */
export function routeOf(url: string): Route | undefined {
  const match = ROUTE.exec(url);
  if (!match?.[1]) return undefined;
  const [, deployment, path = "/", query = ""] = match;
  if (path === "/__zuplo/build") return { to: "build", deployment };
  const via = VIA.exec(path);
  if (via) return { to: "backend", deployment, variable: via[1], path: (via[2] ?? "/") + query };
  return { to: "backend", deployment, variable: undefined, path: path + query };
}
