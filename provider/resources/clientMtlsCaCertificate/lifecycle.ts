import { z } from "zod";
import { generatedName } from "../../certificates/name";
import { type CertificateFacts, factsOf, parseChain } from "../../certificates/parse";
import { isSamePem } from "../../certificates/validate";
import { coded } from "../../codes";
import type { AccountSession, Session } from "../../session";
import type { CaCertificateAnswer } from "../../zuplo/answers";
import { Conflict, Invalid, NotFound, Unavailable } from "../../zuplo/errors";
import { memoryKey, recall } from "../hidden";
import { badImportId, type Imported, pick } from "../import";
import { nameProblem } from "../nameProblem";
import { isAccountGiven, placeChanges, placed } from "../place";
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
  unknown,
} from "../resource";

const maxNameLength = 120;

const args = z.strictObject({
  certificate: z.string({ error: "is missing: give the CA certificate as PEM text." }).meta({
    description:
      "The CA certificate as PEM, one certificate, at most 256 KiB. Another one is refused, unless `onReplace` allows it.",
  }),
  name: z
    .string()
    .min(1)
    .max(maxNameLength, { error: `is longer than ${maxNameLength} characters.` })
    .optional()
    .meta({
      description: "Name at Zuplo; changed in place. By default one of its own for each certificate.",
    }),
  onReplace: z.enum(["fail", "delete"], { error: 'must be "fail" or "delete".' }).optional().meta({
    description:
      "What another `certificate` does: `fail` in preview, since callers still hold certificates of the old one, or `delete` the old one in the same run; `fail` by default.",
  }),
  account: z.string().min(1).optional().meta({ description: "Account name; the provider's own by default." }),
});

export type ClientMtlsCaCertificateArgs = z.output<typeof args>;
const memorySchema = z.object({ isAccountGiven: z.boolean().optional() });
export type ClientMtlsCaCertificateState = ClientMtlsCaCertificateArgs &
  CertificateFacts & {
    name: string;
    createdOn?: string | undefined;
    updatedOn?: string | undefined;
    [memoryKey]?: z.output<typeof memorySchema>;
  };

const facts = ["fingerprint", "serialNumber", "subject", "issuer", "validFrom", "validTo"] as const;

/** A CA certificate with which a Zuplo account verifies the client certificates of callers (inbound mTLS). */
export const clientMtlsCaCertificate: Resource<ClientMtlsCaCertificateArgs, ClientMtlsCaCertificateState> = {
  type: "ClientMtlsCaCertificate",
  args,
  outputs: [...facts, "createdOn", "updatedOn"],

  check(context, olds, news) {
    const failures = [
      ...failuresOf(args, news),
      // An account has no project.
      ...configurationFailures(context, news).filter(({ property }) => property !== "project"),
    ];
    const inputs = { ...news };
    const chain = typeof news.certificate === "string" ? parseChain(news.certificate) : undefined;
    const problem = typeof chain === "object" ? authorityProblem(chain) : chain;
    if (problem !== undefined)
      failures.push({ property: "certificate", reason: problem } satisfies CheckFailure);
    if (typeof chain === "object") {
      inputs.certificate = chain.pem;
      const own =
        context.identity && generatedName(context.identity, undefined, factsOf(chain.leaf).fingerprint);
      const before = typeof olds?.certificate === "string" ? parseChain(olds.certificate) : undefined;
      const isKept = typeof olds?.certificate === "string" && isSamePem(olds.certificate, news.certificate);
      const expired = isKept ? undefined : validityProblem(chain, context.session.now());
      if (expired !== undefined) failures.push({ property: "certificate", reason: expired });
      if (typeof before === "object" && !isKept && news.onReplace !== "delete")
        failures.push({ property: "certificate", reason: wouldReplace });
      inputs.name ??= isKept && typeof olds.name === "string" ? olds.name : own;
    } else if (isUnknown(news.certificate)) inputs.name ??= unknown;
    const misnamed =
      typeof news.name !== "string" || news.name === olds?.name ? undefined : nameProblem(news.name);
    if (misnamed !== undefined) failures.push({ property: "name", reason: misnamed });
    return { inputs: placed(context, inputs, ["account"]), failures };
  },

  predict(inputs) {
    if (isUnknown(inputs.certificate)) return Object.fromEntries(facts.map(key => [key, unknown]));
    const chain = typeof inputs.certificate === "string" ? parseChain(inputs.certificate) : "";
    return typeof chain === "string" ? {} : { ...factsOf(chain.leaf) };
  },

  diff(context, olds, news) {
    const { project: _, ...changes }: Changes = placeChanges(context, olds, news);
    for (const key of changedKeys(["certificate"], olds, news)) changes[key] = "replace";
    for (const key of changedKeys(["name", "onReplace"], olds, news)) changes[key] = "update";
    if (isSamePem(olds.certificate, news.certificate)) delete changes.certificate;
    return changes;
  },

  async create({ session }, args) {
    const chain = parseChain(args.certificate);
    const name = args.name ?? "";
    if (typeof chain === "string") throw refused(name, `the certificate ${chain}`);
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
    return { id, state: { ...state, account, name, createdOn, updatedOn, [memoryKey]: memory } };
  },

  async update({ session }, id, olds, news) {
    const { fingerprint, serialNumber, subject, issuer, validFrom, validTo, createdOn } = olds;
    const name = news.name ?? olds.name;
    const memory = { isAccountGiven: isAccountGiven(session, news) };
    const lives = olds.account ?? news.account;
    const state = {
      ...news,
      account: lives,
      [memoryKey]: memory,
      fingerprint,
      serialNumber,
      subject,
      issuer,
      validFrom,
      validTo,
      createdOn,
      name,
    };
    if (name === olds.name) return { ...state, updatedOn: olds.updatedOn };
    await session.requireAccount({ account: lives }, memory.isAccountGiven);
    const { client, account, caCertificates } = await session.accountOf({ account: lives });
    const renamed = await client.renameCaCertificate(account, id, name);
    await caCertificates.record(renamed);
    return { ...state, updatedOn: renamed.updatedOn };
  },

  async delete({ session }, id, state) {
    await session.requireAccount(state, recall(memorySchema, state, memoryKey)?.isAccountGiven === true);
    const { client, account, caCertificates } = await session.accountOf(state);
    try {
      await client.deleteCaCertificate(account, id, state.name);
    } catch (error) {
      // It is gone where the same key can list the account, and the list does not have it.
      const isGone =
        error instanceof NotFound &&
        !(await caCertificates.refresh()).some(certificate => certificate.id === id);
      if (!isGone) throw error;
    }
    await caCertificates.forget(id);
  },

  import: importCaCertificate,
  /** Zuplo tells nothing of the certificate but its name: the program's own is taken for it. */
  recognise: (_facts, inputs) => {
    const chain = typeof inputs.certificate === "string" ? parseChain(inputs.certificate) : "";
    return typeof chain === "string" ? {} : { ...factsOf(chain.leaf), certificate: chain.pem };
  },
  secretPaths: () => [],
};

