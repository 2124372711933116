import { z } from "zod";
import { Secret } from "../text/secret";
import { say } from "../text/vocabulary";
import {
  Cancelled,
  Conflict,
  Invalid,
  type Operation,
  Referenced,
  Unauthorized,
  Unavailable,
  ZuploError,
} from "./errors";
import { otherServerAdvice } from "./failure";
import { Http, type HttpOptions } from "./http";
import {
  type CaCertificateResponse,
  type CertificateResponse,
  caCertificateResponse,
  certificateResponse,
  changedCaCertificateResponse,
  changedCertificateResponse,
  configurationsResponse,
  type DeploymentResponse,
  deletedResponse,
  deploymentResponse,
  type EnvironmentResponse,
  type EnvironmentType,
  environmentResponse,
  pageResponse,
  type VariableResponse,
  variableResponse,
  whoAmIResponse,
  withWorkingCopies,
} from "./responses";
import { idIn, type OnWrite, type Subject } from "./write";

/** An account and a project of it, by name. */
export interface Scope {
  account: string;
  project: string;
}

export interface VariableSetting {
  name: string;
  value: string;
  isSecret: boolean;
}

export interface CertificateUpload {
  name: string;
  /** PEM, leaf first. */
  certificate: string;
  /** PEM of the private key. */
  key: Secret;
  environments: readonly EnvironmentType[];
}

/** Half a surrogate pair cannot be encoded: it goes as a replacement character, which names nothing. */
const enc = (text: string) => encodeURIComponent(Buffer.from(text).toString());
const certificatesOf = (scope: Scope) =>
  `/v1/accounts/${enc(scope.account)}/projects/${enc(scope.project)}/mtls-certificates`;
const caCertificatesOf = (account: string) => `/v1/accounts/${enc(account)}/client-mtls-ca-certificates`;
const variablesOf = (scope: Scope, branch: string) =>
  `/v1/accounts/${enc(scope.account)}/projects/${enc(scope.project)}/branches/${enc(branch)}/variables`;

/** Zuplo's developer API, one method for each call this provider makes. */
export class ZuploClient {
  private readonly http: Http;

  /** @param engine the one that a run works for: nothing is written for one that is gone */
  constructor(
    options: HttpOptions,
    private readonly signal?: AbortSignal,
    private readonly engine?: { isAlive(): Promise<boolean> },
    private readonly onWrite?: OnWrite,
  ) {
    this.http = new Http(options);
  }

  /** The account of the API key. */
  async whoAmI(): Promise<string | undefined> {
    const operation = { verb: "identify", resource: "API key" };
    return (await this.send({ operation, method: "GET", path: "/v1/who-am-i" }, whoAmIResponse)).account;
  }

  async listCertificates(scope: Scope): Promise<CertificateResponse[]> {
    const operation = { verb: "list", resource: "MtlsCertificates of project", name: scope.project };
    return this.list(operation, certificatesOf(scope), certificateResponse, certificate => certificate.id);
  }

  async getCertificate(scope: Scope, id: string): Promise<CertificateResponse> {
    const operation = { verb: "read", resource: "MtlsCertificate", name: id };
    return this.send(
      { operation, method: "GET", path: `${certificatesOf(scope)}/${enc(id)}` },
      certificateResponse,
    );
  }

  /** Throws Conflict where the name is taken (HTTP 409), Invalid where the server answers 400 instead. */
  async createCertificate(scope: Scope, body: CertificateUpload): Promise<CertificateResponse> {
    const operation = { verb: "upload", resource: "MtlsCertificate", name: body.name };
    const { name } = body;
    const environments = [...body.environments];
    const call = { operation, method: "POST" as const, path: certificatesOf(scope), body };
    return this.write(
      { step: "certificate.create", certificate: { name }, environments },
      call,
      certificateResponse,
    );
  }

  /** Sets the environment types for which the certificate is enabled; none disables it. */
  async updateCertificate(
    scope: Scope,
    id: string,
    name: string,
    environments: readonly EnvironmentType[],
  ): Promise<CertificateResponse> {
    const operation = { verb: "update", resource: "MtlsCertificate", name };
    const path = `${certificatesOf(scope)}/${enc(id)}`;
    const call = { operation, method: "PATCH" as const, path, body: { environments } };
    const changed = await this.write(
      { step: "certificate.update", certificate: { name, id }, environments: [...environments] },
      call,
      changedCertificateResponse,
    );
    return changed ?? this.getCertificate(scope, id);
  }

