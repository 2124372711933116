import { type ExecFileOptions, execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * Runs a line as a reader's shell does. No file of the shell's own is read, which may change PATH, and with it what a
 * test has put in place of another program: bash takes the pipe that Node gives it for a network connection, and reads
 * ~/.bashrc then. With an input, the line reads that and no more.
 */
export async function shell(
  line: string,
  options: ExecFileOptions,
  input?: string,
): Promise<{ stdout: string; stderr: string }> {
  const env = { ...(options.env ?? process.env), BASH_ENV: "" };
  const running = promisify(execFile)("bash", ["--norc", "-c", line], {
    maxBuffer: 1e8,
    ...options,
    env,
    encoding: "utf8",
  });
  if (input !== undefined) running.child.stdin?.end(input);
  const { stdout, stderr } = await running;
  return { stdout, stderr };
}
