import { type Contract, secretPathsOf } from "../../resources/contract";
import { type CheckFailure, failuresOf, isUnknown, type RawInputs } from "../../resources/resource";
import { withoutSecrets } from "../../resources/secrecy";
import { failureText } from "../../text/codes";
import { type Attribute, hasGeneratedName, namingArgument, type WriteOnly, writeOnlyOf } from "./attributes";
import { type Diagnostic, diagnostic, failureDiagnostics, pathOf } from "./diagnostics";
import { snake } from "./names";

/** What is wrong with a block by itself: the engine asks before it configures the provider. */
export function validateArguments(
  contract: Contract,
  attributes: readonly Attribute[],
  written: RawInputs,
  given: RawInputs,
  { takesWriteOnly }: { takesWriteOnly: boolean },
): Diagnostic[] {
  const failures = withoutSecrets(failuresOf(contract.inputs, given), given, secretPathsOf(contract, given));
  const warnings: Diagnostic[] = [];
  for (const twin of writeOnlyOf(contract)) {
    failures.push(...twinFailures(twin, written, takesWriteOnly));
    const reason = clearReason(twin, written);
    const code = "ZUPLO1109";
    if (reason === undefined) continue;
    if (takesWriteOnly) failures.push({ property: twin.property, reason, code });
    else {
      const text = failureText({ property: snake(twin.property), reason, code });
      warnings.push(diagnostic("warning", text, pathOf(twin.property, attributes)));
    }
  }
  const isNamed = given.name !== undefined || given.namePrefix !== undefined;
  if (hasGeneratedName(contract) && namingArgument(contract) === "namePrefix" && !isNamed)
    failures.push(unnamed);
  return [...failureDiagnostics(failures, attributes), ...warnings];
}

const unnamed: CheckFailure = {
  property: "namePrefix",
  reason:
    "is missing: give a prefix that no other certificate of the Zuplo project uses, such as backend_prod. Each certificate gets a name of its own from it, as a rotation requires.",
  code: "ZUPLO1108",
};

/** What is wrong with how a secret is given, as far as it is known. */
export function secretFailures(contract: Contract, written: RawInputs): CheckFailure[] {
  return writeOnlyOf(contract).flatMap(twin => twinFailures(twin, written, true));
}

function twinFailures(
  { property, twin, version, where }: WriteOnly,
  written: RawInputs,
  takesWriteOnly: boolean,
): CheckFailure[] {
  if (written[twin] === undefined) return [];
  const fail = (reason: string): CheckFailure[] => [{ property: twin, reason, code: "ZUPLO1109" }];
  if (!takesWriteOnly) {
    return fail(
      `needs Terraform 1.11 or OpenTofu 1.11, or a later one: this engine would store it. Give \`${snake(property)}\`, or use a later engine.`,
    );
  }
  // What is not known yet may turn out not to be given.
  if (isUnknown(written[twin])) return [];
  if (written[property] !== undefined && !isUnknown(written[property]))
    return fail(`is given beside \`${snake(property)}\`: remove one of them.`);
  if (where !== undefined && !isUnknown(written[where]) && written[where] !== true)
    return fail(`needs \`${snake(where)} = true\`: what is no secret goes into \`${snake(property)}\`.`);
  if (version !== undefined && written[version] === undefined)
    return fail(`needs \`${snake(version)}\`: raise it with each new value, since no state holds the value.`);
  // A number that stays a text on the wire is one of which a state would lose digits.
  if (version !== undefined && typeof written[version] === "string" && !isUnknown(written[version])) {
    const reason = "has too many digits to be compared: use a counter, or a date of up to 15 digits.";
    return [{ property: version, reason, code: "ZUPLO1108" }];
  }
  return [];
}

/** A secret that is given as if it were none is shown in every plan. */
function clearReason({ property, twin, where }: WriteOnly, written: RawInputs): string | undefined {
  if (where === undefined || written[where] !== true || written[property] === undefined) return undefined;
  return `would stand in plans and in the state in the clear: give it as \`${snake(twin)}\`, which neither holds.`;
}
