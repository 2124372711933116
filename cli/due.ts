import type { X509Certificate } from "node:crypto";
import { type Chain, factsOf } from "../provider/certificates/parse";
import { defaultWarnBeforeMs } from "../provider/certificates/validate";
import { durationSchema, toMilliseconds } from "../provider/text/duration";

/** How long before expiry a certificate is due. */
export type Before = { share: number } | { ms: number };

/** When a chain is due, in milliseconds since 1970. */
export interface Due {
  isDue: boolean;
  from: number;
  expires: number;
  /** The intermediate that ends first, where one ends before the leaf: no backend takes the chain after that. */
  endedBy: X509Certificate | undefined;
  /** How long the chain can be used, from the leaf's first moment on. */
  lifetimeMs: number;
}

/** A share such as "30%", or a duration such as "7d"; undefined for what is neither. */
export function parseBefore(text: string): Before | undefined {
  const [, percent] = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text) ?? [];
  if (percent !== undefined) {
    const share = Number(percent) / 100;
    return share > 0 && share < 1 ? { share } : undefined;
  }
  const isDuration = !isAmbiguous(text) && durationSchema.safeParse(text).success;
  const ms = isDuration ? toMilliseconds(text) : undefined;
  return ms === undefined ? undefined : { ms };
}

/** A number alone is seconds: of one below an hour, days or a share of the lifetime are meant more likely. */
export function isAmbiguous(text: string): boolean {
  return Number(text) < 3600;
}

export function dueOf({ leaf, intermediates }: Chain, now: number, before: Before | undefined): Due {
  const begins = Date.parse(factsOf(leaf).validFrom);
  const [first = leaf] = [leaf, ...intermediates].sort((a, b) => endOf(a) - endOf(b));
  const expires = endOf(first);
  const lifetimeMs = Math.max(0, expires - begins);
  const from = expires - beforeMs(before, lifetimeMs);
  return {
    isDue: now >= from,
    from,
    expires,
    endedBy: expires < endOf(leaf) ? first : undefined,
    lifetimeMs,
  };
}

function beforeMs(before: Before | undefined, lifetimeMs: number): number {
  if (before === undefined) return defaultWarnBeforeMs(lifetimeMs);
  return "share" in before ? before.share * lifetimeMs : before.ms;
}

function endOf(certificate: X509Certificate): number {
  return Date.parse(factsOf(certificate).validTo);
}
