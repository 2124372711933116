import type { X509Certificate } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { environmentTypes } from "../../api/responses";
import { sharedWarning } from "../../boundedFile";
import type { Identity } from "../../certificates/identity";
import { familyOf, generatedName, isName, nextFreeName } from "../../certificates/name";
import { type Chain, chainIn, factsOf } from "../../certificates/parse";
import {
  describeSource,
  type KeyText,
  keyProblem,
  keyTextOf,
  type PrivateKeySource,
} from "../../certificates/privateKey";
import {
  expiryWarning,
  isSameChain,
  orderedChain,
  uploadWarnings,
  validityProblem,
} from "../../certificates/validate";
import { mayBeSameProject } from "../../program/place";
import { type Coded, coded, type Problem } from "../../text/codes";
import { toMilliseconds } from "../../text/duration";
import { quote } from "../../text/redact";
import { grown, recall, usesKey, usesSchema } from "../hidden";
import { nameProblem } from "../nameProblem";
import { placed } from "../place";
import {
  type CheckFailure,
  type CheckResult,
  type Context,
  configurationFailures,
  failuresOf,
  isUnknown,
  type RawInputs,
  unknown,
} from "../resource";
import { textOf } from "../textOf";
import { mtlsCertificateContract as contract } from "./contract";

/** What there is to say of a certificate, before anything is called. */
export interface Examination extends CheckResult {
  /** Sentences that begin after `the certificate`. */
  warnings: Problem[];
  /** Whole sentences on where the key comes from. */
  notes: Coded[];
  /** Undefined where the text is none, or its certificates are out of order. */
  chain: Chain | undefined;
}

/** Where and when a certificate is looked at. */
export interface Viewpoint {
  identity?: Identity | undefined;
  /** The name of what it replaces, where only this run knows of that. */
  previousName?: string | undefined;
  /** Milliseconds since 1970. */
  now: number;
}

/** Fails on what a backend or Zuplo would refuse, warns of what may be meant, and chooses the name. Calls nothing. */
export function check(context: Context, olds: RawInputs | undefined, news: RawInputs): CheckResult {
  const { session, identity } = context;
  const view = { identity, previousName: previousNameOf(context, olds, news), now: session.now() };
  const { inputs, failures, warnings, notes, chain } = examine(view, olds, news);
  const uses = usesSchema.safeParse(news[usesKey]).data;
  const usedBefore =
    recall(usesSchema, olds ?? {}, usesKey) ?? session.program.certificates.usedBefore(identity);
  if (uses !== undefined) inputs[usesKey] = grown(usedBefore, uses);
  session.program.certificates.note(identity, {
    name: textOf(inputs.name),
    previousName: textOf(olds?.name),
    previousProject: textOf(olds?.project),
    project: textOf(news.project) ?? session.config.project,
    environments: contract.inputs.shape.environments.safeParse(inputs.environments).data ?? [],
    onDelete: contract.inputs.shape.onDelete.safeParse(news.onDelete).data ?? "delete",
    others: contract.inputs.shape.others.safeParse(news.others).data,
    settleMs: settleOf(news),
    uses,
    usedBefore,
  });
  const name = textOf(inputs.name);
  if (olds === undefined && name !== undefined)
    session.program.certificates.noteId(textOf(news.project) ?? session.config.project, name, undefined);
  if (
    name !== undefined &&
    isName(name) &&
    session.program.variables.has(textOf(news.project) ?? session.config.project, name)
  ) {
    const reason = `'${quote(name)}' is also the name of a variable in this program, and Zuplo looks both up in one place: give one of them another name.`;
    failures.push({ property: "name", reason, code: "ZUPLO1105" });
  }
  if (chain !== undefined && typeof inputs.name === "string")
    session.program.certificates.noteFacts(inputs.name, factsOf(chain.leaf));
  for (const { code, reason } of warnings) {
    const resource = identity?.resource ?? textOf(news.name) ?? "";
    session.log.warn(coded(code, `MtlsCertificate '${resource}': the certificate ${reason}`));
  }
  for (const note of notes) session.log.warn(note);
  return {
    inputs: placed(context, contract, inputs),
    failures: [...failures, ...configurationFailures(context, contract, news)],
  };
}

/** What the program's certificate was called before this run: a replacement is checked as if there were nothing. */
function previousNameOf(
  { session: { program, config }, identity }: Context,
  olds: RawInputs | undefined,
  news: RawInputs,
): string | undefined {
  if (olds !== undefined) return isMoved(olds, news) ? undefined : textOf(olds.name);
  const { previousName, previousProject } = program.certificates.of(identity) ?? {};
  return mayBeSameProject(previousProject, textOf(news.project) ?? config.project) ? previousName : undefined;
}

