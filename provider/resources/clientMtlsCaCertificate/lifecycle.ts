import { Conflict, Invalid, mayBeGone, Unavailable, unlessGone, wasLost } from "../../api/errors";
import { lagMs, whileLagging } from "../../api/lag";
import type { CaCertificateResponse } from "../../api/responses";
import { generatedName } from "../../certificates/name";
import { type Chain, chainIn, factsOf, parseChain } from "../../certificates/parse";
import { isSamePem } from "../../certificates/validate";
import { mayBeSameAccount } from "../../program/place";
import type { AccountSession, Session } from "../../session";
import { type Code, coded, type Problem } from "../../text/codes";
import { quote } from "../../text/redact";
import { say } from "../../text/vocabulary";
import { pick } from "../contract";
import { memoryKey, recall, successorIn, takenOverIn } from "../hidden";
import { badImportId, type Imported } from "../import";
import { factsIn, factsOfPem } from "../leafFacts";
import { nameProblem } from "../nameProblem";
import { changesOf, isAccountGiven, placed } from "../place";
import {
  type Context,
  configurationFailures,
  failuresOf,
  isUnknown,
  type RawInputs,
  type Resource,
  unknown,
} from "../resource";
import { textOf } from "../textOf";
import {
  type ClientMtlsCaCertificateArgs,
  type ClientMtlsCaCertificateState,
  clientMtlsCaCertificateContract as contract,
  memorySchema,
} from "./contract";

/** A CA certificate with which a Zuplo account verifies the client certificates of callers (inbound mTLS). */
export const clientMtlsCaCertificate: Resource<ClientMtlsCaCertificateArgs, ClientMtlsCaCertificateState> = {
  contract,

  check(context, olds, news) {
    const failures = [
      ...failuresOf(contract.inputs, news),
      ...configurationFailures(context, contract, news),
    ];
    const inputs = { ...news };
    const chain = typeof news.certificate === "string" ? parseChain(news.certificate) : undefined;
    const problem = chain !== undefined && "leaf" in chain ? authorityProblem(chain) : chain;
    if (problem !== undefined) failures.push({ property: "certificate", ...problem });
    if (chain !== undefined && "leaf" in chain) {
      inputs.certificate = chain.pem;
      const own =
        context.identity && generatedName(context.identity, undefined, factsOf(chain.leaf).fingerprint);
      const before = chainIn(olds?.certificate);
      const isKept = typeof olds?.certificate === "string" && isSamePem(olds.certificate, news.certificate);
      const expired = isKept ? undefined : validityProblem(chain, context.session.now());
      if (expired !== undefined) failures.push({ property: "certificate", ...expired });
      if (before !== undefined && !isKept && news.onReplace !== "delete")
        failures.push({ property: "certificate", ...wouldReplace });
      inputs.name ??= isKept && typeof olds.name === "string" ? olds.name : own;
    } else if (isUnknown(news.certificate)) inputs.name ??= unknown;
    const misnamed =
      typeof news.name !== "string" || news.name === olds?.name ? undefined : nameProblem(news.name);
    if (misnamed !== undefined) failures.push({ property: "name", ...misnamed });
    const { session, identity } = context;
    const [account, name] = [news.account ?? session.config.account, inputs.name].map(textOf);
    session.program.authorities.note(identity, { account, name });
    return { inputs: placed(context, contract, inputs), failures };
  },

  derivedOutputs: ({ certificate }) => factsOfPem(certificate),

  diff(context, olds, news) {
    const changes = changesOf(context, contract, olds, news);
    if (isSamePem(olds.certificate, news.certificate)) delete changes.certificate;
    // Another one is refused once it is known. A replacement that is planned begins with the deletion, unasked.
    else if (isUnknown(news.certificate) && news.onReplace !== "delete") changes.certificate = "update";
    return changes;
  },

  /** An account has one of a name. In another account nothing is in the way. */
  isDeletedFirst: (olds, news) =>
    news.name === olds.name && mayBeSameAccount(textOf(news.account), olds.account),

  async create({ session }, args) {
    const chain = parseChain(args.certificate);
    const name = args.name ?? "";
    if ("reason" in chain) throw refused(name, `the certificate ${chain.reason}`, chain.code);
    const account = await session.accountOf(args);
    const { id, createdOn, updatedOn } = await createOnce(account, { name, certificate: chain.pem });
    const memory = { isAccountGiven: isAccountGiven(session, args) };
    const place = { account: account.account };
    return {
      id,
      state: { ...args, ...place, ...factsOf(chain.leaf), name, createdOn, updatedOn, [memoryKey]: memory },
    };
  },

  async read({ session }, id, state) {
    const found = await find(session, state, id);
    if (found === undefined) return undefined;
    const { name, createdOn, updatedOn } = found;
    const memory = recall(memorySchema, state, memoryKey) ?? {};
    const { account } = await session.accountOf(state);
    return {
      id,
      state: { ...state, ...factsIn(state), account, name, createdOn, updatedOn, [memoryKey]: memory },
    };
  },

  async update({ session }, id, olds, news) {
    const name = news.name ?? olds.name;
    const memory = { isAccountGiven: isAccountGiven(session, news) };
    const home = olds.account ?? news.account;
    const { createdOn } = olds;
    const state = { ...news, ...factsIn(olds), account: home, name, createdOn, [memoryKey]: memory };
    if (name === olds.name) return { ...state, updatedOn: olds.updatedOn };
    await session.requireAccount({ account: home }, memory.isAccountGiven);
    const renamed = await renameOnce(await session.accountOf({ account: home }), id, name, session.signal);
    return { ...state, updatedOn: renamed.updatedOn };
  },

  async delete({ session }, id, state) {
    const successor = successorIn(state);
    if (successor !== undefined && successor.onReplace !== "delete")
      throw stillNeeded(state, "it would be deleted before its successor is there", anotherFirst);
    if (successor === undefined && takenOverIn(state).authorities.length > 0)
      throw stillNeeded(
        state,
        "another resource of the program manages the CA certificate of this name",
        renamed,
      );
    await session.requireAccount(state, recall(memorySchema, state, memoryKey)?.isAccountGiven === true);
    const { client, account, caCertificates } = await session.accountOf(state);
    try {
      await client.deleteCaCertificate(account, id, state.name);
    } catch (error) {
      // It is gone where the same key can list the account, and the list does not have it.
      const isGone =
        mayBeGone(error) && !(await caCertificates.refresh()).some(certificate => certificate.id === id);
      if (!isGone) throw error;
    }
    await caCertificates.forget(id);
  },

  takenOver: ({ config, program }, { account, name }) =>
    program.authorities.has(account ?? config.account, name) ? { authorities: [name] } : {},

  warnOfDelete(_id, { name }) {
    const text =
      `ClientMtlsCaCertificate '${quote(name)}' will be deleted: ` +
      "callers whose certificates it issued will then be refused.";
    return coded("ZUPLO1224", text);
  },

  import: importCaCertificate,
  /** Zuplo tells nothing of the certificate but its name: the program's own is taken for it. */
  matchImported: (_facts, inputs) => {
    const chain = chainIn(inputs.certificate);
    if (chain === undefined) return {};
    return { ...factsOf(chain.leaf), certificate: chain.pem };
  },
};

