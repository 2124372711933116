import { disturb, spoilBuild } from "./disturb";
import { type Answer, Cut, type Request } from "./fabric";
import { type Host, never, within } from "./host";
import { actionOf } from "./rules/action";
import type { Run } from "./run";
import type { World } from "./world";

const problem = (status: number): Answer => ({
  status,
  headers: { "content-type": "application/problem+json" },
  body: JSON.stringify({ status, title: "made up", detail: "a fault of the model" }),
});
/** How long a late answer takes, in milliseconds. */
const lateMs = 8000;

/** A host sends something. It takes a while to arrive. */
export async function receive(world: World, run: Run, host: Host, request: Request): Promise<Answer> {
  const { emulator } = world;
  await world.clock.sleep(2 + Math.floor(world.random() * world.latencyMs));
  if (!request.url.startsWith(`${emulator.apiUrl}/`)) {
    const { status, body } = emulator.answer(request.url);
    return { status, body, headers: { "content-type": "application/json" } };
  }
  const path = request.url.slice(emulator.apiUrl.length);
  const call = `${request.method} ${path}`;
  const isWrite = request.method !== "GET";
  run.calls += 1;
  if (isWrite) run.writes += 1;
  if (request.method === "DELETE") run.deletes += 1;
  if (/^POST .*\/deploy$/.test(call)) run.deploys += 1;
  if (!run.sentAt.has(call)) run.sentAt.set(call, world.clock.now());
  const tell = (what: string) =>
    world.say(host.name, `${request.method} ${shortened(path)}${bodyOf(request)} → ${what}`);

  const early = disturb(world, run, request.method, call, "before");
  if (!host.isAlive) {
    tell(early.strays === undefined ? "killed before" : `killed, arrives ${early.strays} s later`);
    if (early.strays !== undefined) stray(world, run, request, path, early.strays);
    return never();
  }
  switch (early.fault) {
    case "429":
    case "500":
      tell(early.fault);
      return problem(Number(early.fault));
    case "unsent":
      tell("cut before");
      throw new Cut();
    case "hang":
      tell("never answered");
      return never();
  }
  if (early.fate !== undefined) spoilBuild(world, call, early.fate);
  const answer = await apply(world, run, request, path, call);
  tell(`${answer.status}${early.fault === undefined ? "" : ` (${early.fault})`}`);
  const late = disturb(world, run, request.method, call, "after");
  if (!host.isAlive) return never();
  const fault = late.fault ?? early.fault;
  if (fault === "500 applied" || fault === "500") return problem(500);
  if (fault === "lost" || fault === "unsent") throw new Cut();
  if (fault === "hang") return never();
  if (fault === "late") await world.clock.sleep(lateMs);
  // The same call another time is another one, and no repetition.
  else run.sentAt.delete(call);
  return answer;
}

async function apply(
  world: World,
  run: Run,
  { method, headers, body }: Request,
  path: string,
  call: string,
  sentAt = world.clock.now(),
): Promise<Answer> {
  const action = actionOf({ method, path, body });
  const judge = world.judge.prepare(run, action, sentAt);
  const touched = world.state.certificates.find(({ id }) => "id" in action && id === action.id);
  // The emulator's builds outlive the host that asked for them.
  const answer = await within(undefined, () =>
    world.during(world.emulator.call({ method: method as "GET", path, headers, body })),
  );
  run.lastCall = call;
  judge(answer.status < 400, answer.body);
  if (action.kind === "certificate.delete" && touched !== undefined)
    world.judge.edgeLosses(run, world.emulator.edge.losses(), touched);
  return answer;
}

/** What was under way at a kill arrives when the next run has begun. */
function stray(world: World, run: Run, request: Request, path: string, seconds: number): void {
  world.straysUntil = Math.max(world.straysUntil, world.clock.now() + seconds * 1000);
  const sentAt = world.clock.now();
  within(undefined, () =>
    world.clock.after(seconds * 1000, () => {
      world.say(run.host.name, `(stray) ${request.method} ${shortened(path)}${bodyOf(request)}`);
      void apply(world, run, request, path, `${request.method} ${path}`, sentAt);
    }),
  );
}

function shortened(path: string): string {
  return path.replace(/^\/v1\/accounts\/[^/]+\/projects/, "…");
}

function bodyOf({ body }: Request): string {
  if (body === undefined || body === "") return "";
  const { certificate: _, key: __, ...rest } = JSON.parse(body) as Record<string, unknown>;
  return ` ${JSON.stringify(rest)}`;
}