/** In milliseconds; undefined where the provider's own counts. */
export function settleOf({ settle }: { settle?: unknown }): number | undefined {
  const given = contract.inputs.shape.settle.safeParse(settle).data;
  return given === undefined ? undefined : toMilliseconds(given);
}

/** Everything that can be said of a certificate before it goes to Zuplo, whoever asks. */
export function examine(view: Viewpoint, olds: RawInputs | undefined, news: RawInputs): Examination {
  const { identity, now } = view;
  const failures = failuresOf(contract.inputs, news);
  const warnings: Problem[] = [];
  const notes: Coded[] = [];
  const failed = (property: string) => failures.some(failure => isOf(failure.property, property));
  const inputs = { ...news };
  if (Array.isArray(news.environments) && !isUnknown(news.environments) && !failed("environments")) {
    const given: readonly unknown[] = news.environments;
    inputs.environments = environmentTypes.filter(type => given.includes(type));
  }
  const chain = readChain(news.certificate, failures);
  const before = chainIn(olds?.certificate);
  if (chain !== undefined) {
    inputs.certificate = chain.pem;
    warnings.push(...expiryWarnings(chain, news, now));
  }
  const isNew = chain !== undefined && before?.leaf.fingerprint256 !== chain.leaf.fingerprint256;
  // Where the leaf could not be read, the key is looked at all the same.
  if (isNew || failed("certificate")) {
    const key = givenKey(news);
    notes.push(...placeNotes(key));
    failures.push(...uploadFailures(now, chain?.leaf, key));
    if (chain !== undefined) warnings.push(...uploadWarnings(chain), ...absenceWarnings(key));
  }
  // The key is not needed again while the same certificate stays where it is; an imported one may never have one.
  const isKept =
    olds !== undefined &&
    before !== undefined &&
    before.leaf.fingerprint256 === chain?.leaf.fingerprint256 &&
    !isMoved(olds, news);
  failures.push(...keyChoiceFailures(news, isKept), ...nameFailures(news));
  if (!failed("name")) inputs.name = chooseName(view, chain, olds, before, news);
  const fixed = fixedNameFailure(identity, olds, before, news, chain);
  if (fixed !== undefined) failures.push(fixed);
  return { inputs, failures, warnings, notes, chain };
}

/** Whether a property is this one, or a part of it. */
function isOf(property: string, whole: string): boolean {
  return property === whole || property.startsWith(`${whole}.`) || property.startsWith(`${whole}[`);
}

function readChain(text: unknown, failures: CheckFailure[]): Chain | undefined {
  if (typeof text !== "string") return undefined;
  const chain = orderedChain(text);
  if (!("reason" in chain)) return chain;
  failures.push({ property: "certificate", ...chain });
  return undefined;
}

/** The key as the arguments give it; read once, since it is asked about more than once. */
interface GivenKey extends KeyText {
  source: PrivateKeySource | undefined;
}

function givenKey(news: RawInputs): GivenKey {
  const source = contract.inputs.shape.privateKeySource.safeParse(news.privateKeySource).data;
  const given = typeof news.privateKey === "string" ? news.privateKey : undefined;
  return { source, ...keyTextOf(given, source) };
}

/** Rules that matter when the certificate goes to Zuplo: an unchanged one may expire without stopping other work. */
function uploadFailures(
  now: number,
  leaf: X509Certificate | undefined,
  { source, ...key }: GivenKey,
): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const invalid = leaf && validityProblem(leaf, now);
  if (invalid !== undefined) failures.push({ property: "certificate", ...invalid });
  const problem = key.text === undefined ? key.problem : keyProblem(leaf, key.text);
  if (problem !== undefined) {
    const [property, where] =
      source === undefined ? ["privateKey", ""] : ["privateKeySource", `(${describeSource(source)}) `];
    failures.push({ property, code: problem.code, reason: `${where}${problem.reason}` });
  }
  return failures;
}

function expiryWarnings({ leaf }: Chain, { warnBefore }: RawInputs, now: number): Problem[] {
  const isDuration = typeof warnBefore === "number" || typeof warnBefore === "string";
  const warning = expiryWarning(leaf, now, isDuration ? toMilliseconds(warnBefore) : undefined);
  return warning === undefined ? [] : [warning];
}

