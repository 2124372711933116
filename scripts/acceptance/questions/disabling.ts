import { setTimeout as sleep } from "node:timers/promises";
import { inquiry } from "../inquiry";
import { assume } from "../rows";
import { blindness, disable, enable, look, ownOf, type Scene } from "../scene";
import { describeSight, isSameSight, type Sight } from "../sight";

export const disabling = inquiry({
  doing: "disabling a certificate that is in service",
  questions: {
    change: assume("whether a disable changes what callers get before the redeploy", "no"),
  },
  async ask(scene) {
    const blind = blindness(scene);
    const { kept } = scene;
    if (blind !== undefined || kept === undefined) return { change: { notSeen: blind ?? "give --path" } };
    const own = ownOf(scene, "kept");
    await disable(scene, own);
    const other = await otherSight(scene, kept);
    await enable(scene, own);
    const seen = describeSight(kept);
    if (other === undefined) return { change: { value: "no", note: seen } };
    return { change: { value: "yes", note: `${seen}, then ${describeSight(other)}` } };
  },
});

/** The first look that differs, if there is one. */
async function otherSight(scene: Scene, kept: Sight): Promise<Sight | undefined> {
  const until = performance.now() + scene.pace.disableMs;
  while (performance.now() < until) {
    const sight = await look(scene);
    if (sight !== undefined && !isSameSight(sight, kept)) return sight;
    await sleep(scene.pace.lookMs, undefined, scene.signal === undefined ? {} : { signal: scene.signal });
  }
  return undefined;
}
