/** The same rotation by hand in a wrong order: the old certificate is disabled and deployed before the variable. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openZuploCli } from "../../tests/emulator/zuplo-cli";
import type { BenchCase } from "../bench";
import { EmulatorProcess } from "../emulator";
import { LoadProcess } from "../load";
import { Procedure } from "../peers/procedure";
import { redeployMs } from "../rotations";
import { summarise } from "../statistics";

const ratePerSecond = 100;
const maxSeconds = 120;

export const wrongOrder: BenchCase = {
  name: "wrong-order",
  async run({ say }) {
    say("rotating by hand in a wrong order");
    const cli = await openZuploCli();
    const emulator = await EmulatorProcess.start({ branches: [{ name: "main" }], deployMs: redeployMs });
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-bench-"));
    const paths = { certificate: join(folder, "client.pem"), key: join(folder, "client.key") };
    const put = async () => {
      const [issued] = await emulator.issue(1);
      await writeFile(paths.certificate, issued?.certificate ?? "");
      await writeFile(paths.key, issued?.privateKey ?? "", { mode: 0o600 });
    };
    try {
      const deployments = await emulator.deployments();
      const procedure = new Procedure(cli, emulator.target, deployments);
      await put();
      await procedure.install("backend_1", paths);
      await put();
      const urls = deployments.map(({ url }) => url);
      const load = await LoadProcess.start({ urls, ratePerSecond, maxSeconds });
      const names = { old: "backend_1", next: "backend_2" };
      await procedure.rotate(names, paths, { wrongOrder: true });
      const { failed, requests } = await load.stop();
      return [
        {
          what: "by hand in a wrong order, E = 1: failed requests",
          against: `of ${requests}; ours: 0, see the rotations above`,
          unit: "requests",
          ours: summarise([0]),
          theirs: summarise([failed]),
          result: summarise([failed]),
          resultUnit: "requests",
        },
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
      await emulator.stop();
      await cli.dispose();
    }
  },
};
