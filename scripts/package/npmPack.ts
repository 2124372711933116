import { z } from "zod";
import { run } from "../run";

const Packed = z.object({
  filename: z.string(),
  integrity: z.string(),
  unpackedSize: z.number(),
  files: z.array(z.object({ path: z.string(), size: z.number() })),
});

/** Packs one package, or loads one of npm's, and gives what npm tells of it. */
export async function npmPack(args: readonly string[], cwd: string): Promise<z.infer<typeof Packed>> {
  const answer: unknown = JSON.parse(await run("npm", ["pack", "--json", "--silent", ...args], cwd));
  // npm answers a list, newer ones a table by name.
  return Packed.parse(Object.values(answer as object)[0]);
}
