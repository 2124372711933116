import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import Mocha from "mocha";

const linesOfReason = 12;

/**
 * Mocha's usual report, and the totals as `PASSED FAILED` in the file that MOCHA_TOTALS names, added to those of the
 * runs before. The file is written only at the end of a whole run: a run that died before adds nothing. What failed is
 * added to the file that MOCHA_FAILURES names, so that it can be told once more at the end of many runs.
 */
class TotalsReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const { MOCHA_TOTALS: file, MOCHA_FAILURES: list } = process.env;
    runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, (test: Mocha.Test, error: Error) => {
      const reason = error.message.split("\n").slice(0, linesOfReason).join("\n    ");
      if (list !== undefined) appendFileSync(list, `- ${test.fullTitle()}\n    ${reason}\n`);
    });
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      if (file === undefined) return;
      const [passes, failures] = readTotals(file);
      writeFileSync(file, `${passes + this.stats.passes} ${failures + this.stats.failures}\n`);
    });
  }
}

function readTotals(file: string): [passes: number, failures: number] {
  if (!existsSync(file)) return [0, 0];
  const [passes = 0, failures = 0] = readFileSync(file, "utf8").trim().split(" ").map(Number);
  return [passes, failures];
}

export = TotalsReporter;
