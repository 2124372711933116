import { inPulumiWords } from "../../provider/adapters/pulumiWords";
import { ZuploError } from "../../provider/api/errors";
import { quote } from "../../provider/text/redact";

/** What went wrong, on one line and without secrets. What the provider's errors advise is for its users. */
export function problemOf(error: unknown): string {
  const message = inPulumiWords(error instanceof Error ? error.message : String(error));
  return quote(error instanceof ZuploError ? (message.split("\n")[0] ?? "") : message);
}
