/** What is not known of Zuplo, and how it may be. The first reading of each is the emulator's own. */
export const readings = {
  /** What a redeploy changes of the answer to `/__zuplo/build`. */
  identity: ["id", "timestamp", "none"],
  /** When a build takes its certificates and variables: when it ends, or when it was asked for. */
  snapshot: ["end", "start"],
  /** The answer to a certificate that is to be enabled for nothing. */
  emptyEnvironments: [200, 400],
  /** The answer to a name that is taken. */
  duplicate: [409, 400],
  /** The answer to the delete of a certificate that is in use. */
  heldDelete: [409, 400, 403, 422],
  /** The answer to a key without the right. */
  noAccess: [404, 403, 401],
  /** The answer to an object that is not there. */
  missing: [404, 401, 400, 403],
  /** Which reads of certificates tell for 2 s what was true before a write. */
  certificatesLag: ["none", "list", "both"],
  /** What reading the variables of an environment gives. */
  variables: ["open", "masked", 403, 404],
  /** Working copies of `main`. */
  copies: [0, 2],
  /** As what they are listed. */
  copiesAs: ["WORKING_COPY", "DEVELOPMENT"],
  /** Most entries of one answer of a list. */
  pages: ["whole", 1],
  /** Locations of the gateway's edge, of which the last one takes on a build 5 s after the first. */
  locations: [1, 3],
} as const;

export type Readings = { -readonly [Name in keyof typeof readings]: (typeof readings)[Name][number] };

/** So many rows that each reading of each kind is in one of them. */
export const fewRows: readonly Readings[] = Array.from(
  { length: Math.max(...Object.values(readings).map(values => values.length)) },
  (_, index) =>
    Object.fromEntries(
      Object.entries(readings).map(([name, values]) => [name, values[index % values.length]]),
    ) as Readings,
);

/** A row in a word: what differs in it from the emulator's own reading. */
export function nameOf(row: Readings): string {
  const own = Object.keys(readings) as (keyof Readings)[];
  const different = own.filter(name => row[name] !== readings[name][0]);
  return different.map(name => `${name} ${row[name]}`).join(", ") || "as the emulator is";
}
