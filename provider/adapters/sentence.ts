import { ZuploError } from "../api/errors";
import { BadArguments } from "../resources/badArguments";
import { PartialFailure } from "../resources/partialFailure";
import { saidBy } from "../text/cancelled";
import { coded, codeOf } from "../text/codes";
import { plain, quote } from "../text/redact";
import { inPulumiWords } from "./pulumiWords";

/** What a user is told of an error: its own sentence where it was written for users, and never a stack. */
export function sentenceOf(error: unknown, inWords = inPulumiWords): string {
  if (isForUsers(error)) return withCode(messageOf(error, inWords).split("\n").map(plain).join("\n"));
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  const text = `internal error of the Zuplo provider (${name}: ${quote(message)})\nRun the same command again; if the error persists, please report it with the resource that it names.`;
  return coded("ZUPLO1901", text);
}

function messageOf(error: Error, inWords: (text: string) => string): string {
  return inWords(saidBy(error));
}

/** What Node or Pulumi has thrown has none. */
function withCode(text: string): string {
  return codeOf(text) === undefined ? coded("ZUPLO1901", text) : text;
}

/** The same error in the form that the dynamic host prints, which is the message and the stack. */
export function withoutStack(error: unknown): Error {
  const shown = isForUsers(error) ? error : new Error(sentenceOf(error));
  shown.message = withCode(messageOf(shown, inPulumiWords));
  // One line is not a stack, but the kind of error that a partial failure names.
  if (shown.stack?.includes("\n")) shown.stack = shown.name;
  return shown;
}

/** A TypeError and its kin come from code, not from what a user did. */
function isForUsers(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const isOwn = error instanceof ZuploError || error instanceof PartialFailure;
  return isOwn || error instanceof BadArguments || error.constructor === Error || error.name === "AbortError";
}
