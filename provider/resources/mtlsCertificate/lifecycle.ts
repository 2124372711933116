import { isDeepStrictEqual } from "node:util";
import { Invalid } from "../../api/errors";
import { type EnvironmentType, environmentTypes } from "../../api/responses";
import { generatedName, isNamed } from "../../certificates/name";
import { type Chain, factsOf, parseChain } from "../../certificates/parse";
import { preflightProblem } from "../../certificates/preflight";
import { describeSource, keyProblem, keyTextOf } from "../../certificates/privateKey";
import { isSameCertificate } from "../../certificates/sameCertificate";
import { isSamePem } from "../../certificates/validate";
import { addressOf } from "../../probe";
import type { ProjectSession } from "../../projectSession";
import { isSameVariable } from "../../rotation/branchVariable";
import { enabledTypes, typesIn } from "../../rotation/environments";
import { awaitedVariables } from "../../rotation/givenUp";
import { requireGone } from "../../rotation/gone";
import { requireTargets } from "../../rotation/target";
import { upload } from "../../rotation/upload";
import type { Problem } from "../../text/codes";
import { millisecondsOr } from "../../text/duration";
import type { Secret } from "../../text/secret";
import { say } from "../../text/vocabulary";
import { stored } from "../contract";
import { grown, isSameUse, memoryKey, recall, usesKey, usesSchema } from "../hidden";
import { factsIn, factsOfPem, factsTold } from "../leafFacts";
import { changesOf, isAccountGiven } from "../place";
import type { Context, Resource, Stored } from "../resource";
import { check } from "./check";
import {
  mtlsCertificateContract as contract,
  everEnabledFor,
  type Memory,
  type MtlsCertificateArgs,
  type MtlsCertificateState,
  memorySchema,
} from "./contract";
import { deleteCertificate } from "./delete";
import { disableUnwanted } from "./disableUnwanted";
import { importCertificate, matchCertificate } from "./import";
import { previewMessage } from "./previewMessage";

const defaultPreflightTimeout = 10;

