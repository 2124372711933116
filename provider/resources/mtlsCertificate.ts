import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Identity } from "../certificates/identity";
import { generatedName, isName, isNamed, nearestName } from "../certificates/name";
import { type CertificateFacts, type Chain, factsOf, parseChain } from "../certificates/parse";
import { preflightProblem } from "../certificates/preflight";
import {
  describeSource,
  keyProblem,
  type PrivateKeySource,
  readPrivateKey,
} from "../certificates/privateKey";
import { isSameCertificate } from "../certificates/recognise";
import {
  chainProblem,
  expiryWarning,
  isSameChain,
  uploadWarnings,
  validityProblem,
} from "../certificates/validate";
import { durationSchema, toMilliseconds } from "../duration";
import { enabledTypes, setTypes } from "../rotation/environments";
import { remove, removeOrphans } from "../rotation/remove";
import { upload } from "../rotation/upload";
import { environmentTypes } from "../zuplo/answers";
import { Invalid, NotFound } from "../zuplo/errors";
import {
  type Changes,
  type CheckFailure,
  type Context,
  changedKeys,
  configurationFailures,
  failuresOf,
  isUnknown,
  type RawInputs,
  type Resource,
  scopeArgs,
  unknown,
} from "./resource";

const defaultPreflightTimeout = 10;

const preflightArgs = z.strictObject({
  url: z
    .url({ protocol: /^https$/, error: "must be the https URL of the backend." })
    .meta({ description: "https URL of the backend, as the gateway calls it." }),
  caCertificate: z.string().optional().meta({
    description: "PEM of the authority of the backend's own certificate, where it is no public one.",
  }),
  timeout: durationSchema.optional().meta({ description: "Time limit; 10 seconds by default." }),
});

const args = z.strictObject({
  certificate: z.string({ error: "is missing: give the certificate as PEM text." }).meta({
    description:
      "The client certificate as PEM, leaf first, intermediates after it. Another leaf or chain is a replacement.",
  }),
  privateKey: z.string().optional().meta({
    description: "The leaf's private key as PEM, not encrypted. Secret. Either this or `privateKeySource`.",
  }),
  privateKeySource: z
    .union([z.strictObject({ file: z.string().min(1) }), z.strictObject({ env: z.string().min(1) })], {
      error: "must be { file: PATH } or { env: NAME }.",
    })
    .optional()
    .meta({
      description:
        "Where the private key is read when the certificate is uploaded, and only then; it never enters the state.",
    }),
  environments: z
    .array(z.enum(environmentTypes, { error: `must be one of ${environmentTypes.join(", ")}.` }), {
      error: `is missing: give at least one of ${environmentTypes.join(", ")}.`,
    })
    .min(1, { error: `is empty: give at least one of ${environmentTypes.join(", ")}.` })
    .meta({ description: "Environment types whose deployments may use the certificate. Changed in place." }),
  name: z.string().optional().meta({
    description: "Name at Zuplo. By default each certificate gets a name of its own, which rotation needs.",
  }),
  namePrefix: z.string().optional().meta({
    description: "What a generated name starts with; by default the names of the resource and of the stack.",
  }),
  preflight: preflightArgs.optional().meta({
    description:
      "Before the upload, shows the certificate to the backend from where Pulumi runs; a refusal stops the run.",
  }),
  warnBefore: durationSchema.optional().meta({
    description:
      "How long before expiry a warning starts; by default 30 days, or a third of a shorter lifetime.",
  }),
  onDelete: z
    .enum(["delete", "disable", "retain"], { error: 'must be "delete", "disable" or "retain".' })
    .optional()
    .meta({
      description:
        "What becomes of the certificate at Zuplo when it is deleted or replaced; `delete` by default.",
    }),
  ...scopeArgs,
});

export type MtlsCertificateArgs = z.output<typeof args>;

/** Everything but the private key, which is not needed again. */
export type MtlsCertificateState = Omit<MtlsCertificateArgs, "privateKey"> &
  CertificateFacts & { name: string; createdOn?: string | undefined; updatedOn?: string | undefined };

