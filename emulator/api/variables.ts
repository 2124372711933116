/** /v1/accounts/{account}/projects/{project}/branches/{branch}/variables: no GET, no DELETE, as at Zuplo. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Variable } from "../state/model";
import { isVariableName } from "./names";
import { notFound, Problem, parse } from "./problem";
import { requireProject, type World } from "./world";

const value = z.string().refine(text => Buffer.byteLength(text) <= 5 * 1024, "must have at most 5 kB");

const createSchema = z.strictObject({
  name: z
    .string()
    .refine(isVariableName, "must be in SCREAMING_SNAKE_CASE and not start with ZUPLO_, ZUDOKU_ or __ZUPLO"),
  isSecret: z.boolean(),
  value,
});

const updateSchema = z.strictObject({ value });

/** In place of a secret's value. */
export const MASK = "***";

interface BranchParams {
  account: string;
  project: string;
  branch: string;
}

export function variableRoutes(app: FastifyInstance, world: World): void {
  const path = "/v1/accounts/:account/projects/:project/branches/:branch/variables";

  const requireBranch = ({ account, project, branch }: BranchParams): void => {
    requireProject(world, account, project);
    const isKnown = world.state.branches.some(
      candidate => candidate.project === project && candidate.name === branch,
    );
    if (!isKnown) throw notFound(`branch '${branch}'`);
  };

  app.post<{ Params: BranchParams }>(
    path,
    { config: { kind: "variable.create" } },
    async (request, reply) => {
      requireBranch(request.params);
      const { project, branch } = request.params;
      const { name, isSecret, value } = parse(createSchema, request.body);
      if (findVariable(world, project, branch, name))
        throw new Problem(world.statuses?.duplicate ?? 400, "Variable name already exists");
      const now = world.now();
      const created = {
        project,
        branch,
        name,
        isSecret,
        value,
        history: [value],
        createdOn: now,
        updatedOn: now,
      };
      world.state.variables.push(created);
      reply.code(201);
      return variableView(created);
    },
  );

  app.patch<{ Params: BranchParams & { name: string } }>(
    `${path}/:name`,
    { config: { kind: "variable.update" } },
    async request => {
      requireBranch(request.params);
      const { project, branch, name } = request.params;
      const { value } = parse(updateSchema, request.body);
      const variable = findVariable(world, project, branch, name);
      if (!variable) throw notFound(`variable '${name}' of branch '${branch}'`);
      variable.value = value;
      if (!variable.history.includes(value)) variable.history.push(value);
      variable.updatedOn = world.now();
      return variableView(variable);
    },
  );
}

export function findVariable(
  world: World,
  project: string,
  branch: string,
  name: string,
): Variable | undefined {
  return world.state.variables.find(
    candidate => candidate.project === project && candidate.branch === branch && candidate.name === name,
  );
}

function variableView({ branch, name, isSecret, value, createdOn, updatedOn }: Variable) {
  return { branch, name, isSecret, value: isSecret ? MASK : value, createdOn, updatedOn };
}
