import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { titleOf } from "./cell";
import type { Played } from "./play";
import type { Scene } from "./scene";

const root = resolve(__dirname, "../..");

const outcome = z.object({ problems: z.array(z.string()), ms: z.number(), secondIn: z.number().optional() });
const progress = z.object({
  /** Of the provider's sources. */
  digest: z.string(),
  seconds: z.number(),
  done: z.record(z.string(), outcome),
});
type Content = z.output<typeof progress>;

/** What an earlier run of the matrix has played, with the same provider. */
export class Progress {
  private readonly content: Content;

  /** @param path undefined where nothing is kept */
  constructor(private readonly path: string | undefined) {
    const digest = digestOfProvider();
    this.content =
      path !== undefined && existsSync(path)
        ? progress.parse(JSON.parse(readFileSync(path, "utf8")))
        : { digest, seconds: 0, done: {} };
    if (this.content.digest !== digest)
      throw new Error(`${path} is of another state of the provider: begin anew, with another file.`);
  }

  /** How long the earlier runs took. */
  get seconds(): number {
    return this.content.seconds;
  }

  /** A cell as it was played, without what its runs printed. */
  of({ scene, cell }: { scene: Pick<Scene, "adapter">; cell: Played["cell"] }): Played | undefined {
    const known = this.content.done[keyOf(scene.adapter, cell)];
    if (known === undefined) return undefined;
    const { problems, ms, secondIn } = known;
    return {
      adapter: scene.adapter,
      cell,
      problems,
      ms,
      text: "",
      ...(secondIn === undefined ? {} : { secondIn }),
    };
  }

  /** @param seconds what all runs took so far */
  add({ adapter, cell, problems, ms, secondIn }: Played, seconds: number): void {
    this.content.done[keyOf(adapter, cell)] = {
      problems,
      ms,
      ...(secondIn === undefined ? {} : { secondIn }),
    };
    this.content.seconds = seconds;
    if (this.path !== undefined) writeFileSync(this.path, JSON.stringify(this.content));
  }
}

function keyOf(adapter: Played["adapter"], cell: Played["cell"]): string {
  return `${adapter} ${titleOf(cell)}`;
}

function digestOfProvider(): string {
  const hash = createHash("sha256");
  for (const folder of ["provider", "sdk"]) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    for (const file of files.filter(each => each.endsWith(".ts")).sort())
      hash.update(file).update(readFileSync(join(root, folder, file)));
  }
  return hash.digest("hex");
}