/** An mTLS client certificate of a Zuplo project. */
export const mtlsCertificate: Resource<MtlsCertificateArgs, MtlsCertificateState> = {
  type: "MtlsCertificate",
  args,
  outputs: [
    "fingerprint",
    "serialNumber",
    "subject",
    "issuer",
    "validFrom",
    "validTo",
    "createdOn",
    "updatedOn",
  ],

  check(context, olds, news) {
    const { identity } = context;
    const failures = [...failuresOf(args, news), ...configurationFailures(context, news)];
    const failed = (property: string) => failures.some(failure => failure.property.startsWith(property));
    const inputs = { ...news };
    if (Array.isArray(news.environments) && !isUnknown(news.environments) && !failed("environments")) {
      const given: readonly unknown[] = news.environments;
      inputs.environments = environmentTypes.filter(type => given.includes(type));
    }
    const chain = readChain(news.certificate, failures);
    const previous = typeof olds?.certificate === "string" ? parseChain(olds.certificate) : undefined;
    const before = typeof previous === "object" ? previous : undefined;
    if (chain !== undefined) {
      inputs.certificate = chain.pem;
      const isNew = before === undefined || before.leaf.fingerprint256 !== chain.leaf.fingerprint256;
      if (isNew) failures.push(...uploadFailures(context, chain, news));
      warn(context, chain, isNew, news, identity?.resource);
    }
    failures.push(...keyChoiceFailures(news), ...nameFailures(news));
    if (!failed("name")) inputs.name = chooseName(identity, chain, olds, before, news);
    const fixed = fixedNameFailure(identity, olds, before, news, chain);
    if (fixed !== undefined) failures.push(fixed);
    return { inputs, failures };
  },

  predict(inputs) {
    if (isUnknown(inputs.certificate)) {
      return Object.fromEntries(
        ["fingerprint", "serialNumber", "subject", "issuer", "validFrom", "validTo"].map(key => [
          key,
          unknown,
        ]),
      );
    }
    const chain = typeof inputs.certificate === "string" ? parseChain(inputs.certificate) : "";
    return typeof chain === "string" ? {} : { ...factsOf(chain.leaf) };
  },

  diff(olds, news) {
    const changes: Changes = {};
    const replacing = ["account", "project", "certificate", "name"] as const;
    const updating = [
      "environments",
      "privateKeySource",
      "namePrefix",
      "preflight",
      "warnBefore",
      "onDelete",
    ] as const;
    for (const key of changedKeys(replacing, olds, news)) changes[key] = "replace";
    for (const key of changedKeys(updating, olds, news)) changes[key] = "update";
    if (changes.certificate !== undefined && isSameText(olds.certificate, news.certificate))
      delete changes.certificate;
    if (changes.name !== undefined && typeof news.name === "string" && isNamed(olds.name, news.name))
      delete changes.name;
    return changes;
  },

  async create({ session, identity }, args) {
    const chain = requireChain(args);
    const project = await session.project(args);
    const privateKey = requireKey(chain, args);
    if (args.preflight !== undefined) {
      const { url, caCertificate, timeout } = args.preflight;
      const timeoutMs = toMilliseconds(timeout ?? defaultPreflightTimeout) ?? defaultPreflightTimeout * 1000;
      const problem = await preflightProblem(
        { url, caCertificate, timeoutMs },
        chain.pem,
        privateKey,
        session.signal,
      );
      if (problem !== undefined) throw refused(args, `preflight at ${url}: ${problem}. Nothing was changed`);
    }
    const name = args.name ?? "";
    const facts = factsOf(chain.leaf);
    const body = { name, certificate: chain.pem, key: privateKey, environments: args.environments };
    const isGenerated =
      identity !== undefined && name === generatedName(identity, args.namePrefix, facts.fingerprint);
    const created = await upload(project, body, facts, isGenerated);
    const { privateKey: _, ...kept } = args;
    const { createdOn, updatedOn } = created;
    return { id: created.id, state: { ...kept, ...facts, name: created.name, createdOn, updatedOn } };
  },

  async read({ session }, id, state) {
    const project = await session.project(state);
    let found = await project.certificates.get(id);
    if (found === undefined) {
      // The list may end early or lag behind: only its own address tells that a certificate is gone.
      try {
        found = await project.client.getCertificate(project.scope, id);
      } catch (error) {
        if (error instanceof NotFound) return undefined;
        throw error;
      }
    }
    const { name, certificateInfo, createdOn, updatedOn } = found;
    const observed = { ...state, name, environments: enabledTypes(found), createdOn, updatedOn };
    if (isSameCertificate(found, state)) return { id, state: observed };
    // Somebody put another certificate in its place: no PEM is known for it, so the program's one replaces it.
    const { serialNumber, subject, issuer, validFrom, validTo } = certificateInfo;
    return {
      id,
      state: {
        ...observed,
        certificate: "",
        fingerprint: "",
        serialNumber,
        subject,
        issuer,
        validFrom,
        validTo,
      },
    };
  },

  async update({ session }, id, olds, news) {
    const { privateKey: _, ...kept } = news;
    const { name, fingerprint, serialNumber, subject, issuer, validFrom, validTo, createdOn, updatedOn } =
      olds;
    const facts = { fingerprint, serialNumber, subject, issuer, validFrom, validTo };
    const state = { ...kept, ...facts, name, createdOn, updatedOn };
    if (isDeepStrictEqual(olds.environments, news.environments)) return state;
    const project = await session.project(news);
    await setTypes(project, id, news.environments);
    return { ...state, updatedOn: (await project.certificates.get(id))?.updatedOn ?? updatedOn };
  },

  async delete({ session }, id, state) {
    const { name, onDelete = "delete" } = state;
    if (onDelete === "retain") {
      session.log.info(`MtlsCertificate '${name}' is left at Zuplo as it is (onDelete: "retain").`);
      return;
    }
    const project = await session.project(state);
    if (onDelete === "disable") {
      await setTypes(project, id, []);
      session.log.info(`MtlsCertificate '${name}' is disabled and left at Zuplo (onDelete: "disable").`);
      return;
    }
    await remove(project, id, name, session.signal);
    for (const orphan of await removeOrphans(project, name)) {
      session.log.info(`MtlsCertificate '${orphan.name}', left by a run that was interrupted, is deleted.`);
    }
  },
};