  /**
   * Disables the certificate for every environment type. Where the server refuses an empty list, it is left enabled for
   * `unused` alone, a type without deployments, or as it is where that is undefined.
   */
  async disableCertificate(
    scope: Scope,
    id: string,
    name: string,
    unused: () => Promise<EnvironmentType | undefined>,
  ): Promise<CertificateResponse | undefined> {
    try {
      return await this.updateCertificate(scope, id, name, []);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      const type = await unused();
      return type && this.updateCertificate(scope, id, name, [type]);
    }
  }

  /** Throws Referenced where Zuplo refuses, since a deployment still binds the certificate. */
  async deleteCertificate(scope: Scope, id: string, name: string): Promise<void> {
    const operation = { verb: "delete", resource: "MtlsCertificate", name };
    const call = { operation, method: "DELETE" as const, path: `${certificatesOf(scope)}/${enc(id)}` };
    try {
      await this.write({ step: "certificate.delete", certificate: { name, id } }, call, deletedResponse);
    } catch (error) {
      throw asReferenced(error, call.path);
    }
  }

  async createVariable(
    scope: Scope,
    branch: string,
    { name, isSecret, value }: VariableSetting,
  ): Promise<VariableResponse> {
    const operation = variableOperation("create", branch, name);
    const body = { name, isSecret, value: isSecret ? new Secret(value) : value };
    const call = { operation, method: "POST" as const, path: variablesOf(scope, branch), body };
    return this.write(
      { step: "variable.create", variable: { branch, name }, ...(isSecret ? {} : { value }) },
      call,
      variableResponse,
    );
  }

  async updateVariable(
    scope: Scope,
    branch: string,
    { name, isSecret, value }: VariableSetting,
  ): Promise<VariableResponse> {
    const operation = variableOperation("update", branch, name);
    const path = `${variablesOf(scope, branch)}/${enc(name)}`;
    const body = { value: isSecret ? new Secret(value) : value };
    const call = { operation, method: "PATCH" as const, path, body };
    return this.write(
      { step: "variable.update", variable: { branch, name }, ...(isSecret ? {} : { value }) },
      call,
      variableResponse,
    );
  }

  /**
   * The variables of an environment by name, as they would be deployed now; a secret has a mask for its value. The call
   * is not documented, so nothing may depend on its being there.
   */
  async readVariables(environment: string): Promise<Record<string, string>> {
    const operation = { verb: "read", resource: "variables of environment", name: environment };
    const path = `/v1/environments/${enc(environment)}/local-configurations`;
    return this.send({ operation, method: "GET", path, isOptional: true }, configurationsResponse);
  }

  async listDeployments(scope: Scope): Promise<DeploymentResponse[]> {
    const operation = { verb: "list", resource: "deployments of project", name: scope.project };
    const path = `/v1/accounts/${enc(scope.account)}/projects/${enc(scope.project)}/deployments`;
    return withWorkingCopies(
      await this.list(operation, path, deploymentResponse, deployment => deployment.name),
    );
  }

  async listEnvironments({ account, project }: Scope): Promise<EnvironmentResponse[]> {
    const operation = { verb: "list", resource: "environments of project", name: project };
    const path = `/v1/environments?accountName=${enc(account)}&projectName=${enc(project)}`;
    return this.list(operation, path, environmentResponse, environment => environment.name);
  }

  async listCaCertificates(account: string): Promise<CaCertificateResponse[]> {
    const operation = { verb: "list", resource: "ClientMtlsCaCertificates of account", name: account };
    return this.list(
      operation,
      caCertificatesOf(account),
      caCertificateResponse,
      certificate => certificate.id,
    );
  }

  async getCaCertificate(account: string, id: string): Promise<CaCertificateResponse> {
    const operation = { verb: "read", resource: "ClientMtlsCaCertificate", name: id };
    const path = `${caCertificatesOf(account)}/${enc(id)}`;
    return this.send({ operation, method: "GET", path }, caCertificateResponse);
  }