/** The old one would go in the same run, while callers still show certificates that it has issued. */
const wouldReplace: Problem = {
  code: "ZUPLO1106",
  reason:
    "is a different CA certificate, and callers whose certificates the old one issued would be refused as soon as it is deleted. " +
    "Add a second resource for the new one, and remove this one once the callers have moved; " +
    'or set onReplace to "delete", if no caller needs the old one.',
};

/** Zuplo refuses an authority whose time is over; one that is in use may expire without stopping other work. */
function validityProblem({ leaf }: Chain, now: number): Problem | undefined {
  const { validFrom, validTo } = factsOf(leaf);
  const code = "ZUPLO1215";
  if (now >= Date.parse(validTo))
    return {
      code,
      reason: `expired at ${validTo}, and Zuplo does not accept an expired one: use its successor.`,
    };
  if (now < Date.parse(validFrom))
    return { code, reason: `is not valid before ${validFrom}: wait, or correct this machine's clock.` };
  return undefined;
}

/** Undefined for one certificate that may issue others (RFC 5280, section 4.2.1.9). */
function authorityProblem({ leaf, intermediates }: Chain): Problem | undefined {
  const code = "ZUPLO1214";
  if (intermediates.length > 0)
    return { code, reason: "contains more than one certificate: make one resource for each." };
  if (!leaf.ca)
    return { code, reason: "is not a CA certificate: give the one that issued the callers' certificates." };
  return undefined;
}

/**
 * A create whose answer was lost is looked for by its name, which is unique in an account: what was there before is
 * another one.
 */
