import type { ApiCall, Emulator, Fault } from "../../emulator";
import type { Mishap } from "./cell";

const page = { body: "<html><h1>Bad gateway</h1></html>", headers: { "content-type": "text/html" } };
/** How long a certificate counts as referenced after its last reference is gone, in milliseconds. */
const referenceLagMs = 1500;
const pollMs = 2;

const any = () => true;
const isWrite = ({ method }: ApiCall) => method !== "GET";
const isRedeploy = ({ kind }: ApiCall) => kind === "deployment.deploy";
const isList = ({ kind }: ApiCall) => kind.endsWith(".list");

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
  {
    name: "killed before",
    fits: any,
    kills: true,
    strike({ project }) {
      project.kill();
      return { destroy: "before" };
    },
  },
  {
    name: "killed after",
    fits: isWrite,
    kills: true,
    strike({ project }, call) {
      const watch = setInterval(() => {
        if (!call.applied) return;
        clearInterval(watch);
        project.kill();
      }, pollMs);
      return { destroy: "after" };
    },
  },
  {
    name: "Ctrl-C",
    fits: any,
    strike({ project }) {
      project.interrupt();
      return undefined;
    },
  },
];

export const mishaps: readonly Mishap[] = [...ofTheCall, ...ofTheRedeploy, ...ofTheRun];

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