/** An mTLS client certificate of a Zuplo project. */
export const mtlsCertificate: Resource<MtlsCertificateArgs, MtlsCertificateState> = {
  contract,

  check,

  derivedOutputs: ({ certificate }) => factsOfPem(certificate),

  diff(context, olds, news) {
    const changes = changesOf(context, contract, olds, news);
    if (changes.certificate !== undefined && isSamePem(olds.certificate, news.certificate))
      delete changes.certificate;
    // What somebody edited in the state may lack a name, or have something else for it.
    const name: unknown = olds.name;
    const { program } = context.session;
    if (typeof name === "string") {
      if (typeof news.name === "string" && isNamed(name, news.name)) delete changes.name;
      program.certificates.notePreviousName(context.identity, name, olds.project);
      program.certificates.noteFacts(name, factsIn(olds));
      const { id, revivals } = recall(memorySchema, olds, memoryKey) ?? {};
      if (id !== undefined) program.certificates.noteId(olds.project, name, id);
      if (revivals !== undefined) program.certificates.noteRevivals(olds.project, name, revivals);
      // A name that was taken has a suffix, which only the state tells.
      if (!Object.values(changes).includes("replace")) program.certificates.noteName(context.identity, name);
    }
    if (changes.environments === undefined) {
      const { heldFor = [] } = recall(memorySchema, olds, memoryKey) ?? {};
      program.certificates.noteEnabled(context.identity, [...typesIn(news.environments), ...heldFor]);
    }
    // A state of an older version keeps none, and a difference to nothing is none.
    const uses = recall(usesSchema, olds, usesKey);
    if (uses !== undefined && !isSameUse(uses, news[usesKey])) changes[usesKey] = "update";
    return changes;
  },

  previewMessage,

  async create(context, args) {
    const project = await context.session.project(args);
    return project.preparing.during(() => create(context, project, args));
  },

  async read({ session }, id, state) {
    const project = await session.project(state);
    const found = await project.findCertificate(id);
    if (found === undefined) {
      await requireGone(project, { id, name: state.name }, typesIn(state.environments));
      return undefined;
    }
    const { name, createdOn, updatedOn } = found;
    const memory = { ...recall(memorySchema, state, memoryKey), id };
    // What is held for a branch that still needs it is no drift.
    const heldFor = memory.heldFor ?? [];
    const wanted = typesIn(state.environments);
    const environments = enabledTypes(found).filter(type => wanted.includes(type) || !heldFor.includes(type));
    const observed = {
      ...state,
      ...project.scope,
      name,
      environments,
      createdOn,
      updatedOn,
      [memoryKey]: remembering(memory, state, environments),
    };
    if (isSameCertificate(found, state)) return { id, state: { ...observed, ...factsIn(state) } };
    // Somebody put another certificate in its place: no PEM is known for it, so the program's one replaces it.
    return { id, state: { ...observed, certificate: "", ...factsTold(found) } };
  },

  async update({ session, identity }, id, olds, news) {
    const { name, createdOn, updatedOn } = olds;
    session.program.certificates.noteName(identity, name);
    const memory = {
      ...remembering(recall(memorySchema, olds, memoryKey) ?? {}, olds, news.environments),
      id,
      isAccountGiven: isAccountGiven(session, news),
    };
    const { account = news.account, project: home = news.project } = olds;
    const [usedBefore, uses] = [recall(usesSchema, olds, usesKey), recall(usesSchema, news, usesKey)];
    const state = {
      ...stored(contract, news),
      ...factsIn(olds),
      ...(uses === undefined ? {} : { [usesKey]: grown(usedBefore, uses) }),
      account,
      project: home,
      name,
      createdOn,
      updatedOn,
      [memoryKey]: memory,
    };
    const isSame = isDeepStrictEqual(olds.environments, news.environments);
    const isUsedElsewhere = usedBefore !== undefined && !isSameUse(usedBefore, uses);
    if (isSame && !isUsedElsewhere) return state;
    const project = await session.projectOf({ account, project: home }, memory.isAccountGiven);
    const wanted = session.program.certificates.of(identity)?.uses;
    if (wanted !== undefined) await requireTargets(project, wanted);
    if (isSame) return state;
    const enabled = await project.safety.enable(id, news.environments);
    const unwanted = environmentTypes.filter(type => !news.environments.includes(type));
    const heldFor = await disableUnwanted(project, { id, name }, unwanted);
    session.program.certificates.noteEnabled(identity, [...news.environments, ...heldFor]);
    const found = await project.certificates.get(id);
    const again = enabledAgain(olds, news, enabled);
    const revivals = again.map(type => [type, found?.updatedOn ?? ""] as const);
    if (revivals.length > 0) memory.revivals = { ...memory.revivals, ...Object.fromEntries(revivals) };
    session.program.certificates.noteRevivals(project.scope.project, name, memory.revivals ?? {});
    return {
      ...state,
      ...project.scope,
      updatedOn: found?.updatedOn ?? updatedOn,
      [memoryKey]: { ...memory, heldFor },
    };
  },

  delete: deleteCertificate,

  namedBefore(_session, state) {
    const { namedBy = [] } = recall(memorySchema, state, memoryKey) ?? {};
    return namedBy.map(variable => ({ ...variable, value: state.name }));
  },

  takenOver({ config, program }, state) {
    const { name, project = config.project ?? "" } = state;
    const deployments = program.redeployments.places(project);
    const awaited = awaitedVariables(program, project, name);
    const { namedBy = [] } = recall(memorySchema, state, memoryKey) ?? {};
    // What its removal was refused for: their own states may know nothing of a rollback.
    const others = namedBy.filter(
      place =>
        program.variables.isSet(project, place) && !awaited.some(variable => isSameVariable(variable, place)),
    );
    const believed = others.flatMap(place => {
      const value = program.variables.valueOf(project, place);
      return value !== undefined && program.certificates.isNameOfOne(value)
        ? [{ project, ...place, value }]
        : [];
    });
    return { deployments, awaited: [...awaited, ...others], believed };
  },

  import: importCertificate,
  matchImported: matchCertificate,
};

