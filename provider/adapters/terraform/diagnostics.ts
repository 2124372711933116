import type { CheckFailure } from "../../resources/resource";
import { failureText } from "../../text/codes";
import { plain } from "../../text/redact";
import { sentenceOf } from "../sentence";
import { inTerraformWords } from "../terraformWords";
import type { Attribute, AttributeType } from "./attributes";
import { snakePath } from "./names";
import type { Message } from "./protocol";

export type Diagnostic = Message<"Diagnostic">;
export type AttributePath = Message<"AttributePath">;

const severities = { error: 1, warning: 2 } as const;

/** A text for the user: its first line says what it is about, and the others what to do. */
export function diagnostic(
  severity: keyof typeof severities,
  text: string,
  attribute?: AttributePath,
): Diagnostic {
  const [summary = "", ...rest] = inTerraformWords(text).split("\n").map(plain);
  return {
    severity: severities[severity],
    summary,
    detail: rest.join("\n"),
    ...(attribute === undefined ? {} : { attribute }),
  };
}

/** An error, with what there is to say of it besides. */
export const failed = (error: unknown, hints: readonly string[] = []): Diagnostic =>
  diagnostic("error", [sentenceOf(error, inTerraformWords), ...hints].join("\n"));

/** Arguments that cannot be accepted, each beside the attribute of which it speaks. */
export function failureDiagnostics(
  failures: readonly CheckFailure[],
  attributes: readonly Attribute[],
): Diagnostic[] {
  return failures.map(failure => {
    const property = snakePath(failure.property);
    return diagnostic("error", failureText({ ...failure, property }), pathOf(failure.property, attributes));
  });
}

/** Where a property stands, as far as it has an attribute of its own; undefined where it has none. */
export function pathOf(property: string, attributes: readonly Attribute[]): AttributePath | undefined {
  const steps: Message<"AttributeStep">[] = [];
  let type: AttributeType = { kind: "object", attributes };
  for (const part of property.split(/[.[\]]+/).filter(part => part !== "")) {
    if (type.kind === "object") {
      const found: Attribute | undefined = type.attributes.find(({ property }) => property === part);
      if (found === undefined) break;
      steps.push({ attributeName: found.name });
      type = found.type;
    } else if (type.kind === "list" && /^\d+$/.test(part)) {
      steps.push({ elementKeyInt: Number(part) });
      type = type.of;
    } else break;
  }
  return steps.length === 0 ? undefined : { steps };
}
