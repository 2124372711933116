import type * as dynamic from "@pulumi/pulumi/dynamic";
import { identityKey, parentsKey, parseIdentity } from "../certificates/identity";
import { readConfig } from "../config";
import type { Kept, Lifecycle, Marked, Outcome } from "../lifecycle";
import { outputsOf } from "../resources/contract";
import { maxDepth } from "../resources/depth";
import { isHidden, isOwnHidden, memoryKey } from "../resources/hidden";
import { type Context, type RawInputs, unknown } from "../resources/resource";
import { Session } from "../session";
import { coded, failureText } from "../text/codes";
import { oneLine } from "../text/redact";
import { engineAddressOf, engineLogger } from "./engineLog";
import { endWithEngine, watchEngine } from "./engineWatch";
import { providerKey, secretKey, unknownText } from "./pulumiKeys";
import { inPulumiWords } from "./pulumiWords";
import { withoutStack } from "./sentence";

/** What the classes of the Node SDK tell besides the arguments. */
const toldKeys = [identityKey, parentsKey, secretKey];

// The host loads this module once and configures it once for each resource type, with the same configuration: the
// session is what they share. There is no other place for it, since the host keeps no instance of ours.
let shared: Session | undefined;

function sessionOf(config: dynamic.Config): Session {
  if (shared === undefined) {
    const settings = readConfig(
      key => config.get(`zuplo:${key}`),
      key => process.env[key],
    );
    const address = engineAddressOf(process.argv);
    const engine = watchEngine(address);
    endWithEngine(engine);
    shared = new Session(settings.config, {
      log: engineLogger(address),
      problems: settings.problems,
      engine,
    });
  }
  return shared;
}

/** Serves a resource to the engine's dynamic host, which keeps no inputs, shows no preview and knows no secrets. */
export class DynamicAdapter {
  private session: Session | undefined;
  private readonly outputs: ReadonlySet<string>;

  constructor(private readonly lifecycle: Lifecycle) {
    this.outputs = new Set([memoryKey, ...outputsOf(lifecycle.contract)]);
  }

  configure = async ({ config }: dynamic.ConfigureRequest): Promise<void> => {
    this.session = sessionOf(config);
  };

  check = withUserErrors(async (olds: RawInputs, news: RawInputs): Promise<dynamic.CheckResult> => {
    const given = this.argumentsOf(news);
    const { values, failures } = this.lifecycle.check(
      this.contextOf(news),
      this.argumentsOf(olds ?? {}).values,
      given,
    );
    const known = failures.length > 0 ? {} : this.lifecycle.derivedOutputs(values);
    return {
      inputs: toHost({ ...values, ...known, ...toldIn(news) }),
      // The engine prints the value of a property that it is told of, and that may be a key or a page of PEM.
      failures: failures.map(failure => ({
        property: "",
        reason: oneLine(inPulumiWords(failureText(failure))),
      })),
    };
  });

  diff = withUserErrors(
    async (_id: string, olds: RawInputs, news: RawInputs): Promise<dynamic.DiffResult> => {
      const given = this.argumentsOf(news).values;
      const { changes, isDeletedFirst } = this.lifecycle.diff(this.contextOf(news), stateOf(olds), given);
      const keys = Object.keys(changes);
      return {
        changes: keys.length > 0,
        replaces: keys.filter(key => changes[key] === "replace"),
        deleteBeforeReplace: isDeletedFirst,
      };
    },
  );

  create = withUserErrors(async (inputs: RawInputs): Promise<dynamic.CreateResult> => {
    const created = await this.lifecycle.create(this.contextOf(inputs), this.argumentsOf(inputs));
    return { id: created.id, outs: outputsIn(created, inputs) };
  });

  read = withUserErrors(async (id: string, state: RawInputs): Promise<dynamic.ReadResult> => {
    const found = await this.lifecycle.read(this.contextOf(state), id, stateOf(state));
    if (found === undefined) return { id: "", props: {} };
    return { id: found.id, props: outputsIn(found, state) };
  });

