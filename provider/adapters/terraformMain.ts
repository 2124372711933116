#!/usr/bin/env node
import "./smallHeap";
import { coded } from "../text/codes";
import { endWithEngine } from "./engineWatch";
import { readHandshake } from "./terraform/handshake";
import { listen } from "./terraform/server";

/** The process of the Terraform plugin: prints the line by which the engine finds it, and ends with the engine. */
async function main(): Promise<void> {
  const handshake = readHandshake(process.env);
  if (typeof handshake === "string") {
    process.stderr.write(handshake);
    process.exitCode = 1;
    return;
  }
  // Ctrl-C reaches the whole group. The engine then says itself what is to end: see StopProvider.
  process.on("SIGINT", () => undefined);
  const parent = process.ppid;
  const isAlive = async () => process.ppid === parent;
  const load = () => {
    const { provider } = require("./terraform/provider") as typeof import("./terraform/provider");
    return provider({ isAlive });
  };
  const { line, stop } = await listen(handshake, load, () => process.exit(0));
  process.on("exit", stop);
  process.on("SIGTERM", () => process.exit(0));
  process.stdout.write(line);
  endWithEngine({ isAlive });
}

main().catch((error: unknown) => {
  const text = `terraform-provider-zuplo: ${error instanceof Error ? error.message : String(error)}`;
  process.stderr.write(`${coded("ZUPLO1901", text)}\n`);
  process.exitCode = 1;
});
