/** The developer API's server: authentication, errors, the trace and faults; the routes are beside this file. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { AddressInfo } from "node:net";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { type Fault, type Faults, momentOf } from "../faults";
import { machineTime, type Timing } from "../timing";
import type { ApiCall, CallKind, Trace } from "../trace";
import { isWrite } from "../trace";
import { caCertificateRoutes } from "./caCertificates";
import { certificateRoutes } from "./certificates";
import { deploymentRoutes } from "./deployments";
import { projectOf, refusalOf } from "./keys";
import { Problem, problemBody } from "./problem";
import { describeCall } from "./subject";
import { variableRoutes } from "./variables";
import type { World } from "./world";

declare module "fastify" {
  interface FastifyContextConfig {
    kind?: CallKind;
  }
}

export interface ApiOptions {
  world: World;
  trace: Trace;
  faults: Faults;
  apiKey: string;
  timing?: Timing;
  /** After a write was applied and before its answer is sent. */
  onWrite(): void;
}

export interface Api {
  url: string;
  stop(): Promise<void>;
}

export async function startApi(options: ApiOptions & { host: string; port: number }): Promise<Api> {
  const app = createApi(options);
  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://${options.host}:${port}`, stop: () => app.close() };
}

/** The API without a socket: what listens, or takes calls within the process. */
export function createApi(options: ApiOptions): FastifyInstance {
  const app = fastify({
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
  });
  acceptEmptyJson(app);
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error instanceof Problem ? error.status : (error.statusCode ?? 500);
    return sendProblem(reply, status, error.message, request.url);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, 404, `${request.method} ${request.url} is not part of the API`, request.url),
  );
  addHooks(app, options);
  app.get("/v1/who-am-i", { config: { kind: "whoami" } }, async () => ({
    account: options.world.state.account,
    sub: "api-key|emulator",
  }));
  certificateRoutes(app, options.world);
  variableRoutes(app, options.world);
  deploymentRoutes(app, options.world);
  caCertificateRoutes(app, options.world);
  return app;
}

function addHooks(
  app: FastifyInstance,
  { world, trace, faults, apiKey, timing = machineTime, onWrite }: ApiOptions,
): void {
  const calls = new WeakMap<FastifyRequest, ApiCall>();
  app.decorateRequest("key", undefined);

  app.addHook("onRequest", async (request, reply) => {
    const kind = request.routeOptions.config.kind ?? "unknown";
    calls.set(request, trace.call({ kind, method: request.method, path: request.url }));
    const { authorization } = request.headers;
    request.key = world.keys.find(authorization?.replace(/^Bearer /, "") ?? "");
    if (request.key === undefined && !isAuthorized(authorization, apiKey)) {
      return sendProblem(reply, world.statuses?.noAccess ?? 401, accessProblem[401], request.url);
    }
  });

  app.addHook("preHandler", async (request, reply) => {
    const call = calls.get(request);
    if (!call) return;
    Object.assign(call, describeCall(world, request.params, request.body));
    const lost = world.lostAccess;
    if (lost !== undefined && (lost.project === undefined || lost.project === projectOf(world, request)))
      return sendProblem(reply, lost.status, accessProblem[lost.status], request.url);
    const refusal = refusalOf(world, request);
    if (refusal !== undefined) return sendProblem(reply, refusal, accessProblem[refusal], request.url);
    const fault = await faults.of(call);
    if (!fault) return;
    call.fault = fault;
    if (momentOf(fault) === "after") return;
    await pause(timing, request, fault.delayMs);
    if (fault.destroy) return cut(request, reply);
    if (fault.status !== undefined)
      return reply.code(fault.status).headers(headersOf(fault)).send(fault.body);
  });

  app.addHook("onSend", async (request, reply, payload) => {
    const call = calls.get(request);
    if (!call) return payload;
    const { fault } = call;
    if (fault?.headers && fault.status === undefined) reply.headers(fault.headers);
    const isInjected = fault?.status !== undefined && momentOf(fault) === "before";
    call.applied = reply.statusCode < 400 && !isInjected;
    if (call.applied && isWrite(call)) onWrite();
    let answer = payload;
    if (fault && momentOf(fault) === "after") {
      await pause(timing, request, fault.delayMs);
      if (fault.destroy) {
        request.raw.socket.destroy();
        return payload;
      }
      if (fault.status !== undefined) {
        reply.code(fault.status).removeHeader("content-length").headers(headersOf(fault));
        answer = typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body ?? {});
      }
    }
    if (!request.raw.socket.destroyed) call.status = reply.statusCode;
    return answer;
  });
}

const accessProblem = {
  401: "The API key is missing or not valid",
  403: "The API key is not allowed to do this",
  404: "Nothing was found here",
};

function headersOf(fault: Fault): Record<string, string> {
  const type = typeof fault.body === "string" ? "text/plain" : "application/json";
  return { "content-type": type, ...fault.headers };
}

function cut(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

/** Ends early when the caller goes away, so that nothing waits for nobody. */
function pause(timing: Timing, request: FastifyRequest, ms = 0): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  return new Promise(resolve => {
    const end = () => {
      cancel?.();
      request.raw.socket.off("close", end);
      resolve();
    };
    const cancel = Number.isFinite(ms) ? timing.after(ms, end) : undefined;
    request.raw.socket.once("close", end);
  });
}

function sendProblem(reply: FastifyReply, status: number, detail: string, instance: string): FastifyReply {
  return reply
    .code(status)
    .type("application/problem+json")
    .send(problemBody(status, detail, instance));
}

/** A redeploy is a POST without a body, which some clients still label as JSON. */
function acceptEmptyJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, text, done) => {
    if (text === "") return done(null, undefined);
    try {
      done(null, JSON.parse(String(text)));
    } catch {
      done(new Problem(400, "The body is not JSON"));
    }
  });
}

function isAuthorized(header: string | undefined, apiKey: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${apiKey}`));
}
