const list = new Intl.ListFormat("en-GB");

/** Several things as a sentence names them: `a, b and c`. */
export function enumerated(texts: readonly string[]): string {
  return list.format(texts);
}
