import net from "node:net";
import type { Engine } from "../session";

/** How often it is looked whether the engine still lives, in milliseconds. */
const watchIntervalMs = 1000;
/** How long a live engine may need to take a connection, in milliseconds. */
const connectLimitMs = 2000;

/**
 * Tells whether the engine still listens where it said it would. Its process is asked, and not the parent's id: a shell
 * may stand between the two, and outlive it.
 */
export function watchEngine(address: string | undefined): Engine {
  return { isAlive: async () => address === undefined || (await isListening(address)) };
}

/**
 * An engine that was killed takes its provider with it: nobody may go on redeploying, or roll back, when the next run
 * has begun.
 */
export function endWithEngine(engine: Engine): void {
  const parent = process.ppid;
  // The engine reads both. Whoever writes when it is gone would be told of it by an error that the host reports there,
  // again and again, without a pause in which anything else could end it.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(1));
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
    void engine.isAlive().then(isAlive => {
      if (!isAlive) process.exit(1);
    });
  }, watchIntervalMs).unref();
}

function isListening(address: string): Promise<boolean> {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address) ?? [];
  return new Promise(settle => {
    const socket = net.connect({ host: host.replace(/^\[|\]$/g, ""), port: Number(port) });
    const end = (isAlive: boolean) => {
      socket.destroy();
      settle(isAlive);
    };
    socket.setTimeout(connectLimitMs, () => end(true));
    socket.once("connect", () => end(true));
    // Only a port where nobody listens proves that the engine is gone; a busy one may fail in other ways.
    socket.once("error", ({ code }: NodeJS.ErrnoException) => end(code !== "ECONNREFUSED"));
  });
}
