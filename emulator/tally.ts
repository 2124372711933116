/** Counting the answers to a load. */

export interface LoadFailure {
  /** Milliseconds since the epoch, when the failure was seen. */
  at: number;
  url: string;
  status?: number;
  error?: string;
}

export interface IntervalCount {
  /** Milliseconds since the epoch: the start of these 100 ms. Requests count where they were sent. */
  at: number;
  ok: number;
  failed: number;
  /** Certificate name (from `x-zuplo-certificate`) → answers. */
  certificates: Record<string, number>;
}

export interface LoadResult {
  requests: number;
  failed: number;
  /** The first 1000. */
  failures: LoadFailure[];
  /** Not sent, because too many were under way. */
  shed: number;
  /** Per URL, in order; intervals without a request are left out. */
  perInterval: Record<string, IntervalCount[]>;
  /** Milliseconds. */
  latencies: { p50: number; p99: number };
  /** Answers per second, as achieved. */
  ratePerSecond: number;
}

const INTERVAL_MS = 100;
const MAX_FAILURES = 1000;

export interface Tally {
  shed(): void;
  /** `sent` and `answered` as performance.now() tells. */
  settled(
    url: number,
    sent: number,
    answered: number,
    failure: { status?: number; error?: string } | undefined,
    certificate: string,
  ): void;
  result(durationMs: number): LoadResult;
}

/** @param start as performance.now() tells. */
export function createTally(urls: string[], start: number): Tally {
  const epoch = Date.now() - performance.now();
  const buckets = urls.map(() => new Map<number, IntervalCount>());
  const latencies: number[] = [];
  const failures: LoadFailure[] = [];
  let failed = 0;
  let shed = 0;

  function bucketOf(url: number, sent: number): IntervalCount | undefined {
    const index = Math.floor((sent - start) / INTERVAL_MS);
    const existing = buckets[url]?.get(index);
    if (existing) return existing;
    const at = Math.round(epoch + start + index * INTERVAL_MS);
    const bucket = { at, ok: 0, failed: 0, certificates: {} };
    buckets[url]?.set(index, bucket);
    return bucket;
  }

  return {
    shed() {
      shed += 1;
    },
    settled(url, sent, answered, failure, certificate) {
      latencies.push(answered - sent);
      const bucket = bucketOf(url, sent);
      if (!bucket) return;
      if (certificate) bucket.certificates[certificate] = (bucket.certificates[certificate] ?? 0) + 1;
      if (!failure) {
        bucket.ok += 1;
        return;
      }
      bucket.failed += 1;
      failed += 1;
      const at = Math.round(epoch + answered);
      if (failures.length < MAX_FAILURES) failures.push({ at, url: urls[url] ?? "", ...failure });
    },
    result(durationMs) {
      const sorted = [...latencies].sort((a, b) => a - b);
      const quantile = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
      const perInterval = urls.map((url, index): [string, IntervalCount[]] => {
        const counts = [...(buckets[index] ?? [])].sort(([a], [b]) => a - b);
        return [url, counts.map(([, count]) => count)];
      });
      return {
        requests: latencies.length,
        failed,
        failures,
        shed,
        perInterval: Object.fromEntries(perInterval),
        latencies: { p50: quantile(0.5), p99: quantile(0.99) },
        ratePerSecond: durationMs > 0 ? (latencies.length * 1000) / durationMs : 0,
      };
    },
  };
}