function absenceWarnings({ source, text, problem }: GivenKey): Problem[] {
  if (source === undefined || text !== undefined || problem !== undefined) return [];
  const reason = `cannot be checked against its key: ${describeSource(source)} is not there now. The upload needs it.`;
  return [{ code: "ZUPLO1218", reason }];
}

function placeNotes({ source, isShared }: GivenKey): Coded[] {
  if (source === undefined || !("file" in source) || isShared !== true) return [];
  return [sharedWarning(source.file, "the private key")];
}

function keyChoiceFailures(news: RawInputs, isKept: boolean): CheckFailure[] {
  const given = ["privateKey", "privateKeySource"].filter(key => news[key] !== undefined);
  if (given.length === 1 || (given.length === 0 && isKept)) return [];
  const problem: Problem =
    given.length === 0
      ? {
          code: "ZUPLO1218",
          reason:
            "is missing: give the private key here, or its place in privateKeySource: a file, or a variable of the environment (env).",
        }
      : { code: "ZUPLO1109", reason: "is given twice: keep either privateKey or privateKeySource." };
  return [{ property: "privateKey", ...problem }];
}

function nameFailures(news: RawInputs): CheckFailure[] {
  return ["name", "namePrefix"].flatMap(property => {
    const text = news[property];
    const problem = typeof text === "string" ? nameProblem(text) : undefined;
    return problem === undefined ? [] : [{ property, ...problem }];
  });
}

/** The name this resource would get without `name`; undefined while the certificate or the identity is not known. */
function generated(
  identity: Identity | undefined,
  chain: Chain | undefined,
  news: RawInputs,
): string | undefined {
  if (identity === undefined || chain === undefined || isUnknown(news.namePrefix)) return undefined;
  const prefix = typeof news.namePrefix === "string" ? news.namePrefix : undefined;
  return generatedName(identity, prefix, factsOf(chain.leaf).fingerprint);
}

function chooseName(
  { identity, previousName }: Viewpoint,
  chain: Chain | undefined,
  olds: RawInputs | undefined,
  before: Chain | undefined,
  news: RawInputs,
): unknown {
  const own = generated(identity, chain, news);
  // A name of this resource's own lineage was made, not chosen: for another leaf it is another one.
  const isMade = own !== undefined && typeof news.name === "string" && isOfLineage(news.name, own);
  if (news.name !== undefined && !isMade) return news.name;
  // A resource or stack that was renamed keeps the name its certificate has: identity is the leaf, not the text.
  const isUnchanged = before !== undefined && chain !== undefined && isSameChain(before, chain);
  if (isUnchanged && olds?.namePrefix === news.namePrefix && typeof olds?.name === "string") return olds.name;
  if (own === undefined)
    return isUnknown(news.certificate) || isUnknown(news.namePrefix) ? unknown : undefined;
  // Another chain of the same leaf: what it replaces has the name, and goes last.
  return own === previousName ? nextFreeName(own, new Set([own])) : own;
}

/** Whether it goes to another account or project; one that is not named is the configured one, as before. */
function isMoved(olds: RawInputs, news: RawInputs): boolean {
  return (["account", "project"] as const).some(
    key => olds[key] !== undefined && news[key] !== undefined && !isDeepStrictEqual(olds[key], news[key]),
  );
}

function isOfLineage(name: string, own: string): boolean {
  return name === own || (familyOf(own) !== undefined && familyOf(name) === familyOf(own));
}

/** A certificate cannot be changed under its name, so a fixed name and another leaf end here, in preview. */
function fixedNameFailure(
  identity: Identity | undefined,
  olds: RawInputs | undefined,
  before: Chain | undefined,
  news: RawInputs,
  chain: Chain | undefined,
): CheckFailure | undefined {
  if (typeof news.name !== "string" || chain === undefined) return undefined;
  if (olds?.name !== news.name || isMoved(olds, news)) return undefined;
  if (before !== undefined && isSameChain(before, chain)) return undefined;
  const own = generated(identity, chain, news);
  if (own !== undefined && isOfLineage(news.name, own)) return undefined;
  const shown = quote(news.name);
  const next = shown === news.name ? `, such as '${news.name}_2'` : "";
  // Of one that is imported, or that somebody has put in its place, no PEM is known.
  const which = before === undefined ? ", another one by serial number, issuer or dates," : ",";
  const reason =
    `'${shown}' is the name of the certificate in use${which} and Zuplo cannot change a certificate under its name. ` +
    `Either remove \`name\`, and each certificate gets a name of its own, or give the new one another${next}.`;
  return { property: "name", reason, code: "ZUPLO1221" };
}
