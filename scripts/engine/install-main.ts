import { PulumiCommand } from "@pulumi/pulumi/automation";
import { SemVer } from "semver";

/** `install-main.ts ROOT VERSION`: the official installation of one version into a folder. */
async function main(root: string, version: string): Promise<void> {
  await PulumiCommand.install({ root, version: new SemVer(version) });
}

const [root = "", version = ""] = process.argv.slice(2);
main(root, version).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
