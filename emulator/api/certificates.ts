/** /v1/accounts/{account}/projects/{project}/mtls-certificates */
import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { certificateInfo, keyPairFault } from "../pem";
import { type Certificate, type Deployment, environmentTypes } from "../state/model";
import { CertificatesPast } from "./certificatesPast";
import { seesCertificate } from "./keys";
import { isCertificateName } from "./names";
import { page } from "./page";
import { Problem, parse } from "./problem";
import { missing, requireProject, type World } from "./world";

const environments = z.array(z.enum(environmentTypes));

const createSchema = z.strictObject({
  name: z.string().refine(isCertificateName, "must be a JavaScript identifier of 1 to 120 characters"),
  certificate: z.string().min(1),
  key: z.string().min(1),
  environments: environments.min(1),
});

/** An empty list is what Zuplo's CLI sends for `disable`. */
const updateSchema = z.strictObject({ environments });

interface ProjectParams {
  account: string;
  project: string;
}
interface CertificateParams extends ProjectParams {
  id: string;
}

export function certificateRoutes(app: FastifyInstance, world: World): void {
  const path = "/v1/accounts/:account/projects/:project/mtls-certificates";

  const past = new CertificatesPast(world);

  const find = (
    { account, project, id }: CertificateParams,
    certificates: readonly Certificate[] = world.state.certificates,
  ): Certificate => {
    requireProject(world, account, project);
    const found = certificates.find(candidate => candidate.project === project && candidate.id === id);
    if (!found) throw missing(world, `mTLS certificate '${id}'`);
    return found;
  };

  app.get<{ Params: ProjectParams }>(path, { config: { kind: "certificate.list" } }, async request => {
    const { account, project } = request.params;
    requireProject(world, account, project);
    const certificates = past
      .told(world.certificatesLag?.listMs)
      .filter(candidate => candidate.project === project && seesCertificate(request.key, candidate));
    return page(request.query, certificates, certificateView, world.pageLimit);
  });

  app.post<{ Params: ProjectParams }>(
    path,
    { config: { kind: "certificate.create" } },
    async (request, reply) => {
      const { account, project } = request.params;
      requireProject(world, account, project);
      past.note();
      const created = createCertificate(world, project, request.body);
      reply.code(201);
      return certificateView(created);
    },
  );

  app.get<{ Params: CertificateParams }>(
    `${path}/:id`,
    { config: { kind: "certificate.get" } },
    async request => certificateView(find(request.params, past.told(world.certificatesLag?.byIdMs))),
  );

  app.patch<{ Params: CertificateParams }>(
    `${path}/:id`,
    { config: { kind: "certificate.update" } },
    async request => {
      const certificate = find(request.params);
      const body = parse(updateSchema, request.body);
      if (body.environments.length === 0 && world.statuses?.emptyEnvironments === 400)
        throw new Problem(400, "environments: must have at least 1 entry");
      past.note();
      certificate.environments = inOrder(body.environments);
      certificate.updatedOn = world.now();
      return certificateView(certificate);
    },
  );

  app.delete<{ Params: CertificateParams }>(
    `${path}/:id`,
    { config: { kind: "certificate.delete" } },
    async (request, reply) => {
      const certificate = find(request.params);
      const holders = world.references.holders(certificate.id);
      if (holders.length > 0) {
        const names = holders.map(describeHolder).join(", ");
        throw new Problem(
          world.statuses?.heldDelete ?? 409,
          `The certificate '${certificate.name}' is in use: it is referenced by deployments: ${names}`,
        );
      }
      past.note();
      world.state.certificates.splice(world.state.certificates.indexOf(certificate), 1);
      reply.code(204);
    },
  );
}

function createCertificate(world: World, project: string, body: unknown): Certificate {
  const { name, certificate, key, environments } = parse(createSchema, body);
  const fault = keyPairFault(certificate, key);
  if (fault) throw new Problem(400, fault);
  if (world.state.certificates.some(candidate => candidate.project === project && candidate.name === name)) {
    const detail = `A certificate named '${name}' already exists in project '${project}'`;
    throw new Problem(world.statuses?.duplicate ?? 409, detail);
  }
  const now = world.now();
  const created: Certificate = {
    id: world.newCertificateId?.() ?? `cert_${randomBytes(12).toString("hex")}`,
    project,
    name,
    certificate,
    key,
    environments: inOrder(environments),
    createdOn: now,
    updatedOn: now,
  };
  world.state.certificates.push(created);
  const names = world.state.projects.find(candidate => candidate.name === project)?.certificateNames;
  if (names && !names.includes(name)) names.push(name);
  return created;
}

/** What the API tells of a certificate: no PEM, no fingerprint. */
export function certificateView(certificate: Certificate) {
  const { id, name, environments, createdOn, updatedOn } = certificate;
  return {
    id,
    name,
    certificateInfo: certificateInfo(certificate.certificate),
    environments: {
      development: environments.includes("development"),
      preview: environments.includes("preview"),
      production: environments.includes("production"),
    },
    createdOn,
    updatedOn,
  };
}

function describeHolder({ name, environmentType, branch, workingCopy }: Deployment): string {
  return `${name} (${workingCopy ? "working copy" : environmentType}, branch ${branch})`;
}

/** Without duplicates. */
function inOrder(environments: Certificate["environments"]): Certificate["environments"] {
  return environmentTypes.filter(environment => environments.includes(environment));
}
