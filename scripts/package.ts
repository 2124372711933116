/** Makes what is published besides the npm package: an executable without Node for each platform, in its archives. */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { makePackages } from "./executable/makePackages";
import { targets } from "./executable/targets";

const names = targets.map(({ name }) => name);
const usage = `Makes the executables without Node, in the archives that Pulumi, Terraform and people install from.

Usage: npm run package -- [options]

  --out DIR      where to (default: packages/); what is there already is removed
  --target NAME  one platform of ${names.join(", ")} (repeatable; default: all)
  --help         this text

The same sources give the same bytes: their date is that of the last commit, or SOURCE_DATE_EPOCH.`;

const { values: options } = parseArgs({
  options: {
    out: { type: "string", default: join(__dirname, "../packages") },
    target: { type: "string", multiple: true, default: names },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  const unknown = options.target.find(name => !names.includes(name));
  if (unknown !== undefined) throw new Error(`There is no platform '${unknown}'.\n\n${usage}`);
  const wanted = targets.filter(({ name }) => options.target.includes(name));
  await makePackages(resolve(options.out), wanted, file => console.log(file));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