  update = withUserErrors(
    async (id: string, olds: RawInputs, news: RawInputs): Promise<dynamic.UpdateResult> => {
      const context = this.contextOf(news);
      const updated = await this.lifecycle.update(context, id, stateOf(olds), this.argumentsOf(news));
      return { outs: outputsIn(updated, news) };
    },
  );

  delete = withUserErrors(async (id: string, state: RawInputs): Promise<void> => {
    await this.lifecycle.delete(this.contextOf(state), id, stateOf(state));
  });

  private contextOf(inputs: RawInputs): Context {
    if (this.session === undefined)
      throw new Error(coded("ZUPLO1902", "The dynamic host did not configure the provider."));
    return { session: this.session, identity: parseIdentity(inputs[identityKey], inputs[parentsKey]) };
  }

  /** The inputs hold what a check predicted, too. */
  private argumentsOf(inputs: RawInputs): Marked {
    const given = Object.entries(inputs).filter(
      ([key, value]) => isOfResource(key) && !this.outputs.has(key) && value !== undefined && value !== null,
    );
    const secrets = secretKeysOf(inputs).map(key => [key]);
    return { values: fromHost(Object.fromEntries(given)) as RawInputs, secrets };
  }
}

function stateOf(state: RawInputs): Kept {
  const values = Object.fromEntries(Object.entries(state).filter(([key]) => isOfResource(key)));
  return { values, secrets: secretKeysOf(state).map(key => [key]), source: {} };
}

/** What the host stores; a partial failure it recognises by properties of the error. */
function outputsIn({ id, values, failure }: Outcome, inputs: RawInputs): RawInputs {
  const outputs = { ...(withoutUndefined(values) as RawInputs), ...toldIn(inputs) };
  if (failure === undefined) return outputs;
  const message = inPulumiWords(failure.message);
  // The host adds it only where all went well; without it, nothing could delete what the state keeps.
  const host = inputs[providerKey] === undefined ? {} : { [providerKey]: inputs[providerKey] };
  throw Object.assign(new Error(message), {
    id,
    properties: { ...outputs, ...host },
    reasons: [message],
    stack: (failure.cause as Error | undefined)?.name ?? failure.name,
  });
}

/** Hidden properties are the host's or the SDK's, but for a few that are the resource's own. */
function isOfResource(key: string): boolean {
  return !isHidden(key) || isOwnHidden(key);
}

function toldIn(inputs: RawInputs): RawInputs {
  return Object.fromEntries(toldKeys.filter(key => inputs[key] !== undefined).map(key => [key, inputs[key]]));
}

function secretKeysOf(inputs: RawInputs): string[] {
  const told = inputs[secretKey];
  return Array.isArray(told) ? told.map(String) : [];
}

/** The same method, whose errors are told without a stack. */
function withUserErrors<Given extends unknown[], Result>(method: (...given: Given) => Promise<Result>) {
  return async (...given: Given): Promise<Result> => {
    try {
      return await method(...given);
    } catch (error) {
      throw withoutStack(error);
    }
  };
}

function fromHost(value: unknown): unknown {
  return mapDeep(value, leaf => (leaf === unknownText ? unknown : leaf));
}

function toHost(inputs: RawInputs): RawInputs {
  return mapDeep(inputs, leaf => (leaf === unknown ? unknownText : leaf)) as RawInputs;
}

/** The host writes what a partial failure holds as a struct, which has no place for undefined at any depth. */
function withoutUndefined(value: unknown): unknown {
  return mapDeep(value, leaf => leaf);
}

/** What is nested deeper than any argument may be stays as it is; the check refuses it. */
function mapDeep(value: unknown, map: (leaf: unknown) => unknown, depth = 0): unknown {
  if (depth > maxDepth + 1) return value;
  if (Array.isArray(value)) return value.map(item => mapDeep(item, map, depth + 1));
  if (typeof value !== "object" || value === null) return map(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, mapDeep(item, map, depth + 1)]));
}