function readChain(text: unknown, failures: CheckFailure[]): Chain | undefined {
  if (typeof text !== "string") return undefined;
  const chain = parseChain(text);
  const problem = typeof chain === "string" ? chain : chainProblem(chain);
  if (problem === undefined) return chain as Chain;
  failures.push({ property: "certificate", reason: problem });
  return undefined;
}

/** Rules that matter when the certificate goes to Zuplo: an unchanged one may expire without stopping other work. */
function uploadFailures({ session }: Context, chain: Chain, news: RawInputs): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const invalid = validityProblem(chain.leaf, session.now());
  if (invalid !== undefined) failures.push({ property: "certificate", reason: invalid });
  const source = sourceOf(news);
  const key = typeof news.privateKey === "string" ? news.privateKey : source && readPrivateKey(source);
  const problem = key === undefined ? undefined : keyProblem(chain.leaf, key);
  if (problem !== undefined) {
    const [property, where] =
      source === undefined ? ["privateKey", ""] : ["privateKeySource", `(${describeSource(source)}) `];
    failures.push({ property, reason: `${where}${problem}` });
  }
  return failures;
}

function warn(
  { session }: Context,
  chain: Chain,
  isNew: boolean,
  news: RawInputs,
  resource: string | undefined,
): void {
  const { warnBefore } = news;
  const isDuration = typeof warnBefore === "number" || typeof warnBefore === "string";
  const expiry = expiryWarning(
    chain.leaf,
    session.now(),
    isDuration ? toMilliseconds(warnBefore) : undefined,
  );
  const warnings = [...(expiry === undefined ? [] : [expiry]), ...(isNew ? uploadWarnings(chain) : [])];
  const source = isNew ? sourceOf(news) : undefined;
  if (source !== undefined && readPrivateKey(source) === undefined) {
    warnings.push(
      `cannot be checked against its key: ${describeSource(source)} is not there now. The upload needs it.`,
    );
  }
  for (const warning of warnings) {
    session.log.warn(`MtlsCertificate '${resource ?? String(news.name)}': the certificate ${warning}`);
  }
}

