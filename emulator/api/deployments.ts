/** Deployments, and the environments that they are the other face of. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Deployment } from "../state/model";
import { type Key, seesDeployment } from "./keys";
import { page } from "./page";
import { notFound, Problem, parse } from "./problem";
import { MASK } from "./variables";
import { requireDeployment, requireProject, type World } from "./world";

interface ProjectParams {
  account: string;
  project: string;
}
interface NameParams {
  name: string;
}

const environmentQuery = z.object({
  accountName: z.string().min(1),
  projectName: z.string().min(1),
});

export function deploymentRoutes(app: FastifyInstance, world: World): void {
  const projectPath = "/v1/accounts/:account/projects/:project";
  const view = (deployment: Deployment) => deploymentView(world, deployment);

  const remove = (deployment: Deployment) => {
    world.state.deployments.splice(world.state.deployments.indexOf(deployment), 1);
    world.remove(deployment);
  };

  app.get<{ Params: ProjectParams }>(
    `${projectPath}/deployments`,
    { config: { kind: "deployment.list" } },
    async request => {
      const { account, project } = request.params;
      requireProject(world, account, project);
      return page(request.query, deploymentsOf(world, project, request.key), view, world.pageLimit);
    },
  );

  app.delete<{ Params: ProjectParams & NameParams }>(
    `${projectPath}/deployments/:name`,
    { config: { kind: "deployment.delete" } },
    async (request, reply) => {
      const { account, project, name } = request.params;
      requireProject(world, account, project);
      const deployment = requireDeployment(world, name);
      if (deployment.project !== project) throw notFound(`deployment '${name}'`);
      remove(deployment);
      return reply.send();
    },
  );

  // The id is that of an upload of sources, which nothing here ever makes.
  app.get<{ Params: ProjectParams & { id: string } }>(
    `${projectPath}/deployment-status/:id`,
    { config: { kind: "deployment.status" } },
    async request => {
      const { account, project, id } = request.params;
      requireProject(world, account, project);
      throw notFound(`deployment status '${id}'`);
    },
  );

  app.get<{ Params: NameParams }>(
    "/v1/deployments/:name",
    { config: { kind: "deployment.get" } },
    async request => view(requireDeployment(world, request.params.name)),
  );

  app.delete<{ Params: NameParams }>(
    "/v1/deployments/:name",
    { config: { kind: "deployment.delete" } },
    async (request, reply) => {
      remove(requireDeployment(world, request.params.name));
      return reply.send();
    },
  );

  app.post<{ Params: NameParams }>(
    "/v1/deployments/:name/deploy",
    { config: { kind: "deployment.deploy" } },
    async request => {
      world.redeploy(requireDeployment(world, request.params.name));
      return { status: "request enqueued" };
    },
  );

  app.get("/v1/environments", { config: { kind: "environment.list" } }, async request => {
    const { accountName, projectName } = parse(environmentQuery, request.query);
    requireProject(world, accountName, projectName);
    const view = (deployment: Deployment) => ({
      name: deployment.name,
      createdOn: deployment.createdOn,
      accountName,
      projectName,
      branchName: deployment.branch,
      environmentType: deployment.environmentType,
    });
    const own = deploymentsOf(world, projectName, request.key).filter(deployment => !deployment.workingCopy);
    return page(request.query, own, view, world.pageLimit);
  });

  app.get<{ Params: NameParams }>(
    "/v1/environments/:name/local-configurations",
    { config: { kind: "environment.configurations" } },
    async request => {
      const deployment = requireDeployment(world, request.params.name);
      if (deployment.workingCopy) throw notFound(`environment '${deployment.name}'`);
      const { readingVariables } = world;
      if (typeof readingVariables === "number")
        throw new Problem(readingVariables, "The variables cannot be read with this API key");
      const isHidden = (isSecret: boolean) => isSecret || readingVariables === "masked";
      const deployed = deployment.snapshot.variables;
      const variables = world.state.variables
        .filter(({ project, branch }) => project === deployment.project && branch === deployment.branch)
        .filter(({ name }) => readingVariables !== "deployed" || Object.hasOwn(deployed, name))
        .map(variable => ({
          ...variable,
          value: readingVariables === "deployed" ? (deployed[variable.name] ?? "") : variable.value,
        }));
      return {
        accountName: world.state.account,
        projectName: deployment.project,
        environmentType: deployment.environmentType,
        systemConfigurations: {},
        ...Object.fromEntries(
          variables.map(({ name, value, isSecret }) => [name, isHidden(isSecret) ? MASK : value]),
        ),
      };
    },
  );
}

/** Those that the key sees. */
function deploymentsOf(world: World, project: string, key: Key | undefined): Deployment[] {
  return world.state.deployments.filter(
    candidate => candidate.project === project && seesDeployment(key, candidate),
  );
}

function deploymentView(world: World, deployment: Deployment) {
  const { name, project, branch, state, message, createdOn, updatedOn } = deployment;
  const { workingCopyType = "WORKING_COPY" } = world;
  const environmentType = deployment.environmentType.toUpperCase();
  return {
    name,
    url: world.deploymentUrl(deployment),
    label: deployment.label ?? branch,
    urlParameter: branch,
    createdOn,
    updatedOn,
    loggingId: `${world.state.account}::${project}::${branch}::${branch}::${name.slice(-7)}`,
    accountName: world.state.account,
    projectName: project,
    state,
    message,
    branchName: branch,
    environmentType: deployment.workingCopy ? workingCopyType : environmentType,
  };
}
