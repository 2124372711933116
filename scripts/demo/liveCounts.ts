/** How the load fares while it runs: it tells its own count only when it has ended. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";

export interface LiveCount {
  ok: number;
  failed: number;
}

export interface LiveCounts {
  /** Of the gateway at this URL. */
  of(url: string): LiveCount;
  total(): LiveCount;
  stop(): void;
}

const ANSWERED = "http.client.response.finish";
const BROKEN = "http.client.request.error";

/** Counts what this process asks of the URLs, by what Node tells of every request. */
export function watchRequests(urls: readonly string[]): LiveCounts {
  const counts = new Map(urls.map(url => [url, { ok: 0, failed: 0 }]));
  const countOf = ({ request }: { request: ClientRequest }) => {
    const asked = `http://${String(request.getHeader("host"))}${request.path}`;
    const url = urls.find(known => asked.startsWith(`${known}/`));
    return url === undefined ? undefined : counts.get(url);
  };
  const answered = (message: unknown) => {
    const finished = message as { request: ClientRequest; response: IncomingMessage };
    const count = countOf(finished);
    if (count) count[finished.response.statusCode === 200 ? "ok" : "failed"] += 1;
  };
  const broken = (message: unknown) => {
    const count = countOf(message as { request: ClientRequest });
    if (count) count.failed += 1;
  };
  subscribe(ANSWERED, answered);
  subscribe(BROKEN, broken);
  return {
    of: url => ({ ...(counts.get(url) ?? { ok: 0, failed: 0 }) }),
    total: () =>
      [...counts.values()].reduce(
        (sum, { ok, failed }) => ({ ok: sum.ok + ok, failed: sum.failed + failed }),
        {
          ok: 0,
          failed: 0,
        },
      ),
    stop() {
      unsubscribe(ANSWERED, answered);
      unsubscribe(BROKEN, broken);
    },
  };
}
