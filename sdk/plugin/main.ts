#!/usr/bin/env node
import "../../provider/adapters/smallHeap";
import { endWithEngine, watchEngine } from "../../provider/adapters/engineWatch";
import { startPlugin } from "../../provider/adapters/plugin";
import { coded } from "../../provider/text/codes";
import { components } from "./components";

/**
 * The plugin's process: prints the port on which it listens, which is how the engine finds it. The engine gives its own
 * address as the argument; without one, it attaches later (PULUMI_DEBUG_PROVIDERS=zuplo:PORT).
 */
async function main(): Promise<void> {
  const address = process.argv.slice(2).find(argument => /^[^-].*:\d+$/.test(argument));
  const { port } = await startPlugin(address, components);
  process.stdout.write(`${port}\n`);
  endWithEngine(watchEngine(address));
}

/**
 * What Pulumi's runtime leaves to itself while a component is made would end the process, and every other resource's
 * call with it. The call that it belongs to fails by itself.
 */
function outliveStrayRejections(): void {
  process.on("unhandledRejection", error => {
    // Loaded here: with it comes the provider, which the engine does not wait for.
    const { sentenceOf } =
      require("../../provider/adapters/sentence") as typeof import("../../provider/adapters/sentence");
    process.stderr.write(`pulumi-resource-zuplo: ${sentenceOf(error)}\n`);
  });
}

outliveStrayRejections();
main().catch((error: unknown) => {
  const text = `pulumi-resource-zuplo: ${error instanceof Error ? error.message : String(error)}`;
  process.stderr.write(`${coded("ZUPLO1901", text)}\n`);
  process.exitCode = 1;
});
