/** A run against a real Zuplo account: `npm run acceptance -- --help`. */
import { acceptance } from "./acceptance/run";

const stop = new AbortController();
/** A terminal and npm may both pass on the same Ctrl-C. */
const sameMs = 1000;

async function main(): Promise<void> {
  let stoppedAt = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) {
        if (performance.now() - stoppedAt > sameMs) process.exit(130);
        return;
      }
      stoppedAt = performance.now();
      process.stderr.write(
        "Stopping: what was made is taken away first. Once more leaves it to the next run.\n",
      );
      stop.abort();
    });
  }
  process.exitCode = await acceptance(process.argv.slice(2), {
    environment: name => process.env[name],
    out: text => void process.stdout.write(text),
    error: text => void process.stderr.write(`${text}\n`),
    signal: stop.signal,
  });
}

void main();
