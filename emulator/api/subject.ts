/** What a call is about, for the trace. */
import { z } from "zod";
import { type ApiCall, withoutSecrets } from "../trace";
import { findVariable } from "./variables";
import type { World } from "./world";

const paramsSchema = z.object({
  project: z.string().optional(),
  branch: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
});
const bodySchema = z.object({ name: z.string().optional(), isSecret: z.boolean().optional() });

export function describeCall(
  world: World,
  params: unknown,
  body: unknown,
): Pick<ApiCall, "subject"> & { body?: unknown } {
  const { project = "", branch, id, name } = paramsSchema.safeParse(params).data ?? {};
  const sent = bodySchema.safeParse(body).data;
  const called = name ?? sent?.name ?? "";
  const content = body === undefined ? {} : { body: withoutSecrets(body, isPublic()) };

  function isPublic(): boolean {
    const existing = branch === undefined ? undefined : findVariable(world, project, branch, called);
    return sent?.isSecret === false || (sent?.isSecret === undefined && existing?.isSecret === false);
  }

  if (branch !== undefined) return { subject: `${branch}/${called}`, ...content };
  if (id === undefined) return { subject: called, ...content };
  const all = [...world.state.certificates, ...world.state.caCertificates];
  return { subject: all.find(candidate => candidate.id === id)?.name ?? id, ...content };
}
