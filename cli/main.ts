import { run } from "./program";
import { openTerminal } from "./terminal";

/** The process of `pulumi-zuplo`. */
run(process.argv.slice(2), openTerminal(process.stdout, process.stderr), key => process.env[key]).then(
  code => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`pulumi-zuplo: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  },
);
