/** What the service takes for a name. */

/** Documented as alphanumeric with underscores, and as a JavaScript identifier: this is what satisfies both. */
const CERTIFICATE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const RESERVED = new Set(
  (
    "await break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if implements import in instanceof interface let new null package private protected public return static " +
    "super switch this throw true try typeof var void while with yield"
  ).split(" "),
);

export function isCertificateName(name: string): boolean {
  return name.length <= 120 && CERTIFICATE_NAME.test(name) && !RESERVED.has(name);
}

export function isVariableName(name: string): boolean {
  return /^[A-Z_][A-Z0-9_]*$/.test(name) && !/^((ZUPLO_|ZUDOKU_)(?!PUBLIC_.)|__ZUPLO)/.test(name);
}