  async createCaCertificate(
    account: string,
    body: { name: string; certificate: string },
  ): Promise<CaCertificateResponse> {
    const operation = { verb: "create", resource: "ClientMtlsCaCertificate", name: body.name };
    const call = { operation, method: "POST" as const, path: caCertificatesOf(account), body };
    const { name } = body;
    return this.write({ step: "caCertificate.create", caCertificate: { name } }, call, caCertificateResponse);
  }

  /** @returns it, where the answer tells it. */
  async renameCaCertificate(
    account: string,
    id: string,
    name: string,
  ): Promise<CaCertificateResponse | undefined> {
    const operation = { verb: "rename", resource: "ClientMtlsCaCertificate", name };
    const path = `${caCertificatesOf(account)}/${enc(id)}`;
    const call = { operation, method: "PATCH" as const, path, body: { name } };
    return this.write(
      { step: "caCertificate.update", caCertificate: { name, id } },
      call,
      changedCaCertificateResponse,
    );
  }

  async deleteCaCertificate(account: string, id: string, name: string): Promise<void> {
    const operation = { verb: "delete", resource: "ClientMtlsCaCertificate", name };
    const call = { operation, method: "DELETE" as const, path: `${caCertificatesOf(account)}/${enc(id)}` };
    await this.write({ step: "caCertificate.delete", caCertificate: { name, id } }, call, deletedResponse);
  }

  /** @param withinMs a shorter limit of the whole call than the usual one */
  async getDeployment(name: string, withinMs?: number): Promise<DeploymentResponse> {
    const operation = { verb: "read", resource: "deployment", name };
    const call = { operation, method: "GET" as const, path: `/v1/deployments/${enc(name)}` };
    return this.send(withinMs === undefined ? call : { ...call, withinMs }, deploymentResponse);
  }

  /** Enqueues a redeploy. The answer says nothing of its completion; a lost one is not repeated here. */
  async redeploy(name: string): Promise<void> {
    const operation = { verb: "redeploy", resource: "deployment", name };
    const call = { operation, method: "POST" as const, path: `/v1/deployments/${enc(name)}/deploy` };
    await this.write({ step: "deployment.redeploy", deployment: name }, call, z.unknown());
  }

  private async send<T extends z.ZodType>(
    call: Parameters<Http["send"]>[0],
    answer: T,
  ): Promise<z.output<T>> {
    return this.http.send({ ...call, signal: this.signal }, answer);
  }

