import type { RawInputs } from "../../../provider/resources/resource";
import { inquiry } from "../inquiry";
import { variableName } from "../names";
import { problemOf } from "../problem";
import { ProviderRuns } from "../provider";
import { assume, type Seen } from "../rows";
import { disable, look, type Scene, shownAs } from "../scene";
import { describeSight, type Sight } from "../sight";

export const rotation = inquiry({
  doing: "a rotation by the provider itself: two certificates, one after the other, and all away again",
  questions: {
    succeeds: assume("whether the provider's rotation succeeds", "yes"),
    replaced: assume("whether the replaced certificate is deleted by the rotation", "yes", [
      "no: it is left",
    ]),
    proven: assume("whether callers get the new certificate after it", "yes"),
    destroyed: assume("whether the provider takes everything away again", "yes"),
  },
  async ask(scene) {
    const { options, scope, target, signal } = scene;
    await disableOwn(scene);
    const program = {
      branch: target.branch,
      environmentType: target.environmentType,
      verify: verificationFor(scene),
      timeoutSeconds: options.timeoutMs / 1000,
    };
    const runs = new ProviderRuns({ ...options.config, ...scope }, program, signal);
    scene.said = runs.said;
    const startedAt = performance.now();
    try {
      const rotated = await rotate(scene, runs);
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      const verified = program.verify === undefined ? "without `verify`" : "with `verify`";
      const succeeds: Seen = { value: "yes", note: `two runs in ${seconds} s, ${verified}` };
      return { succeeds, ...rotated, destroyed: await destroy(runs, signal) };
    } catch (error) {
      signal?.throwIfAborted();
      return { succeeds: { value: "no", note: problemOf(error) }, destroyed: await destroy(runs, signal) };
    }
  },
});

async function rotate(scene: Scene, runs: ProviderRuns) {
  const { client, scope } = scene;
  const first = await runs.up(await scene.issue("first"));
  const next = await scene.issue("second");
  const name = await runs.up(next);
  scene.known.push({ role: "second generation", name, certificate: shownAs(next) });
  const isLeft = (await client.listCertificates(scope)).some(certificate => certificate.name === first);
  const replaced: Seen = { value: isLeft ? "no: it is left" : "yes" };
  return { replaced, proven: provenBy(scene, await look(scene)) };
}

function provenBy({ options, kept }: Scene, sight: Sight | undefined): Seen {
  if (options.path === undefined || sight === undefined) return { notSeen: "give --path" };
  if (kept?.shown === undefined)
    return { notSeen: "the backend does not tell which certificate it is shown" };
  const isProven = sight.shown?.role === "second generation";
  return { value: isProven ? "yes" : "no", note: describeSight(sight) };
}

/** The route's answer, where it tells which certificate the backend was shown. */
function verificationFor({ options, kept }: Scene): RawInputs | undefined {
  const { path } = options;
  if (path === undefined || kept?.shown === undefined) return undefined;
  const { header, fact } = kept.shown;
  const text = `\${${fact}:${variableName}}`;
  const expect = header === undefined ? { body: text } : { headers: { [header]: text } };
  return { path, status: kept.status, expect, timeout: verifySeconds };
}

const verifySeconds = 30;

async function destroy(runs: ProviderRuns, signal: AbortSignal | undefined): Promise<Seen> {
  try {
    await runs.destroy();
    return { value: "yes" };
  } catch (error) {
    signal?.throwIfAborted();
    return { value: "no", note: problemOf(error) };
  }
}

/** The variable still names one of them, which the provider's first build lets go. */
async function disableOwn(scene: Scene): Promise<void> {
  const { client, scope, target } = scene;
  const listed = await client.listCertificates(scope);
  for (const own of scene.own.values()) {
    const found = listed.find(({ id }) => id === own.id);
    if (found?.environments[target.environmentType] === true) await disable(scene, own);
  }
}
