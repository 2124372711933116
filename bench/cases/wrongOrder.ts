/** The same rotation by hand in a wrong order: the old certificate is disabled and deployed before the variable. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoadResult } from "../../emulator/load";
import { openZuploCli } from "../../tests/emulator/zuplo-cli";
import type { BenchCase } from "../bench";
import { EmulatorProcess } from "../emulator";
import { GatewayScene } from "../gatewayScene";
import { LoadProcess } from "../load";
import { Procedure } from "../peers/procedure";
import { branchesOf, redeployMs } from "../rotations";
import { summarise } from "../statistics";

const ratePerSecond = 100;
const maxSeconds = 120;

export const wrongOrder: BenchCase = {
  name: "wrong-order",
  async run({ say }) {
    say("rotating by hand in a wrong order");
    const theirs = await byHand();
    say("rotating with Pulumi");
    const scene = await GatewayScene.open(1, ratePerSecond);
    const ours = await scene.rotate().finally(() => scene.close());
    return [
      {
        what: "failed requests, E = 1, native",
        against: `by hand in a wrong order: of ${theirs.requests}`,
        unit: "requests",
        ours: summarise([ours.failed]),
        theirs: summarise([theirs.failed]),
        result: summarise([ours.failed]),
        resultUnit: "requests",
        headline: "Failed requests, beside a rotation by hand in a wrong order",
        target: { kind: "equal", value: 0 },
      },
    ];
  },
};

async function byHand(): Promise<LoadResult> {
  const cli = await openZuploCli();
  const emulator = await EmulatorProcess.start({ branches: branchesOf(1), deployMs: redeployMs });
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
    await procedure.rotate({ old: "backend_1", next: "backend_2" }, paths, { wrongOrder: true });
    return await load.stop();
  } finally {
    await rm(folder, { recursive: true, force: true });
    await emulator.stop();
    await cli.dispose();
  }
}
