import { NotFound } from "../api/errors";
import type { CaCertificateResponse, CertificateResponse } from "../api/responses";
import { rightToSee, whereKeyIsLimited } from "../api/rights";
import { expiresUntil, isReadable } from "../certificates/expiry";
import { nameLine } from "../certificates/parse";
import {
  type CheckFailure,
  choiceFailures,
  failuresOf,
  isUnknown,
  type RawInputs,
} from "../resources/resource";
import { enabledTypes } from "../rotation/environments";
import type { Session } from "../session";
import { coded } from "../text/codes";
import { toMilliseconds } from "../text/duration";
import { quote } from "../text/redact";
import { say } from "../text/vocabulary";
import {
  type CertificateResult,
  type ClientMtlsCaCertificateResult,
  type FunctionInputs,
  type FunctionName,
  type FunctionOutputs,
  type FunctionSchema,
  functionSchemas,
} from "./contracts";

export interface InvokeResult {
  values: RawInputs;
  failures: CheckFailure[];
}

type Functions = {
  [Name in FunctionName]: (session: Session, args: FunctionInputs<Name>) => Promise<FunctionOutputs<Name>>;
};

const functions: Functions = {
  async getMtlsCertificate(session, args) {
    const project = await session.project(args);
    const { name, id } = args;
    const isWanted = (certificate: CertificateResponse) =>
      id === undefined ? certificate.name === name : certificate.id === id;
    const found = (await project.certificates.list()).find(isWanted);
    if (found !== undefined) return describeCertificate(found);
    // The list may end early: only its own address tells that a certificate is gone.
    if (id !== undefined) return describeCertificate(await project.client.getCertificate(project.scope, id));
    throw new NotFound({
      operation: { verb: "find", resource: "MtlsCertificate", name: name ?? "" },
      problem: `project '${project.scope.project}' has no certificate of this name`,
      advice:
        "Correct the name, or look at what there is with getMtlsCertificates. " +
        whereKeyIsLimited("its environment types", "MtlsCertificate"),
      code: "ZUPLO1223",
    });
  },

  async getMtlsCertificates(session, args) {
    const project = await session.project(args);
    const all = await project.certificates.list();
    const { expiresWithin } = args;
    if (expiresWithin === undefined) return { certificates: all.map(describeCertificate) };
    const until = session.now() + (toMilliseconds(expiresWithin) ?? 0);
    const expiring = all.filter(({ certificateInfo }) => expiresUntil(certificateInfo.validTo, until));
    for (const { name, certificateInfo } of expiring) {
      if (isReadable(certificateInfo.validTo)) continue;
      const text = `MtlsCertificate '${quote(name)}': its expiry date cannot be read ('${quote(certificateInfo.validTo)}'), so it counts as expiring.`;
      session.log.warn(coded("ZUPLO1213", text));
    }
    return { certificates: expiring.map(describeCertificate) };
  },

  async getClientMtlsCaCertificate(session, { name, id, account }) {
    const { caCertificates, account: home } = await session.accountOf({ account });
    const isWanted = (certificate: CaCertificateResponse) =>
      id === undefined ? certificate.name === name : certificate.id === id;
    const found = (await caCertificates.list()).find(isWanted);
    if (found !== undefined) return describeCaCertificate(found);
    throw new NotFound({
      operation: { verb: "find", resource: "ClientMtlsCaCertificate", name: name ?? id ?? "" },
      problem: `account '${home}' has no CA certificate of this ${id === undefined ? "name" : "id"}`,
      advice: `Correct it, or look at what there is with getClientMtlsCaCertificates. The API key has to be one that may ${rightToSee("ClientMtlsCaCertificate")}.`,
      code: "ZUPLO1223",
    });
  },

  async getClientMtlsCaCertificates(session, { account }) {
    const { caCertificates } = await session.accountOf({ account });
    return { certificates: (await caCertificates.list()).map(describeCaCertificate) };
  },

  async getDeployments(session, args) {
    const project = await session.project(args);
    const deployments = (await project.deployments.list()).map(
      ({ name, url, branchName: branch, environmentType, isWorkingCopy, state, createdOn, updatedOn }) => ({
        name,
        url,
        branch,
        environmentType,
        isWorkingCopy,
        state,
        createdOn,
        updatedOn,
      }),
    );
    return { deployments };
  },

  async getEnvironments(session, args) {
    const { client, scope } = await session.project(args);
    const environments = (await client.listEnvironments(scope)).map(
      ({ name, branchName: branch, environmentType, createdOn }) => ({
        name,
        branch,
        environmentType,
        createdOn,
      }),
    );
    return { environments };
  },
};

/** Answers a data source, such as `getDeployments`. It writes nothing. */
export async function invoke(session: Session, name: string, args: RawInputs): Promise<InvokeResult> {
  if (!isFunctionName(name)) {
    const known = Object.keys(functionSchemas).join(", ");
    throw new Error(coded("ZUPLO1902", `There is no function '${quote(name)}'. It may be one of: ${known}.`));
  }
  const schema: FunctionSchema = functionSchemas[name];
  const failures = failuresOf(schema.inputs, args);
  if (isUnknown(args)) {
    const reason = `The arguments are not known until ${say.apply}.`;
    failures.push({ property: "", reason, code: "ZUPLO1112" });
  }
  failures.push(...choiceFailures(schema, args));
  if (failures.length > 0) return { values: {}, failures };
  return { values: await call(name, session, args), failures };
}

function call<Name extends FunctionName>(name: Name, session: Session, args: RawInputs) {
  return functions[name](session, functionSchemas[name].inputs.parse(args) as FunctionInputs<Name>);
}

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functionSchemas, name);
}

function describeCaCertificate({
  id,
  name,
  createdOn,
  updatedOn,
}: CaCertificateResponse): ClientMtlsCaCertificateResult {
  return { id, name, createdOn, updatedOn };
}

/** A certificate as the data sources tell of it. */
export function describeCertificate(answer: CertificateResponse): CertificateResult {
  const { id, name, certificateInfo, createdOn, updatedOn } = answer;
  const { subject, issuer, ...rest } = certificateInfo;
  const environments = enabledTypes(answer);
  return {
    id,
    name,
    subject: nameLine(subject),
    issuer: nameLine(issuer),
    ...rest,
    environments,
    createdOn,
    updatedOn,
  };
}
