import type { World } from "./find";
import { findInstallable, type GoProgram } from "./goInstall";

const PROGRAM: GoProgram = {
  file: "actionlint",
  module: "github.com/rhysd/actionlint",
  version: "1.7.12",
  path: "cmd/actionlint",
};

/** The directory to put on PATH for actionlint, which knows what a workflow of GitHub may say. */
export function findActionlint(world: World): Promise<string> {
  return findInstallable(PROGRAM, world);
}
