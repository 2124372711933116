import { isDeepStrictEqual } from "node:util";
import { generatedName, isNamed } from "../certificates/name";
import { type Chain, factsOf, parseChain } from "../certificates/parse";
import { preflightProblem } from "../certificates/preflight";
import { describeSource, keyProblem, keyTextOf } from "../certificates/privateKey";
import { isSameCertificate } from "../certificates/recognise";
import { isSamePem } from "../certificates/validate";
import { toMilliseconds } from "../duration";
import { addressOf } from "../probe";
import { enabledTypes, setTypes } from "../rotation/environments";
import { remove, removeOrphans } from "../rotation/remove";
import { upload } from "../rotation/upload";
import { Invalid } from "../zuplo/errors";
import { args, type MtlsCertificateArgs, type MtlsCertificateState } from "./mtlsCertificateArgs";
import { check } from "./mtlsCertificateCheck";
import { importCertificate, recogniseCertificate } from "./mtlsCertificateImport";
import { type Changes, changedKeys, isUnknown, type Resource, unknown } from "./resource";

const defaultPreflightTimeout = 10;

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

  check,

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
    if (changes.certificate !== undefined && isSamePem(olds.certificate, news.certificate))
      delete changes.certificate;
    // What somebody edited in the state may lack a name.
    const { name = "" }: Partial<MtlsCertificateState> = olds;
    if (changes.name !== undefined && typeof news.name === "string" && isNamed(String(name), news.name))
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
      if (problem !== undefined)
        throw refused(args, `preflight at ${addressOf(url)}: ${problem}. Nothing was changed`);
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
    const found = await project.findCertificate(id);
    if (found === undefined) return undefined;
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
    for (const variable of session.leftVariablesOf(name)) {
      session.log.warn(
        `MtlsCertificate '${name}' is deleted, and the variable '${variable}' still names it: ` +
          "give the variable another value before the next deploy of its branch.",
      );
    }
    for (const orphan of await removeOrphans(project, name)) {
      session.log.info(`MtlsCertificate '${orphan.name}', left by a run that was interrupted, is deleted.`);
    }
  },

  import: importCertificate,
  recognise: recogniseCertificate,
  secretKeys: () => ["privateKey"],
};

function requireChain(args: MtlsCertificateArgs): Chain {
  const chain = parseChain(args.certificate);
  if (typeof chain === "string") throw refused(args, `the certificate ${chain}`);
  return chain;
}

function requireKey(chain: Chain, args: MtlsCertificateArgs): string {
  const { text, problem } = keyTextOf(args.privateKey, args.privateKeySource);
  if (problem !== undefined) throw refused(args, `the private key (${placeOf(args)}) ${problem}`);
  if (text === undefined) throw refused(args, `the private key is not there (${placeOf(args)})`);
  const mismatch = keyProblem(chain.leaf, text);
  if (mismatch !== undefined) throw refused(args, `the private key ${mismatch}`);
  return text;
}

function placeOf({ privateKeySource }: MtlsCertificateArgs): string {
  return privateKeySource === undefined ? "none given" : describeSource(privateKeySource);
}

function refused({ name }: MtlsCertificateArgs, problem: string): Invalid {
  return new Invalid({
    operation: { verb: "upload", resource: "MtlsCertificate", name: name ?? "" },
    problem,
    advice: "Correct it and run `pulumi up` again.",
  });
}
