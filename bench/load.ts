/** A load on the gateway from a process of its own. */
import { join } from "node:path";
import type { LoadOptions, LoadResult } from "../emulator/load";
import { Child } from "./child";

export class LoadProcess {
  private constructor(private readonly child: Child) {}

  static async start(options: LoadOptions): Promise<LoadProcess> {
    const load = new LoadProcess(Child.start(join(__dirname, "loadChild.ts")));
    await load.child.call("start", options);
    return load;
  }

  async stop(): Promise<LoadResult> {
    try {
      return await this.child.call<LoadResult>("stop");
    } finally {
      await this.child.stop();
    }
  }
}
