/** What lasts: which certificate served an environment, and what Zuplo held, from when to when. */
import type { HeldSpan, Span } from "../../cli/report/timeline";
import type { ApiCall } from "../../emulator";
import type { Demonstration, Environment } from "./record";
import { environmentsOf } from "./steps";

/** The certificates with which an environment called its backend, one after the other. */
export function servingSpans(environment: Environment, variable: string, end: number): Span[] {
  const { served } = environment;
  return served.flatMap(({ at, certificates }, index) => {
    const certificate = certificates[variable];
    return certificate === undefined ? [] : [{ from: at, to: served[index + 1]?.at ?? end, certificate }];
  });
}

/** Each certificate that Zuplo held, in the order in which they came; one span for each set of environment types. */
export function heldSpans(
  { certificates, trace }: Pick<Demonstration, "certificates" | "trace">,
  start: number,
  end: number,
): HeldSpan[][] {
  const open = new Map<string, HeldSpan[]>();
  const begin = (certificate: string, from: number, environments: string[]) => {
    const spans = open.get(certificate) ?? [];
    open.set(certificate, [...spans, { certificate, from, to: end, environments }]);
  };
  const close = (certificate: string, to: number) => {
    const last = open.get(certificate)?.at(-1);
    if (last) last.to = to;
  };
  for (const { name, environments } of certificates) begin(name, start, environments);
  for (const call of trace.filter((entry): entry is ApiCall => entry.type === "call" && entry.applied)) {
    if (!["certificate.create", "certificate.update", "certificate.delete"].includes(call.kind)) continue;
    close(call.subject, call.at);
    if (call.kind !== "certificate.delete") begin(call.subject, call.at, environmentsOf(call.body));
  }
  return [...open.values()];
}
