/** Zuplo's documented rotation as a script that calls Zuplo's own CLI, unchanged, one step after the other. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { DeploymentSummary } from "../../emulator";
import type { ZuploCli } from "../../tests/emulator/zuplo-cli";
import type { Target } from "../emulator";

const redeployScript = join(__dirname, "redeploy.js");
const variable = "BACKEND_MTLS_CERT";

/** Paths. */
export interface PemFiles {
  certificate: string;
  key: string;
}

export class Procedure {
  constructor(
    private readonly cli: ZuploCli,
    private readonly target: Target,
    private readonly deployments: readonly DeploymentSummary[],
  ) {}

  /** What there is before any rotation. */
  async install(name: string, files: PemFiles): Promise<void> {
    await this.upload(name, files);
    for (const { branch } of this.deployments) {
      await this.zuplo("variable", "create", ...this.variable(branch, name), "--is-secret", "false");
    }
    await this.deploy();
  }

  /**
   * Upload under a new name, point the variables at it, disable the old one, deploy every environment, verify, delete
   * the old one. In the wrong order, it is disabled and deployed before the variables change.
   */
  async rotate(
    names: { old: string; next: string },
    files: PemFiles,
    { wrongOrder = false } = {},
  ): Promise<void> {
    await this.upload(names.next, files);
    const oldId = await this.idOf(names.old);
    if (!wrongOrder) await this.point(names.next);
    await this.zuplo("mtls-certificate", "disable", "--cert-id", oldId);
    await this.deploy();
    if (wrongOrder) {
      await this.point(names.next);
      await this.deploy();
    }
    await this.verify();
    await this.zuplo("mtls-certificate", "delete", "--cert-id", oldId);
  }

  private async upload(name: string, { certificate, key }: PemFiles): Promise<void> {
    const types = ["--environment-type", "preview", "--environment-type", "production"];
    const pem = ["--cert", certificate, "--key", key];
    await this.zuplo("mtls-certificate", "create", "--name", name, ...pem, ...types);
  }

  private async idOf(name: string): Promise<string> {
    const text = await this.zuplo("mtls-certificate", "list");
    const id = new RegExp(`ID: (\\S+)\\s+Name: ${name}\\s`).exec(text)?.[1];
    if (id === undefined) throw new Error(`the CLI does not list ${name}:\n${text}`);
    return id;
  }

  private async point(name: string): Promise<void> {
    for (const { branch } of this.deployments) {
      await this.zuplo("variable", "update", ...this.variable(branch, name));
    }
  }

  private variable(branch: string, value: string): string[] {
    return ["--branch", branch, "--name", variable, "--value", value];
  }

  private async deploy(): Promise<void> {
    const { apiUrl, apiKey } = this.target;
    const env = { ...process.env, ZUPLO_DEVELOPER_API_ENDPOINT: apiUrl, ZUPLO_API_KEY: apiKey };
    for (const { name, url } of this.deployments) {
      await promisify(execFile)(process.execPath, [redeployScript, name, url], { env });
    }
  }

  private async verify(): Promise<void> {
    for (const { branch, url } of this.deployments) {
      const { status } = await fetch(`${url}/health`, { headers: { connection: "close" } });
      if (status !== 200) throw new Error(`${branch} answers ${status} with the new certificate`);
    }
  }

  private async zuplo(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.cli.run(this.target, args);
    if (code !== 0) throw new Error(`zuplo ${args.join(" ")} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  }
}
