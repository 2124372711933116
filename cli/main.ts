import { coded } from "../provider/text/codes";
import { run } from "./program";
import { openTerminal } from "./terminal";

// Whoever has read enough (`| head -1`) closes the pipe. What there is to do is done to its end all the same.
for (const output of [process.stdout, process.stderr]) {
  output.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    const text = `The output cannot be written (${error.code ?? error.message}).`;
    if (output !== process.stderr) process.stderr.write(`error: ${coded("ZUPLO1503", text)}\n`);
    process.exit(1);
  });
}

/** The process of `pulumi-zuplo`. */
const terminal = openTerminal(process.stdout, process.stderr);
run(process.argv.slice(2), terminal, key => process.env[key]).then(
  code => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    terminal.error(...coded("ZUPLO1901", `pulumi-zuplo: ${text}`).split("\n"));
    process.exitCode = 1;
  },
);
