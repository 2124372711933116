import type { Observation } from "../../../provider/rotation/observation";
import { inquiry } from "../inquiry";
import { type Rebuilt, rebuild } from "../rebuild";
import { assume, assumeAtMost, type Question, type Seen } from "../rows";
import { look, type Scene } from "../scene";

type Told = "buildId" | "timestamp" | "gitSha";

export const redeploy = inquiry({
  doing: "redeploying, and looking until all looks agree",
  questions: {
    buildId: assume("whether a redeploy moves the build's `buildId`", "yes", ["no", "not told"]),
    timestamp: assume("whether a redeploy moves the build's `timestamp`", "yes", ["no", "not told"]),
    gitSha: assume("whether a redeploy moves the build's `gitSha`", "no", ["not told"]),
    updatedOn: assume("whether a redeploy moves the deployment's `updatedOn`", "yes"),
    state: assume("whether the deployment's `state` says that it is built", "yes", ["no"]),
    // What it is depends on the settings of the run: see `edgeQuestion`.
    edge: assumeAtMost("how long fresh connections see different builds after a redeploy", 30, "settle"),
  },
  async ask(scene) {
    scene.before = await look(scene);
    const rebuilt = await rebuild(scene);
    scene.buildMs = rebuilt.tookMs;
    scene.kept = await look(scene);
    const { before, after, states } = rebuilt;
    const hasMoved = after.deployment?.updatedOn !== before.deployment?.updatedOn;
    return {
      buildId: moved(before, after, "buildId"),
      timestamp: moved(before, after, "timestamp"),
      gitSha: moved(before, after, "gitSha"),
      updatedOn: { value: hasMoved ? "yes" : "no" },
      state: { value: states.length > 1 ? "yes" : "no", note: states.join(", then ") },
      edge: edgeOf(rebuilt),
    };
  },
});

/** The provider keeps a certificate for `settle`: that must not be shorter. */
export function edgeQuestion({ options }: Pick<Scene, "options">): Question {
  return assumeAtMost(redeploy.questions.edge.text, options.config.settleMs / 1000, "settle");
}

function moved(before: Observation, after: Observation, what: Told): Seen {
  const old = before.looks.map(each => each[what]);
  const now = after.looks.at(-1)?.[what];
  if (now === undefined || old.every(each => each === undefined)) return { value: "not told" };
  return { value: old.includes(now) ? "no" : "yes" };
}

function edgeOf({ differedMs, looks, tookMs }: Rebuilt): Seen {
  if (differedMs === undefined) return { notSeen: "nothing tells one build from another" };
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  return {
    value: seconds(differedMs),
    note: `${looks} looks from here; the new build was first seen after ${seconds(tookMs)}`,
  };
}