function sourceOf(news: RawInputs): PrivateKeySource | undefined {
  return args.shape.privateKeySource.safeParse(news.privateKeySource).data;
}

function keyChoiceFailures(news: RawInputs): CheckFailure[] {
  const given = ["privateKey", "privateKeySource"].filter(key => news[key] !== undefined);
  if (given.length === 1) return [];
  const reason =
    given.length === 0
      ? "is missing: give the private key here, or its place in privateKeySource ({ file } or { env })."
      : "is given twice: keep either privateKey or privateKeySource.";
  return [{ property: "privateKey", reason }];
}

function nameFailures(news: RawInputs): CheckFailure[] {
  return ["name", "namePrefix"].flatMap(property => {
    const text = news[property];
    if (typeof text !== "string" || isName(text)) return [];
    const rule = "must be a JavaScript identifier of letters, digits and underscores, and no reserved word";
    return [{ property, reason: `'${text}' ${rule} (at most 120 characters): use '${nearestName(text)}'.` }];
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
  identity: Identity | undefined,
  chain: Chain | undefined,
  olds: RawInputs | undefined,
  before: Chain | undefined,
  news: RawInputs,
): unknown {
  const own = generated(identity, chain, news);
  if (news.name !== undefined && news.name !== own) return news.name;
  // A resource or stack that was renamed keeps the name its certificate has: identity is the leaf, not the text.
  const isUnchanged = before !== undefined && chain !== undefined && isSameChain(before, chain);
  if (isUnchanged && olds?.namePrefix === news.namePrefix && typeof olds?.name === "string") return olds.name;
  return own ?? (isUnknown(news.certificate) ? unknown : undefined);
}

/** A certificate cannot be changed under its name, so a fixed name and another leaf end here, in preview. */
function fixedNameFailure(
  identity: Identity | undefined,
  olds: RawInputs | undefined,
  before: Chain | undefined,
  news: RawInputs,
  chain: Chain | undefined,
): CheckFailure | undefined {
  if (typeof news.name !== "string" || before === undefined || chain === undefined) return undefined;
  if (olds?.name !== news.name || isSameChain(before, chain)) return undefined;
  if (news.name === generated(identity, chain, news)) return undefined;
  const reason =
    `'${news.name}' is the name of the certificate in use, and Zuplo cannot change a certificate under its name. ` +
    `Either remove \`name\`, and each certificate gets a name of its own, or give the new one another, such as '${news.name}_2'.`;
  return { property: "name", reason };
}

function requireChain(args: MtlsCertificateArgs): Chain {
  const chain = parseChain(args.certificate);
  if (typeof chain === "string") throw refused(args, `the certificate ${chain}`);
  return chain;
}

function requireKey(chain: Chain, args: MtlsCertificateArgs): string {
  const source = args.privateKeySource;
  const key = args.privateKey ?? (source && readPrivateKey(source));
  if (key === undefined)
    throw refused(args, `the private key is not there (${source ? describeSource(source) : "none given"})`);
  const problem = keyProblem(chain.leaf, key);
  if (problem !== undefined) throw refused(args, `the private key ${problem}`);
  return key;
}

function refused({ name }: MtlsCertificateArgs, problem: string): Invalid {
  return new Invalid({
    operation: { verb: "upload", resource: "MtlsCertificate", name: name ?? "" },
    problem,
    advice: "Correct it and run `pulumi up` again.",
  });
}

/** The same certificates, however they are spelled. */
function isSameText(one: string, other: unknown): boolean {
  const [before, after] = [parseChain(one), typeof other === "string" ? parseChain(other) : ""];
  return typeof before === "object" && typeof after === "object" && isSameChain(before, after);
}