  private async write<T extends z.ZodType>(
    subject: Subject,
    call: Parameters<Http["send"]>[0],
    answer: T,
  ): Promise<z.output<T>> {
    await this.requireEngine(call.operation);
    const { onWrite } = this;
    if (onWrite === undefined) return this.send(call, answer);
    const startedAt = performance.now();
    let status: number | undefined;
    const tell = (more: { id?: string; problem?: string }) => {
      const ms = Math.round(performance.now() - startedAt);
      onWrite({ ...subject, ...(status === undefined ? {} : { status }), ms, ...more });
    };
    const onStatus = (told: number) => {
      status = told;
    };
    try {
      const told = await this.send({ ...call, onStatus }, answer);
      tell(idIn(told));
      return told;
    } catch (error) {
      if (error instanceof ZuploError) status ??= error.status;
      tell({ problem: error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error) });
      throw error;
    }
  }

  /** What comes late would meet the next run. */
  private async requireEngine(operation: Operation): Promise<void> {
    if (this.engine === undefined || (await this.engine.isAlive())) return;
    throw new Cancelled({
      operation,
      problem: "the engine is gone, so nothing more is written",
      advice: `Run ${say.cancel}, and the same command again.`,
      code: "ZUPLO1403",
    });
  }

  /**
   * Reads every page, within the limits of a list. A server that does not page answers everything at once, and one call
   * is enough. A page begins with the last entry of the one before: where it does not, the list has changed meanwhile,
   * an entry may have been skipped, and it is read anew.
   */
  private async list<T extends z.ZodType>(
    operation: Operation,
    path: string,
    item: T,
    keyOf: (value: z.output<T>) => string,
  ): Promise<z.output<T>[]> {
    const found = new Map<string, z.output<T>>();
    const schema = pageResponse(item);
    const { listed, pages: maxPages, listBytes, listMs } = this.http.limits;
    const startedAt = performance.now();
    const separator = path.includes("?") ? "&" : "?";
    let asked = 0;
    let size: number | undefined;
    let overlap: string | undefined;
    let anew = 0;
    let pages = 0;
    let bytes = 0;
    const onRead = (more: number) => {
      bytes += more;
    };
    for (;;) {
      const withinMs = Math.max(1, listMs - (performance.now() - startedAt));
      const query = size === undefined ? "" : `${separator}offset=${asked}&limit=${size}`;
      const call = { operation, method: "GET" as const, path: path + query, withinMs, onRead };
      const page = await this.send(call, schema).catch((error: unknown) => {
        // A server that takes no such query does not page, whatever limit it tells.
        if (error instanceof Invalid && size !== undefined && found.size === size) return undefined;
        throw error;
      });
      if (page === undefined) return [...found.values()];
      const values = page.data as z.output<T>[];
      const keys = values.map(keyOf);
      const isRepeated = keys.length > 0 && keys.every(key => found.has(key));
      if (overlap !== undefined && keys[0] !== overlap && !isRepeated && anew < maxReadAnew) {
        anew += 1;
        found.clear();
        [asked, size, overlap] = [0, undefined, undefined];
        continue;
      }
      const before = found.size;
      for (const value of values) found.set(keyOf(value), value);
      const isLast = page.limit === undefined || page.limit === 0 || page.data.length < page.limit;
      if (isLast) return [...found.values()];
      if (found.size === before) {
        // A server that ignores `offset` repeats itself: nothing new means the end as well. One that counts in whole pages
        // has given the page before once more.
        if (overlap === undefined) return [...found.values()];
        [asked, overlap] = [asked + 1, undefined];
        continue;
      }
      pages += 1;
      const elapsedMs = performance.now() - startedAt;
      if (found.size > listed || pages >= maxPages || bytes > listBytes || elapsedMs >= listMs)
        throw endless(operation, found.size, bytes, elapsedMs);
      // A page of one entry has no room for another one.
      overlap = values.length > 1 ? keys.at(-1) : undefined;
      asked = (page.offset ?? asked) + values.length - (overlap === undefined ? 0 : 1);
      size = page.limit;
    }
  }
}

/** How often a list is read anew that changes while it is read. */
const maxReadAnew = 3;

function endless(operation: Operation, count: number, bytes: number, elapsedMs: number): Unavailable {
  const size = (bytes / 1024 / 1024).toFixed(1);
  return new Unavailable({
    operation,
    problem: `the list does not end: ${count} objects were read, ${size} MiB in ${Math.round(elapsedMs / 1000)} s`,
    advice: otherServerAdvice(),
    code: "ZUPLO1609",
  });
}

function variableOperation(verb: string, branch: string, name: string): Operation {
  return { verb, resource: "EnvironmentVariable", name: `${branch}/${name}` };
}

/** The status of a refused delete is not documented: 409 is expected, 400, 403, 412 and 422 are possible. */
function asReferenced(error: unknown, path: string): unknown {
  const isRefusal =
    error instanceof Conflict ||
    (error instanceof Invalid && [400, 412, 422, 423, 424, 428].includes(error.status ?? 0)) ||
    (error instanceof Unauthorized && saysInUse(withoutNames(error, path)));
  if (!isRefusal) return error;
  const { operation, problem, status } = error;
  const advice = "Redeploy the deployments that still bind it; then run the same command again.";
  const code = "ZUPLO1211";
  return new Referenced({ operation, problem, advice, code, status });
}

/** What a server said, without addresses and what the call names: a project may be called `in-use`. */
function withoutNames({ said, operation }: ZuploError, path: string): string {
  const names = [...path.split("/").map(decodeURIComponent), operation.name];
  const words = said.split(/[\s'"`,;:()]+/);
  return words.filter(word => !word.includes("/") && !names.includes(word.replace(/\.$/, ""))).join(" ");
}

/** Whether a refusal is for what still uses a certificate, and not for what the key lacks. */
function saysInUse(text: string): boolean {
  if (/referenc|\bin[\s_-]use|depend/i.test(text)) return true;
  const isOfTheKey = /\bkey|permission|scope|\brole|privilege|credential|token/i.test(text);
  return !isOfTheKey && /\bused\b|\bbound\b|\bbind|attach|deployment/i.test(text);
}
