import { NotFound } from "../../api/errors";
import { rightToSee, type Shown } from "../../api/rights";
import { identityKey, parentsKey } from "../../certificates/identity";
import { parsed, previewOfCreate, previewOfUpdate } from "../../lifecycle";
import { pick, secretPathsOf, stored } from "../../resources/contract";
import type { CheckFailure, Context, RawInputs, Resource, SecretPath } from "../../resources/resource";
import type { Session } from "../../session";
import { keepSecretsAt } from "../secretReason";
import { invalidArgument } from "./callError";
import { completed, driftedInputs, importedKey, isPending, withoutInternal } from "./imported";
import { asPartialFailure } from "./partialFailure";
import type { Decoded } from "./values";

/** What the dynamic classes left in the inputs of a resource that has moved over; it makes no difference here. */
const carriedKeys = ["__provider", identityKey, parentsKey, "__secret"];

export interface Outcome extends Decoded {
  id: string;
}

/** Serves one kind of resource: what the engine sends is completed, and what is secret stays so. */
export class ResourceHandler<Args, State extends object> {
  private readonly argumentNames: readonly string[];

  constructor(private readonly resource: Resource<Args, State>) {
    this.argumentNames = Object.keys(resource.contract.inputs.shape);
  }

  check(context: Context, olds: Decoded, news: Decoded): Decoded & { failures: CheckFailure[] } {
    // `pulumi import` has no program yet: what was read is what is stored.
    if (isPending(news.values)) return { ...news, failures: [] };
    const given = withoutInternal(news.values);
    const { inputs, failures } = this.resource.check(
      context,
      this.before(context, olds.values, given),
      given,
    );
    return {
      values: { ...inputs, ...pick(olds.values, carriedKeys) },
      secrets: [...news.secrets, ...this.secretsOf(inputs)],
      failures,
    };
  }

  diff(context: Context, olds: Decoded, oldInputs: Decoded, news: Decoded) {
    const state = this.stateOf(context.session, olds.values, oldInputs.values, news.values);
    const inputs = withoutInternal(news.values);
    const changes = this.resource.diff(context, state as State, inputs);
    return { changes, compared: { olds: state, oldInputs: withoutInternal(oldInputs.values), news: inputs } };
  }

  previewCreate({ values, secrets }: Decoded): Decoded {
    const inputs = withoutInternal(values);
    const outputs = stored(this.resource.contract, previewOfCreate(this.resource, inputs));
    return { values: outputs, secrets: [...secrets, ...this.secretsOf(inputs)] };
  }

  create(context: Context, inputs: Decoded): Promise<Outcome> {
    return this.settle(inputs, async args => {
      const { id, state } = await this.resource.create(context, args);
      return { id, state };
    });
  }

  previewUpdate(context: Context, olds: Decoded, oldInputs: Decoded, news: Decoded): Decoded {
    const { changes, compared } = this.diff(context, olds, oldInputs, news);
    const outputs = previewOfUpdate(this.resource, compared.olds, compared.news, changes);
    return {
      values: stored(this.resource.contract, outputs),
      secrets: [...news.secrets, ...this.secretsOf(compared.news)],
    };
  }

  update(context: Context, id: string, olds: Decoded, oldInputs: Decoded, news: Decoded): Promise<Outcome> {
    const before = this.stateOf(context.session, olds.values, oldInputs.values, news.values) as State;
    // A failure stores what is in force, which may be the old values with the old secrets.
    const secrets = [...news.secrets, ...olds.secrets];
    return this.settle({ values: news.values, secrets }, async args => {
      return { id, state: await this.resource.update(context, id, before, args) };
    });
  }

