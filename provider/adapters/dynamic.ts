import type * as dynamic from "@pulumi/pulumi/dynamic";
import { identityKey, parentsKey, parseIdentity } from "../certificates/identity";
import { readConfig } from "../config";
import { parsed, predicted } from "../lifecycle";
import { outputsOf, secretPathsOf } from "../resources/contract";
import { tooDeep, tooDeepProblem } from "../resources/depth";
import { isHidden, isOwnHidden, memoryKey } from "../resources/hidden";
import { PartialFailure } from "../resources/partialFailure";
import {
  type Context,
  type RawInputs,
  type Resource,
  type SecretPath,
  told,
  unknown,
} from "../resources/resource";
import { Session } from "../session";
import { coded } from "../text/codes";
import { engineAddressOf, engineLogger } from "./engineLog";
import { endWithEngine, watchEngine } from "./engineWatch";
import { inPulumiWords } from "./pulumiWords";
import { failureText, keepSecretsAt } from "./secretReason";
import { withoutStack } from "./sentence";

/** How the dynamic host spells a value that is not known yet. */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** What the classes of the Node SDK tell besides the arguments. */
const secretKey = "__secret";
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
    shared = new Session(
      settings.config,
      engineLogger(address),
      undefined,
      undefined,
      settings.problems,
      engine,
    );
  }
  return shared;
}

/** Serves a resource to the engine's dynamic host. */
export class DynamicAdapter<Args, State extends object> {
  private session: Session | undefined;

  constructor(private readonly resource: Resource<Args, State>) {}

  configure = async ({ config }: dynamic.ConfigureRequest): Promise<void> => {
    this.session = sessionOf(config);
  };

  check = withUserErrors(async (olds: RawInputs, news: RawInputs): Promise<dynamic.CheckResult> => {
    const deep = tooDeep(news);
    if (deep !== undefined) {
      return {
        inputs: {},
        failures: [{ property: "", reason: told({ property: deep, ...tooDeepProblem }) }],
      };
    }
    const before = Object.keys(olds ?? {}).length === 0 ? undefined : this.argumentsOf(olds);
    const { inputs, failures } = this.resource.check(this.contextOf(news), before, this.argumentsOf(news));
    const known = failures.length > 0 ? {} : predicted(this.resource, inputs);
    const secrets = this.secretsOf(news);
    for (const inputs of [olds ?? {}, news]) this.keepSecrets(inputs);
    return {
      inputs: toHost({ ...inputs, ...known, ...toldIn(news) }),
      // The engine prints the value of a property that it is told of, and that may be a key or a page of PEM.
      failures: failures.map(failure => ({ property: "", reason: failureText(failure, news, secrets) })),
    };
  });

  diff = withUserErrors(async (_id: string, olds: State, news: RawInputs): Promise<dynamic.DiffResult> => {
    const before = this.stateOf(olds);
    const changes = this.resource.diff(this.contextOf(news), before, this.argumentsOf(news));
    const keys = Object.keys(changes);
    return { changes: keys.length > 0, replaces: keys.filter(key => changes[key] === "replace") };
  });

  create = withUserErrors(
    (inputs: RawInputs): Promise<dynamic.CreateResult> =>
      this.settle(inputs, async () => {
        const { id, state } = await this.resource.create(this.contextOf(inputs), this.validated(inputs));
        return { id, outs: this.outputsOf(state, inputs) };
      }),
  );

  read = withUserErrors(async (id: string, state: State): Promise<dynamic.ReadResult> => {
    const found = await this.resource.read(this.contextOf(state as RawInputs), id, this.stateOf(state));
    if (found === undefined) return { id: "", props: {} };
    return { id: found.id, props: this.outputsOf(found.state, state as RawInputs) };
  });

  update = withUserErrors(
    (id: string, olds: State, news: RawInputs): Promise<dynamic.UpdateResult> =>
      this.settle(news, async () => {
        const before = this.stateOf(olds);
        const state = await this.resource.update(this.contextOf(news), id, before, this.validated(news));
        return { outs: this.outputsOf(state, news) };
      }),
  );

  delete = withUserErrors(async (id: string, state: State): Promise<void> => {
    await this.resource.delete(this.contextOf(state as RawInputs), id, this.stateOf(state));
  });

  /** The host recognises a partial failure by these properties of the error. */
  private async settle<T>(inputs: RawInputs, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      const { id } = error;
      const message = inPulumiWords(error.message);
      // The host adds it only where all went well; without it, nothing could delete what the state keeps.
      const host = inputs[providerKey] === undefined ? {} : { [providerKey]: inputs[providerKey] };
      const properties = { ...this.outputsOf(error.state as State, inputs), ...host };
      throw Object.assign(new Error(message), {
        id,
        properties,
        reasons: [message],
        stack: error.cause.name,
      });
    }
  }

  private contextOf(inputs: RawInputs): Context {
    if (this.session === undefined)
      throw new Error(coded("ZUPLO1902", "The dynamic host did not configure the provider."));
    return { session: this.session, identity: parseIdentity(inputs[identityKey], inputs[parentsKey]) };
  }

  private validated(inputs: RawInputs): Args {
    this.keepSecrets(inputs);
    const args = this.argumentsOf(inputs);
    const result = parsed<Args>(this.resource.contract, args);
    if ("problem" in result) throw new Error(result.problem);
    return result.args;
  }

  private argumentsOf(inputs: RawInputs): RawInputs {
    const outputs = new Set<string>([memoryKey, ...outputsOf(this.resource.contract)]);
    const given = Object.entries(inputs).filter(
      ([key, value]) => isOfResource(key) && !outputs.has(key) && value !== undefined && value !== null,
    );
    return fromHost(Object.fromEntries(given)) as RawInputs;
  }

  private stateOf(state: State): State {
    this.keepSecrets(state as RawInputs);
    return Object.fromEntries(Object.entries(state).filter(([key]) => isOfResource(key))) as State;
  }

  private secretsOf(inputs: RawInputs): SecretPath[] {
    return [...secretKeysOf(inputs).map(key => [key]), ...secretPathsOf(this.resource.contract, inputs)];
  }

  private keepSecrets(inputs: RawInputs): void {
    keepSecretsAt(fromHost(inputs) as RawInputs, this.secretsOf(inputs));
  }

  private outputsOf(state: State, inputs: RawInputs): RawInputs {
    return { ...(withoutUndefined(state) as RawInputs), ...toldIn(inputs) };
  }
}

/** What the host finds the provider by. */
const providerKey = "__provider";

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

function mapDeep(value: unknown, map: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(item => mapDeep(item, map));
  if (typeof value !== "object" || value === null) return map(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, mapDeep(item, map)]));
}