async function create(
  { session, identity }: Context,
  project: ProjectSession,
  args: MtlsCertificateArgs,
): Promise<Stored<MtlsCertificateState>> {
  const chain = requireChain(args);
  const privateKey = requireKey(chain, args);
  if (args.preflight !== undefined) {
    const { url, caCertificate, timeout } = args.preflight;
    const timeoutMs = millisecondsOr(timeout, defaultPreflightTimeout * 1000);
    session.log.progress?.("presenting the new certificate to the backend");
    const problem = await preflightProblem(
      { url, caCertificate, timeoutMs },
      chain.pem,
      privateKey,
      session.signal,
    );
    if (problem !== undefined)
      throw refused(args, {
        code: "ZUPLO1220",
        reason: `preflight at ${addressOf(url)}: ${problem}. Nothing was changed`,
      });
  }
  const uses = session.program.certificates.of(identity)?.uses;
  if (uses !== undefined) await requireTargets(project, uses);
  const name = args.name ?? "";
  const facts = factsOf(chain.leaf);
  const body = { name, certificate: chain.pem, key: privateKey, environments: args.environments };
  const own = identity && generatedName(identity, args.namePrefix, facts.fingerprint);
  const generated = own !== undefined && isNamed(name, own) ? own : undefined;
  const isKept = (args.onDelete ?? "delete") !== "delete";
  session.log.progress?.("uploading");
  const created = await upload(project, body, facts, { generated, isKept });
  session.log.progress?.("uploaded");
  project.preparing.note({ certificate: created.name, users: uses });
  session.program.certificates.noteName(identity, created.name);
  session.program.certificates.noteEnabled(identity, args.environments);
  session.program.certificates.noteFacts(created.name, facts);
  session.program.certificates.noteId(project.scope.project, created.name, created.id);
  const { createdOn, updatedOn } = created;
  const memory = { id: created.id, isAccountGiven: isAccountGiven(session, args) };
  return {
    id: created.id,
    state: {
      ...stored(contract, args),
      ...project.scope,
      ...facts,
      name: created.name,
      createdOn,
      updatedOn,
      [memoryKey]: memory,
    },
  };
}

/** What a state keeps to itself once the certificate is enabled for these types. */
function remembering(memory: Memory, state: MtlsCertificateState, types: readonly EnvironmentType[]): Memory {
  const formerly = everEnabledFor(state).filter(type => !types.includes(type));
  return formerly.length === 0 && memory.formerly === undefined ? memory : { ...memory, formerly };
}

/**
 * The types for which a certificate has been enabled again: by this call, or by one whose answer the state never saw,
 * since that takes it for disabled. What was built in between lacks it.
 */
function enabledAgain(
  olds: MtlsCertificateState,
  news: MtlsCertificateArgs,
  enabled: readonly EnvironmentType[],
): EnvironmentType[] {
  const { heldFor = [] } = recall(memorySchema, olds, memoryKey) ?? {};
  const known = [...olds.environments, ...heldFor];
  return everEnabledFor(olds).filter(
    type => enabled.includes(type) || (news.environments.includes(type) && !known.includes(type)),
  );
}

function requireChain(args: MtlsCertificateArgs): Chain {
  const chain = parseChain(args.certificate);
  if ("reason" in chain) throw refused(args, about("the certificate", chain));
  return chain;
}

function requireKey(chain: Chain, args: MtlsCertificateArgs): Secret {
  const { text, problem } = keyTextOf(args.privateKey, args.privateKeySource);
  if (problem !== undefined) throw refused(args, about(`the private key (${placeOf(args)})`, problem));
  if (text === undefined)
    throw refused(args, { code: "ZUPLO1218", reason: `the private key is not there (${placeOf(args)})` });
  const mismatch = keyProblem(chain.leaf, text);
  if (mismatch !== undefined) throw refused(args, about("the private key", mismatch));
  return text;
}

function placeOf({ privateKeySource }: MtlsCertificateArgs): string {
  return privateKeySource === undefined ? "none given" : describeSource(privateKeySource);
}

function about(what: string, { code, reason }: Problem): Problem {
  return { code, reason: `${what} ${reason}` };
}

function refused({ name }: MtlsCertificateArgs, { code, reason }: Problem): Invalid {
  return new Invalid({
    operation: { verb: "upload", resource: "MtlsCertificate", name: name ?? "" },
    problem: reason,
    advice: `Correct it and run ${say.apply} again.`,
    code,
  });
}
