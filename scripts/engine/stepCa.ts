import type { World } from "./find";
import { findInstallable, type GoProgram } from "./goInstall";

const PROGRAMS: readonly GoProgram[] = [
  { file: "step", module: "github.com/smallstep/cli", version: "0.30.6", path: "cmd/step" },
  { file: "step-ca", module: "github.com/smallstep/certificates", version: "0.30.2", path: "cmd/step-ca" },
];

/** The directories to put on PATH for `step` and `step-ca`. */
export async function findStepCa(world: World): Promise<string[]> {
  const found: string[] = [];
  for (const program of PROGRAMS) found.push(await findInstallable(program, world));
  return found;
}