  /** Reads an object that the state knows, or finds one to import; undefined when the former is gone. */
  async read(
    context: Context,
    id: string,
    state: Decoded,
    inputs: Decoded,
  ): Promise<(Outcome & { inputs: RawInputs }) | undefined> {
    const isKnown = Object.keys(state.values).length > 0;
    if (!isKnown || isPending(inputs.values)) {
      const text = isKnown ? await this.importIdOf(context.session, id, state.values) : id;
      const found = await this.import(context, text, inputs);
      if (found !== undefined) return found;
      if (!isKnown) throw notFound(this.resource.contract.type, id);
      // What the state has is gone only where that is proved.
      await this.resource.read(context, id, withoutInternal(state.values) as State);
      return undefined;
    }
    const before = this.stateOf(context.session, state.values, inputs.values, {});
    const found = await this.resource.read(context, id, before as State);
    if (found === undefined) return undefined;
    const observed = found.state as RawInputs;
    const { [importedKey]: _, ...stored } = inputs.values;
    return {
      id: found.id,
      values: { ...observed, ...pick(state.values, carriedKeys) },
      inputs: driftedInputs(stored, before, observed, this.argumentNames),
      secrets: [...state.secrets, ...inputs.secrets, ...this.secretsOf(stored)],
    };
  }

  async delete(context: Context, id: string, state: Decoded, inputs: Decoded): Promise<void> {
    const before = this.stateOf(context.session, state.values, inputs.values, {});
    await this.resource.delete(context, id, before as State);
  }

  private async import(context: Context, text: string, inputs: Decoded) {
    const found = await this.resource.import(context, text);
    if (found === undefined) return undefined;
    const marked = { [importedKey]: found.facts };
    return {
      id: found.id,
      values: { ...found.state, ...marked },
      inputs: { ...found.inputs, ...marked },
      secrets: inputs.secrets,
    };
  }

  /** The import id of an object whose state names its account or project; some resources belong to no project. */
  private async importIdOf(session: Session, id: string, state: RawInputs): Promise<string> {
    if (state.account === undefined && state.project === undefined) return id;
    const { account, project } = state as { account?: string; project?: string };
    if (!this.argumentNames.includes("project")) return `${account}/${id}`;
    const { scope } = await session.project({ account, project });
    return `${scope.account}/${scope.project}/${id}`;
  }

  private before({ session }: Context, olds: RawInputs, given: RawInputs): RawInputs | undefined {
    if (Object.keys(olds).length === 0) return undefined;
    // The dynamic classes stored outputs among the inputs.
    const { [importedKey]: facts } = olds;
    const known = {
      ...pick(olds, this.argumentNames),
      ...(facts === undefined ? {} : { [importedKey]: facts }),
    };
    return pick(completed(this.resource, session, known, given), this.argumentNames);
  }

  private stateOf(session: Session, state: RawInputs, oldInputs: RawInputs, news: RawInputs): RawInputs {
    for (const values of [state, oldInputs]) keepSecretsAt(values, this.secretsOf(values));
    return completed(this.resource, session, state, isPending(oldInputs) ? news : withoutInternal(oldInputs));
  }

  private async settle(
    { values, secrets }: Decoded,
    work: (args: Args) => Promise<{ id: string; state: State }>,
  ): Promise<Outcome> {
    const inputs = withoutInternal(values);
    const marked = [...secrets, ...this.secretsOf(inputs)];
    keepSecretsAt(inputs, marked);
    const result = parsed<Args>(this.resource.contract, inputs);
    if ("problem" in result) throw invalidArgument(result.problem);
    try {
      const { id, state } = await work(result.args);
      return { id, values: state as RawInputs, secrets: marked };
    } catch (error) {
      throw asPartialFailure(error, marked);
    }
  }

  private secretsOf(inputs: RawInputs): readonly SecretPath[] {
    return secretPathsOf(this.resource.contract, inputs);
  }
}

const showing: Record<string, Shown> = {
  MtlsCertificate: "MtlsCertificate",
  Redeployment: "deployment",
  ClientMtlsCaCertificate: "ClientMtlsCaCertificate",
};

/** The engine would only say that it does not exist. */
function notFound(type: string, id: string): NotFound {
  return new NotFound({
    operation: { verb: "import", resource: type, name: id },
    problem: "Zuplo shows no such object",
    advice: importAdvice(showing[type]),
    code: "ZUPLO1002",
  });
}

function importAdvice(shown: Shown | undefined): string {
  const check = "Check the id, the account and the project";
  if (shown === undefined) return `${check}.`;
  return `${check}, and that the API key sees its environment type and may ${rightToSee(shown)}.`;
}
