import { run } from "../../cli/program";
import { type Output, openTerminal } from "../../cli/terminal";

/** What a command printed, and how it ended. */
export interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process. `tty`: as on a terminal, with colours or without (NO_COLOR). */
export async function cli(
  args: readonly string[],
  options: { env?: Record<string, string>; tty?: "colours" | "plain" } = {},
): Promise<Printed> {
  const { env = {}, tty } = options;
  const printed = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr"): Output => ({
    write: text => {
      printed[name] += text;
    },
    ...(tty === undefined ? {} : { isTTY: true, hasColors: () => tty === "colours" }),
  });
  const code = await run(args, openTerminal(output("stdout"), output("stderr")), key => env[key]);
  return { code, ...printed };
}
