import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/**
 * Mocha's usual report, and the totals as `PASSED FAILED` in the file that MOCHA_TOTALS names. The file is
 * written only at the end of a whole run: a run that died before leaves none.
 */
class TotalsReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env.MOCHA_TOTALS;
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      if (file !== undefined) writeFileSync(file, `${this.stats.passes} ${this.stats.failures}\n`);
    });
  }
}

export = TotalsReporter;
