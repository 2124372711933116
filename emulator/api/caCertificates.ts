/** /v1/accounts/{account}/client-mtls-ca-certificates: CAs that verify callers, for the whole account. */
import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { certificateFault, certificateInfo, readCertificates } from "../pem";
import type { CaCertificate } from "../state/model";
import { isCertificateName } from "./names";
import { page } from "./page";
import { notFound, Problem, parse } from "./problem";
import { requireAccount, type World } from "./world";

const name = z
  .string()
  .refine(isCertificateName, "must be a JavaScript identifier of at most 120 characters");
const createSchema = z.strictObject({ name, certificate: z.string().min(1) });
const updateSchema = z.strictObject({ name });

interface AccountParams {
  account: string;
}
interface CaParams extends AccountParams {
  id: string;
}

export function caCertificateRoutes(app: FastifyInstance, world: World): void {
  const path = "/v1/accounts/:account/client-mtls-ca-certificates";

  const find = ({ account, id }: CaParams): CaCertificate => {
    requireAccount(world, account);
    const found = world.state.caCertificates.find(candidate => candidate.id === id);
    if (!found) throw notFound(`CA certificate '${id}'`);
    return found;
  };

  const refuseTaken = (wanted: string, except?: CaCertificate) => {
    const isTaken = world.state.caCertificates.some(
      candidate => candidate.name === wanted && candidate !== except,
    );
    if (isTaken) throw new Problem(409, `A CA certificate named '${wanted}' already exists`);
  };

  app.get<{ Params: AccountParams }>(path, { config: { kind: "ca-certificate.list" } }, async request => {
    requireAccount(world, request.params.account);
    return page(request.query, world.state.caCertificates, caCertificateView, world.pageLimit);
  });

  app.post<{ Params: AccountParams }>(
    path,
    { config: { kind: "ca-certificate.create" } },
    async (request, reply) => {
      requireAccount(world, request.params.account);
      const body = parse(createSchema, request.body);
      const fault = certificateFault(body.certificate);
      if (fault) throw new Problem(400, fault);
      if (!readCertificates(body.certificate)[0]?.ca) {
        throw new Problem(400, "certificate: not a CA certificate");
      }
      if (Date.parse(certificateInfo(body.certificate).validTo) <= Date.now())
        throw new Problem(400, "certificate: has expired");
      refuseTaken(body.name);
      const now = world.now();
      const created = {
        id: `mtlsca_${randomBytes(12).toString("hex")}`,
        ...body,
        createdOn: now,
        updatedOn: now,
      };
      world.state.caCertificates.push(created);
      reply.code(201);
      return caCertificateView(created);
    },
  );

  app.get<{ Params: CaParams }>(`${path}/:id`, { config: { kind: "ca-certificate.get" } }, async request =>
    caCertificateView(find(request.params)),
  );

  app.patch<{ Params: CaParams }>(
    `${path}/:id`,
    { config: { kind: "ca-certificate.update" } },
    async request => {
      const certificate = find(request.params);
      const body = parse(updateSchema, request.body);
      refuseTaken(body.name, certificate);
      certificate.name = body.name;
      certificate.updatedOn = world.now();
      return caCertificateView(certificate);
    },
  );

  app.delete<{ Params: CaParams }>(
    `${path}/:id`,
    { config: { kind: "ca-certificate.delete" } },
    async (request, reply) => {
      const certificate = find(request.params);
      world.state.caCertificates.splice(world.state.caCertificates.indexOf(certificate), 1);
      reply.code(204);
    },
  );
}

function caCertificateView({ id, name, certificate, createdOn, updatedOn }: CaCertificate) {
  return { id, name, certificateInfo: certificateInfo(certificate), createdOn, updatedOn };
}
