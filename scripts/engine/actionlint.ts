import type { World } from "./find";
import { findInstallable } from "./goInstall";

/** The directory to put on PATH for actionlint, which knows what a workflow of GitHub may say. */
export function findActionlint(world: World): Promise<string> {
  const module = "github.com/rhysd/actionlint";
  return findInstallable({ file: "actionlint", module, version: "1.7.12", path: "cmd/actionlint" }, world);
}
