import { setTimeout as sleep } from "node:timers/promises";
import { inquiry } from "../inquiry";
import { prefix } from "../names";
import { rebuild } from "../rebuild";
import { assume, type Question, type Seen } from "../rows";
import {
  blindness,
  certificatesPath,
  disable,
  look,
  type Own,
  ownOf,
  type Scene,
  setVariable,
} from "../scene";
import { describeSight, isSameSight } from "../sight";

const moments = {
  request: "at the request",
  first: "in the first half of the build",
  end: "at the end of the build",
  /** Where the build was over before its second half was tried. */
  later: "after the request",
};

function assumeEnd(text: string): Question {
  const assumed = assume(text, moments.end, Object.values(moments));
  return { ...assumed, isAssumed: value => value === moments.end || value === moments.later };
}

/** Names that the variable gets while it is built; no certificate has them. */
const names = { first: `${prefix}set_at_once`, second: `${prefix}set_later` };

export const snapshot = inquiry({
  doing: "redeploying, with changes while it is built",
  questions: {
    certificates: assumeEnd("when a build takes on the certificates that are enabled"),
    variables: assumeEnd("when a build takes on the variables"),
  },
  async ask(scene) {
    const [early, late] = [ownOf(scene, "early"), ownOf(scene, "late")];
    scene.known.push({ role: "first", name: names.first }, { role: "second", name: names.second });
    let wasHalfway = false;
    await rebuild(scene, {
      async atOnce() {
        await Promise.all([disable(scene, early), setVariable(scene, names.first)]);
      },
      later: {
        afterMs: (scene.buildMs ?? 0) / 2,
        async act() {
          await Promise.all([disable(scene, late), setVariable(scene, names.second)]);
          wasHalfway = true;
        },
      },
    });
    return {
      variables: await variablesSeen(scene, wasHalfway),
      certificates: await certificatesSeen(scene, early, wasHalfway ? late : undefined),
    };
  },
});

async function variablesSeen(scene: Scene, wasHalfway: boolean): Promise<Seen> {
  const blind = blindness(scene);
  const sight = await look(scene);
  if (blind !== undefined || sight === undefined || scene.kept === undefined)
    return { notSeen: blind ?? "give --path" };
  if (isSameSight(sight, scene.kept)) return { value: moments.request };
  const note = describeSight(sight);
  if (sight.missing === "second") return { value: moments.end, note };
  if (sight.missing === "first" && wasHalfway) return { value: moments.first, note };
  return { value: moments.later, note };
}

/** A certificate whose delete is refused was taken on, although it has been disabled since. */
async function certificatesSeen(scene: Scene, early: Own, late: Own | undefined): Promise<Seen> {
  if (!scene.refusesHeldDelete) return { notSeen: "Zuplo deletes a certificate in use, too" };
  if (await isHeld(scene, early)) return { value: moments.request };
  if (late === undefined) return { value: moments.later };
  return { value: (await isHeld(scene, late)) ? moments.first : moments.end };
}

async function isHeld({ raw, scope, pace }: Scene, { id, role }: Own): Promise<boolean> {
  const until = performance.now() + pace.refusalMs;
  for (;;) {
    const { status } = await raw.call({
      method: "DELETE",
      path: `${certificatesPath(scope)}/${id}`,
      as: `…/mtls-certificates/{id} (disabled ${role})`,
      shown: () => undefined,
    });
    if (status < 300 || status === 404) return false;
    if (performance.now() >= until) return true;
    await sleep(pace.lookMs * 2);
  }
}
