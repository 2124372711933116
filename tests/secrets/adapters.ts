import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Emulator } from "../../emulator";
import { plugins, usePlugin } from "../support/plugin";
import { TestProject } from "../support/project";
import type { Secrets } from "./search";

/** A program with a certificate, a secret variable and a redeployment, and where its secrets come from. */
export interface Adapter {
  name: string;
  /** What the user wrote, secrets among it. */
  written: readonly string[];
  create(emulator: Emulator, env: Record<string, string>): Promise<TestProject>;
  /** `inProgram`: the private key is an argument; else the program names the file in which it lies. */
  write(project: TestProject, secrets: Secrets, inProgram: boolean): Promise<void>;
}

const keyFile = "client.key";

/** The certificate is for another type than the deployment's: what is replaced is never bound. */
function resourcesOf(certificate: unknown, key: Record<string, unknown>, value: unknown) {
  return {
    backend: { type: "MtlsCertificate", args: { certificate, environments: ["preview"], ...key } },
    token: { type: "EnvironmentVariable", args: { branch: "main", name: "TOKEN", value, isSecret: true } },
    main: {
      type: "Redeployment",
      args: { branch: "main", certificates: [], variables: [], triggers: certificate },
    },
  };
}

async function writeNode(
  project: TestProject,
  { issued, value }: Secrets,
  inProgram: boolean,
): Promise<void> {
  const { chain, privateKey } = issued;
  await writeFile(join(project.folder, keyFile), privateKey, { mode: 0o600 });
  const key = inProgram ? { privateKey } : { privateKeySource: { file: keyFile } };
  const resources = Object.entries(resourcesOf(chain, key, value)).map(([name, resource]) => ({
    name,
    ...resource,
  }));
  await project.write({ resources });
}

export const dynamicAdapter: Adapter = {
  name: "the dynamic adapter",
  written: ["inputs.json", keyFile],
  create: (emulator, env) => TestProject.create(emulator, "any.js", { env }),
  write: writeNode,
};

export const nativeAdapter: Adapter = {
  name: "the native plugin",
  written: ["inputs.json", keyFile],
  async create(emulator, env) {
    const project = await TestProject.create(emulator, "anyNative.js", { env });
    await usePlugin(project);
    return project;
  },
  write: writeNode,
};

/** At verbosity 9, Pulumi's YAML host writes every value of the program down itself, over several lines. */
export const yamlAdapter: Adapter = {
  name: "the native plugin in a YAML program",
  written: ["Pulumi.yaml", "inputs.json", keyFile, "value.txt"],
  create: (emulator, env) => TestProject.create(emulator, "any.js", { env }),
  async write(project, { issued, value }, inProgram) {
    const file = (name: string, text: string) => writeFile(join(project.folder, name), text, { mode: 0o600 });
    await file("client.pem", issued.chain);
    await file(keyFile, issued.privateKey);
    await file("value.txt", value);
    const read = (name: string) => ({ "fn::readFile": `./${name}` });
    const key = inProgram ? { privateKey: read(keyFile) } : { privateKeySource: { file: keyFile } };
    const resources = Object.fromEntries(
      Object.entries(resourcesOf(read("client.pem"), key, read("value.txt"))).map(
        ([name, { type, args }]) => [name, { type: `zuplo:${type}`, properties: args }],
      ),
    );
    await file("Pulumi.yaml", JSON.stringify({ name: "shop", runtime: "yaml", plugins, resources }));
  },
};
