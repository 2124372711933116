import type { ApiCall, Emulator, Fault } from "../../emulator";
import type { Mishap, Stage } from "./cell";

const page = { body: "<html><h1>Bad gateway</h1></html>", headers: { "content-type": "text/html" } };
/** How long a certificate counts as referenced after its last reference is gone, in milliseconds. */
const referenceLagMs = 1500;
const pollMs = 2;
/** How long an answer waits for the engine to be killed, in milliseconds. */
const answerMs = 100;
/** By then a call has been handled, in milliseconds. */
const handledMs = 5000;

const any = () => true;
export const isWrite: Mishap["fits"] = ({ method }) => method !== "GET";
const isRedeploy: Mishap["fits"] = ({ kind }) => kind === "deployment.deploy";
const isList: Mishap["fits"] = ({ kind }) => kind.endsWith(".list");

/** The call itself goes wrong. */
const ofTheCall: Mishap[] = [
  spoiled("429", any, { status: 429 }),
  spoiled("429 Retry-After", any, { status: 429, headers: { "retry-after": "1" } }),
  spoiled("500", any, { status: 500 }),
  spoiled("500 applied", isWrite, { status: 500, when: "after" }),
  spoiled("502 page", any, { status: 502, ...page }),
  spoiled("503", any, { status: 503 }),
  spoiled("reset", any, { destroy: "before" }),
  spoiled("reset applied", isWrite, { destroy: "after" }),
  spoiled("hang", any, { delayMs: Number.POSITIVE_INFINITY }),
  spoiled("slow", any, { delayMs: 700 }),
  spoiled("truncated", any, { status: 200, body: '{"data": [{"id":', when: "after" }),
  spoiled("not JSON", any, { status: 200, body: "OK", when: "after" }),
  spoiled("proxy page", any, { status: 200, ...page }),
  spoiled("wrong type", any, { headers: { "content-type": "text/html" } }),
];

/** What Zuplo does with a redeploy, or around it. */
const ofTheRedeploy: Mishap[] = [
  aside("never ends", isRedeploy, (emulator, branch) => emulator.hangNextBuild(branch)),
  aside("ends as ERROR", isRedeploy, (emulator, branch) => emulator.failNextBuild(branch)),
  aside("same build", isRedeploy, (emulator, branch) => emulator.keepNextBuild(branch)),
  aside("in use for a while", isRedeploy, emulator => emulator.breakReferencesFor(referenceLagMs)),
  aside("lists page", isList, emulator => emulator.limitPagesTo(1)),
  // Somebody else's git push, to every branch.
  aside("foreign deploys", isWrite, emulator => {
    for (const { branch } of emulator.deployments()) emulator.push(branch).catch(() => undefined);
  }),
];

/** What happens to the run. */
const ofTheRun: Mishap[] = [
  ...killed("killed", "everything", ({ stack }) => stack.project.kill()),
  ...killed("host killed", "hosts", ({ stack }) => stack.project.killHosts()),
  ...engineKilled(),
  {
    name: "Ctrl-C",
    fits: any,
    strike({ stack }) {
      stack.project.interrupt();
      return undefined;
    },
  },
];

export const mishaps: readonly Mishap[] = [...ofTheCall, ...ofTheRedeploy, ...ofTheRun];

/** One of each sort: a retry is a retry, whatever the call. */
const ofEachSort = [
  ...["503", "reset", "reset applied", "hang", "proxy page", "lists page"],
  ...["ends as ERROR", "never ends", "in use for a while", "foreign deploys"],
];

/** Those that a `destroy` meets. */
export const mishapsOfDestroy = mishaps.filter(
  mishap => ofTheRun.includes(mishap) || ofEachSort.includes(mishap.name),
);

/** Those that end a process, or take its terminal away. */
export const mishapsOfTheRun: readonly Mishap[] = ofTheRun;

/** The caller dies with the call, or with its answer. */
function killed(name: string, kills: Mishap["kills"], kill: (stage: Stage) => void): Mishap[] {
  return [
    {
      name: `${name} before`,
      fits: any,
      kills,
      strike(stage) {
        kill(stage);
        return { destroy: "before" };
      },
    },
    {
      name: `${name} after`,
      fits: isWrite,
      kills,
      strike(stage, call) {
        onceApplied(call, () => kill(stage));
        return { destroy: "after" };
      },
    },
  ];
}

/** The caller lives on, so the call itself goes well: its engine is gone before the call is handled, or its answer. */
function engineKilled(): Mishap[] {
  const kill = ({ stack, orphans }: Stage) => void orphans.push(...stack.project.killEngine());
  return [
    {
      name: "engine killed before",
      fits: any,
      kills: "engine",
      strike(stage) {
        kill(stage);
        return undefined;
      },
    },
    {
      name: "engine killed after",
      fits: isWrite,
      kills: "engine",
      strike(stage, call) {
        onceApplied(call, () => kill(stage));
        return { when: "after", delayMs: answerMs };
      },
    },
  ];
}

/** Does nothing where the call is refused. */
function onceApplied(call: Readonly<ApiCall>, act: () => void): void {
  const watch = setInterval(() => {
    if (!call.applied) return;
    clearInterval(watch);
    act();
  }, pollMs);
  setTimeout(() => clearInterval(watch), handledMs).unref();
}

function spoiled(name: string, fits: Mishap["fits"], fault: Fault): Mishap {
  return { name, fits, strike: () => fault };
}

/** Something happens at the moment of the call, which itself goes well. */
function aside(
  name: string,
  fits: Mishap["fits"],
  act: (emulator: Emulator, branch: string) => void,
): Mishap {
  return {
    name,
    fits,
    strike({ emulator }, { subject }) {
      const branch = emulator.deployments().find(deployment => deployment.name === subject)?.branch ?? "";
      act(emulator, branch);
      return undefined;
    },
  };
}
