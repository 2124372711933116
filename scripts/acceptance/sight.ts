/** What callers of a route get, as far as its answer tells. */
import { expectedOf, type ShownCertificate } from "../../provider/rotation/expectation";
import type { GatewayAnswer } from "../../provider/rotation/gateway";

/** A name that the variable may have as its value, with the certificate of that name, if there is one. */
export interface Known {
  role: string;
  name: string;
  certificate?: ShownCertificate;
}

const facts = ["fingerprint", "serialNumber"] as const;

export interface Sight {
  /** Undefined where there was no answer. */
  status: number | undefined;
  /** The certificate that the backend says it was shown, and where it says so: in a header, or in the body. */
  shown: { role: string; fact: (typeof facts)[number]; header: string | undefined } | undefined;
  /** The name that the gateway says it has not bound. */
  missing: string | undefined;
}

export function sightOf({ status, headers, body }: GatewayAnswer, known: readonly Known[]): Sight {
  const places: [string | undefined, string][] = [[undefined, body], ...Object.entries(headers)];
  const shown = known.flatMap(({ role, certificate }) => {
    if (certificate === undefined) return [];
    return facts.flatMap(fact => {
      const [expected] = expectedOf({ body: `\${${fact}}` }, () => certificate);
      const place = places.find(([, text]) => expected?.pattern.test(text));
      return place === undefined ? [] : [{ role, fact, header: place[0] }];
    });
  })[0];
  const missing = known.find(({ name }) => (status ?? 0) >= 400 && body.includes(`'${name}' not found`));
  return { status, shown, missing: missing?.role };
}

export function isSameSight(one: Sight, other: Sight): boolean {
  return (
    one.status === other.status && one.shown?.role === other.shown?.role && one.missing === other.missing
  );
}

export function describeSight({ status, shown, missing }: Sight): string {
  if (status === undefined) return "no answer";
  if (shown !== undefined) return `HTTP ${status} with our certificate`;
  return missing === undefined ? `HTTP ${status}` : `HTTP ${status}, since the name is not bound`;
}
