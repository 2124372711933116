import type { codes } from "./register";

/** The stable code of a message; the register says what each stands for. */
export type Code = keyof typeof codes;

declare const endsWithCode: unique symbol;
/** A text that ends with a code, which only `coded` makes: what a user is shown has to be one. */
export type Coded = string & { readonly [endsWithCode]: true };

/** The text with its code at the end, where a user looks for it in the documentation. */
export function coded(code: Code, text: string): Coded {
  return `${text} [${code}]` as Coded;
}

/** The code with which a text ends, if it does. */
export function codeOf(text: string): Code | undefined {
  return /\[(ZUPLO\d{4})\]$/.exec(text)?.[1] as Code | undefined;
}

/** A message in its parts. */
export function codeIn(text: string): { code?: Code; text: string } {
  const code = codeOf(text);
  return code === undefined ? { text } : { code, text: text.slice(0, -` [${code}]`.length) };
}

/** What is wrong with something: a sentence that follows its name and says what to do, and the code of it. */
export interface Problem {
  code: Code;
  reason: string;
}

/** A failure of a check as a user is told of it: the one place that gives it its code. */
export function failureText({ property, reason, code }: Problem & { property: string }): Coded {
  return coded(code, property === "" ? reason : `${property} ${reason}`);
}
