import assert from "node:assert/strict";
import { type Happening, nameOf, type Outcome, type Player, playOne } from "./script";

/** Lets the same happen elsewhere: the same has to come of it. */
export async function compare(player: Player, expected: Outcome): Promise<void> {
  const { said, run, ended, text } = await played(player, expected);
  assert.equal(said, expected.said);
  if (expected.run === undefined) return;
  const wanted = expected.run;
  assert.ok(run);
  const differs = (what: string) =>
    `${expected.said}: ${what} (actual: the real engine, which said:)\n${text}`;
  const isByTurns = text.includes("ZUPLO1417");
  const [written, expectedWrites] = isByTurns
    ? [once(run.writes), once(wanted.writes)]
    : [run.writes, wanted.writes];
  equal(written, expectedWrites, differs("other writes"));
  equal(ended, wanted.ended.succeeded ? "succeeded" : "failed", differs("another end"));
  equal(run.found, wanted.found, differs("Zuplo is left otherwise"));
  const untold = wanted.ended.succeeded ? [] : wanted.ended.codes.filter(code => !text.includes(code));
  equal(untold, [], differs("it failed with another message"));
}

async function played(player: Player, { happening, certificates, run: expected }: Outcome) {
  // A preview takes as long as the run itself: it is only waited for where it may be what refuses the run.
  const isRefused = expected?.ended.succeeded === false && Object.keys(expected.writes).length === 0;
  const own = isRefused ? happening : withoutPreview(happening);
  const { said, run } = await playOne(player, translated(player, own, certificates));
  return { said, run, ended: run?.ended.succeeded ? "succeeded" : "failed", text: run?.ended.text ?? "" };
}

function withoutPreview(happening: Happening): Happening {
  if (happening.do !== "run") return happening;
  return { ...happening, settings: { ...happening.settings, skipPreview: true } };
}

/** Certificates are chosen by their places, and those that are uploaded side by side may come in another order. */
function translated({ world }: Player, happening: Happening, certificates: readonly string[]): Happening {
  if (happening.do !== "outside" || !("certificate" in happening.outside)) return happening;
  const name = certificates.at(happening.outside.certificate % Math.max(certificates.length, 1));
  if (name === undefined) return happening;
  const certificate = world.state.certificates.map(nameOf).indexOf(name);
  assert.ok(certificate >= 0, `the real engine's world has no certificate ${name}`);
  return { ...happening, outside: { ...happening.outside, certificate } };
}

/** With few places, whose turn comes when decides how often a deployment is redeployed, as the run says: in a row they count as one. */
function once(writes: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  const isAgain = (all: readonly string[], index: number) =>
    all[index] === "deployment.deploy" && all[index - 1] === "deployment.deploy";
  return Object.fromEntries(
    Object.entries(writes).map(([place, all]) => [place, all.filter((_, index) => !isAgain(all, index))]),
  );
}

/** With the difference, and what it means. */
function equal(actual: unknown, expected: unknown, message: string): void {
  try {
    assert.deepEqual(actual, expected);
  } catch (error) {
    throw new Error(`${message}\n${error instanceof Error ? error.message : String(error)}`);
  }
}