async function createOnce(
  { client, account, caCertificates }: AccountSession,
  body: { name: string; certificate: string },
): Promise<CaCertificateResponse> {
  const before = await caCertificates.list();
  try {
    const created = await client.createCaCertificate(account, body);
    await caCertificates.recordWritten(created, { isNew: true });
    return created;
  } catch (error) {
    const isLost = wasLost(error);
    if (!isLost && !(error instanceof Conflict)) throw error;
    const holder = (await caCertificates.refresh()).find(({ name }) => name === body.name);
    if (isLost && holder === undefined) return client.createCaCertificate(account, body);
    if (isLost && !before.some(({ id }) => id === holder?.id)) return holder as CaCertificateResponse;
    const which = holder === undefined ? "" : ` (${quote(holder.id)})`;
    const problem = `the account has a CA certificate of this name already${which}`;
    throw refused(body.name, problem, "ZUPLO1221");
  }
}

/** Nothing documents what a rename answers. Where the answer does not tell, or was lost, the list of the account does. */
async function renameOnce(
  { client, account, caCertificates }: AccountSession,
  id: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<CaCertificateResponse> {
  let failure: unknown;
  try {
    const renamed = await client.renameCaCertificate(account, id, name);
    if (renamed !== undefined) {
      await caCertificates.recordWritten(renamed, { isNew: false });
      return renamed;
    }
  } catch (error) {
    // It may have this name already, by an attempt before: then it is refused as taken.
    if (!wasLost(error) && !(error instanceof Conflict) && !(error instanceof Invalid)) throw error;
    failure = error;
  }
  const isRefusal = failure !== undefined && !wasLost(failure);
  const isIt = (one: CaCertificateResponse) => one.id === id && one.name === name;
  const all = await whileLagging(
    () => caCertificates.refresh(),
    found => found.some(isIt),
    isRefusal && !(failure as Conflict | Invalid).isRepeat ? 0 : lagMs,
    signal,
  );
  const found = all.find(isIt);
  if (found !== undefined) return found;
  throw failure ?? notRenamed(id, name);
}

function notRenamed(id: string, name: string): Unavailable {
  return new Unavailable({
    operation: { verb: "rename", resource: "ClientMtlsCaCertificate", name },
    problem: `Zuplo answered that it was renamed, and does not list '${quote(id)}' under the new name`,
    advice: "Run the same command again.",
    maybeApplied: true,
    code: "ZUPLO1609",
  });
}

async function find(
  session: Session,
  state: { account?: string | undefined },
  id: string,
): Promise<CaCertificateResponse | undefined> {
  const { client, account, caCertificates } = await session.accountOf(state);
  return (await caCertificates.get(id)) ?? (await unlessGone(client.getCaCertificate(account, id)));
}

/** Finds a CA certificate by its id or name: `ID`, or `account/ID`. */
async function importCaCertificate({ session }: Context, text: string): Promise<Imported | undefined> {
  const parts = text.split("/");
  const [account, id] = parts.length === 1 ? [undefined, text] : parts;
  if (parts.length > 2 || !id) throw badImportId("ClientMtlsCaCertificate", text, "ID or account/ID");
  const { caCertificates, account: home } = await session.accountOf({ account });
  const found = (await caCertificates.list()).find(
    certificate => certificate.id === id || certificate.name === id,
  );
  if (found === undefined) return undefined;
  const inputs: RawInputs = pick({ account, name: found.name }, ["account", "name"]);
  const { createdOn, updatedOn } = found;
  return {
    id: found.id,
    inputs,
    state: { ...inputs, account: home, certificate: "", createdOn, updatedOn },
    facts: { name: found.name },
  };
}

const anotherFirst =
  'Add a second resource for the new one, and remove this one once the callers have moved; or, if no caller needs it, set onReplace to "delete".';
const renamed =
  "Two CA certificates of one account cannot have the same name: give the new one a different name.";

/** A deletion after which callers would be refused. */
function stillNeeded({ name }: ClientMtlsCaCertificateState, problem: string, advice: string): Invalid {
  const operation = { verb: "delete", resource: "ClientMtlsCaCertificate", name };
  const outcome = "Nothing was changed";
  return new Invalid({
    operation,
    problem: `${problem}, and callers whose certificates it issued would be refused meanwhile`,
    outcome,
    advice,
    code: "ZUPLO1106",
  });
}

function refused(name: string, problem: string, code: Code): Invalid {
  return new Invalid({
    operation: { verb: "create", resource: "ClientMtlsCaCertificate", name },
    problem,
    advice: `Correct it, or import what exists, and run ${say.apply} again.`,
    code,
  });
}
