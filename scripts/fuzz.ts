import { parseArgs } from "node:util";
import fc from "fast-check";
import { anyCase, openGround, play } from "../tests/hostile/fuzz/case";

const usage = `Commands of which one answer, of the API or of the gateway, is not what it should be.

Usage: npm run fuzz -- [options]

  --runs N   cases (default: 1000)
  --seed S   what they come from (default: one by the clock)
  --path N   plays only the case of this number
  --help     this text

It ends with 1 where a command did not end in time, showed a secret or what steers a terminal, failed without a
sentence, or wrote what it should not.`;

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    seed: { type: "string" },
    path: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  const runs = options.path === undefined ? Number(options.runs) : Number(options.path) + 1;
  const seed = Number(options.seed ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}, ${runs} cases`);
  const cases = fc.sample(anyCase, { seed, numRuns: runs });
  const ground = await openGround();
  const startedAt = Date.now();
  let wrong = 0;
  for (const [number, each] of cases.entries()) {
    if (options.path !== undefined && number !== Number(options.path)) continue;
    const found = await play(ground, each);
    if (found.length === 0) continue;
    wrong += 1;
    console.log(`\n--path ${number}: ${JSON.stringify(each).slice(0, 400)}`);
    for (const one of found) console.log(`  ${one}`);
  }
  const minutes = ((Date.now() - startedAt) / 60_000).toFixed(1);
  await ground.backend.stop();
  console.log(`\n${cases.length} cases in ${minutes} min; ${wrong} with something wrong`);
  process.exitCode = wrong === 0 ? 0 : 1;
}

void main();
