import { identityKey, parentsKey } from "../../certificates/identity";
import type { Found, Kept, Lifecycle, Marked, Outcome } from "../../lifecycle";
import { namesIn, pick } from "../../resources/contract";
import { importedKey, ownValues } from "../../resources/imported";
import type { CheckFailure, Context, RawInputs } from "../../resources/resource";
import { coded } from "../../text/codes";
import { quote } from "../../text/redact";
import { providerKey, secretKey } from "../pulumiKeys";
import type { Compared } from "./detailedDiff";
import { decode } from "./values";

/** What the dynamic classes left in the inputs of a resource that has moved over; it makes no difference here. */
const carriedKeys = [providerKey, identityKey, parentsKey, secretKey];

/** Serves one kind of resource: the engine keeps the inputs that led to a state, and those of an import at first. */
export class ResourceHandler {
  constructor(private readonly lifecycle: Lifecycle) {}

  /** Says so where `customTimeouts` would be without effect: only a redeploy takes its limit from there. */
  warnOfLimit({ session, identity, limitMs }: Context): void {
    const { type, inputs } = this.lifecycle.contract;
    if (limitMs === undefined || "timeout" in inputs.shape) return;
    const text =
      `${type} '${quote(identity?.resource ?? "")}': customTimeouts does nothing here. To limit each call to Zuplo, set callTimeout; ` +
      "to limit each redeploy, set timeout of the Redeployment or MtlsBinding.";
    session.log.warn(coded("ZUPLO1115", text));
  }

  /** Reads properties of the resource off the wire. */
  decode(message: Parameters<typeof decode>[0]): Marked {
    return decode(message, values => namesIn(this.lifecycle.contract, values));
  }

  check(context: Context, olds: Marked, news: Marked): Marked & { failures: CheckFailure[] } {
    // `pulumi import` has no program yet: what was read is what is stored.
    if (isPending(news.values)) return { ...news, failures: [] };
    const checked = this.lifecycle.check(context, olds.values, news);
    return { ...checked, values: { ...checked.values, ...pick(olds.values, carriedKeys) } };
  }

  diff(context: Context, olds: Marked, oldInputs: Marked, news: Marked) {
    const kept = keptOf(olds, oldInputs, news);
    const { changes, isDeletedFirst, before } = this.lifecycle.diff(context, kept, news.values);
    const compared: Compared = {
      olds: before,
      oldInputs: ownValues(oldInputs.values),
      news: ownValues(news.values),
    };
    return { changes, isDeletedFirst, compared };
  }

  previewCreate(context: Context, inputs: Marked): Marked {
    return this.lifecycle.previewCreate(context, inputs);
  }

  create(context: Context, inputs: Marked): Promise<Outcome> {
    return this.lifecycle.create(context, inputs);
  }

  previewUpdate(context: Context, olds: Marked, oldInputs: Marked, news: Marked): Marked {
    return this.lifecycle.previewUpdate(context, keptOf(olds, oldInputs, news), news);
  }

  update(context: Context, id: string, olds: Marked, oldInputs: Marked, news: Marked): Promise<Outcome> {
    return this.lifecycle.update(context, id, keptOf(olds, oldInputs, news), news);
  }

  /** Reads an object that the state knows, or finds one to import; undefined when the former is gone. */
  async read(
    context: Context,
    id: string,
    state: Marked,
    inputs: Marked,
  ): Promise<(Outcome & { inputs: RawInputs }) | undefined> {
    const isKnown = Object.keys(state.values).length > 0;
    const found = isKnown
      ? await this.lifecycle.read(context, id, keptOf(state, inputs))
      : await this.lifecycle.import(context, id);
    if (found === undefined) return undefined;
    return {
      ...found,
      values: { ...found.values, ...pick(state.values, carriedKeys) },
      inputs: inputsOf(found, inputs),
      secrets: [...found.secrets, ...inputs.secrets],
    };
  }

  async delete(context: Context, id: string, state: Marked, inputs: Marked): Promise<void> {
    await this.lifecycle.delete(context, id, keptOf(state, inputs));
  }
}

/** True while the inputs are those that the import made, and not yet the program's. */
function isPending(inputs: RawInputs): boolean {
  return inputs[importedKey] !== undefined;
}

/** The state, with the program's arguments: the stored ones, or at first the new ones. */
function keptOf(state: Marked, oldInputs: Marked, news?: Marked): Kept {
  const source = isPending(oldInputs.values) ? news?.values : oldInputs.values;
  return { ...state, source: source === undefined ? undefined : ownValues(source) };
}

/** The stored inputs with what was found to be different at Zuplo, so that the next diff shows it. */
function inputsOf({ inputs, drifted }: Found, stored: Marked): RawInputs {
  if (inputs !== undefined) return inputs;
  const { [importedKey]: _, ...rest } = stored.values;
  return { ...rest, ...drifted };
}