/** The old one would go in the same run, while callers still show certificates that it has issued. */
const wouldReplace = coded(
  "ZUPLO1106",
  "is another one than before, and callers with certificates of the old one would be refused as soon as it is deleted. " +
    "Add a second resource for the new one, and remove this one once the callers have moved; " +
    'or set onReplace to "delete", if no caller needs the old one.',
);

/** Zuplo refuses an authority whose time is over; one that is in use may expire without stopping other work. */
function validityProblem({ leaf }: Exclude<ReturnType<typeof parseChain>, string>, now: number) {
  const { validFrom, validTo } = factsOf(leaf);
  if (now >= Date.parse(validTo))
    return `expired at ${validTo}, and Zuplo takes none that has: use its successor.`;
  if (now < Date.parse(validFrom))
    return `is not valid before ${validFrom}: wait, or correct this machine's clock.`;
  return undefined;
}

/** Undefined for one certificate that may issue others (RFC 5280, section 4.2.1.9). */
function authorityProblem({
  leaf,
  intermediates,
}: Exclude<ReturnType<typeof parseChain>, string>): string | undefined {
  if (intermediates.length > 0) return "holds more than one certificate: make one resource for each.";
  if (!leaf.ca) return "is no CA certificate: give the one that issued the callers' certificates.";
  return undefined;
}

/** A create whose answer was lost is looked for: names are unique in an account. */
async function createOnce(
  { client, account, caCertificates }: AccountSession,
  body: { name: string; certificate: string },
): Promise<CaCertificateAnswer> {
  try {
    const created = await client.createCaCertificate(account, body);
    await caCertificates.record(created);
    return created;
  } catch (error) {
    const wasLost = error instanceof Unavailable && error.maybeApplied;
    if (!wasLost && !(error instanceof Conflict)) throw error;
    const holder = (await caCertificates.refresh()).find(({ name }) => name === body.name);
    if (wasLost) return holder ?? client.createCaCertificate(account, body);
    throw refused(body.name, "the account has a CA certificate of this name already");
  }
}

async function find(
  session: Session,
  state: { account?: string | undefined },
  id: string,
): Promise<CaCertificateAnswer | undefined> {
  const { caCertificates } = await session.accountOf(state);
  return caCertificates.get(id);
}

/** Finds a CA certificate by its id or name: `ID`, or `account/ID`. */
async function importCaCertificate({ session }: Context, text: string): Promise<Imported | undefined> {
  const parts = text.split("/");
  const [account, id] = parts.length === 1 ? [undefined, text] : parts;
  if (parts.length > 2 || !id) throw badImportId("ClientMtlsCaCertificate", text, "ID or account/ID");
  const { caCertificates, account: lives } = await session.accountOf({ account });
  const found = (await caCertificates.list()).find(
    certificate => certificate.id === id || certificate.name === id,
  );
  if (found === undefined) return undefined;
  const inputs: RawInputs = pick({ account, name: found.name }, ["account", "name"]);
  const { createdOn, updatedOn } = found;
  return {
    id: found.id,
    inputs,
    state: { ...inputs, account: lives, certificate: "", createdOn, updatedOn },
    facts: { name: found.name },
  };
}

function refused(name: string, problem: string): Invalid {
  return new Invalid({
    operation: { verb: "create", resource: "ClientMtlsCaCertificate", name },
    problem,
    advice: "Correct it, or import what exists, and run `pulumi up` again.",
  });
}
