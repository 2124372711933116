/**
 * Whether a certificate of Zuplo's expires until then, in milliseconds since 1970. A date that cannot be read may be any
 * date: nobody is told that all is well.
 */
export function expiresUntil(validTo: string, until: number): boolean {
  return !isReadable(validTo) || Date.parse(validTo) <= until;
}

export function isReadable(date: string): boolean {
  return !Number.isNaN(Date.parse(date));
}
