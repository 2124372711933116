/** Gives each thing of a program a name of its own: lower case, digits and hyphens, begun by a letter. */
export class Identifiers {
  /** Pulumi's YAML keeps its own name to itself. */
  private readonly taken = new Set(["pulumi"]);

  /** The nearest name to a text that is still free. */
  of(text: string): string {
    const words = text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "");
    const name = /^[a-z]/.test(words) ? words : `zuplo-${words}`.replace(/-$/, "");
    for (let count = 1; ; count++) {
      const next = count === 1 ? name : `${name}-${count}`;
      if (this.taken.has(next)) continue;
      this.taken.add(next);
      return next;
    }
  }
}

/** `backend-main` as TypeScript has it, different names differently: no word of the language has an underscore at its end. */
export function camelCase(name: string): string {
  // `client-1` and `client1` are two.
  const word = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()).replaceAll("-", "_");
  return reserved.has(word) ? `${word}_` : word;
}

/** `backend-main` as Python and Terraform have it. */
export function snakeCase(name: string): string {
  const word = name.replaceAll("-", "_");
  return reserved.has(word) ? `${word}_` : word;
}

/** Of TypeScript, of Python, and what the programs import: a certificate may be called so. */
const reserved = new Set(
  (
    "and as assert async await break case catch class const continue debugger def default del delete do elif else enum " +
    "except export extends false finally for from function global if import in instanceof interface is lambda let new " +
    "none nonlocal not null or package pass private protected public pulumi raise return static super switch this throw " +
    "true try typeof var void while with yield zuplo readFileSync arguments eval " +
    "exports module require"
  ).split(" "),
);
