import { isSea } from "node:sea";
import { shellWord } from "../provider/text/shellWord";
import { version } from "../provider/version";
import type { Language } from "./init";
import { architectures, systems } from "./machine";

/** How this program came to a machine, which decides what else has to be typed there. */
export interface Distribution {
  /** Whether projects depend on the package of npm. */
  hasPackage: boolean;
  /** What installs what a project needs of this provider. */
  install: string[];
  /** How a shell calls this command. */
  command: string;
  /** What Pulumi generates an SDK from. */
  plugin: string;
}

const npm: Distribution = {
  hasPackage: true,
  install: ["npm install"],
  command: "npx pulumi-zuplo",
  plugin: "./node_modules/pulumi-zuplo/bin/pulumi-resource-zuplo",
};

/** The single executable of a release, for the machine on which it runs. */
export function executable({ argv0, execPath, platform, arch }: NodeJS.Process = process): Distribution {
  const machine = `${systems[platform] ?? platform}-${architectures[arch] ?? arch}`;
  return {
    hasPackage: false,
    install: [
      `pulumi plugin install resource zuplo ${version} --file pulumi-resource-zuplo-v${version}-${machine}.tar.gz   # of the same release`,
    ],
    // Found on PATH, or by where it is: what follows changes the folder.
    command: shellWord(/[\\/]/.test(argv0) ? execPath : argv0),
    plugin: "zuplo",
  };
}

/** What a project in a language begins with: a program for Node comes with npm in any case. */
export function distributionFor(language: Language): Distribution {
  if (!isSea() || language === "typescript") return npm;
  // Terraform finds the provider in a mirror, which the command makes.
  return language === "terraform" ? { ...executable(), install: [] } : executable();
}
