// Pulumi's SDK for Go is fetched and compiled, and so is its language host.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Emulator, startEmulator } from "../../emulator";
import { directoryOnPath } from "../../scripts/engine/files";
import { findGoHost } from "../../scripts/engine/goHost";
import { worldOf } from "../../scripts/engine/world";
import { makePackages } from "../../scripts/executable/makePackages";
import { targets } from "../../scripts/executable/targets";
import { findGenerator } from "../../scripts/sdk/generator";
import { installPlugin, rotateAndDestroy } from "./installed";
import { pathWith } from "./machine";

const run = promisify(execFile);
const { version: engineVersion } = require("@pulumi/pulumi/package.json") as { version: string };
const branches = ["staging", "main"];

const program = `package main

import (
	"os"

	"example.com/pulumi-zuplo/sdk/go/zuplo"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		certificate, err := os.ReadFile("client.pem")
		if err != nil {
			return err
		}
		verify := &zuplo.VerifyArgs{Path: pulumi.String("/health")}
		_, err = zuplo.NewMtlsBinding(ctx, "backend", &zuplo.MtlsBindingArgs{
			Certificate:      pulumi.String(certificate),
			PrivateKeySource: &zuplo.PrivateKeySourceArgs{File: pulumi.String("client-key.pem")},
			Variable:         pulumi.String("BACKEND_MTLS_CERT"),
			Settle:           pulumi.Int(0),
			Stages: []zuplo.MtlsBindingStageInput{
				&zuplo.MtlsBindingStageArgs{Branches: []pulumi.StringInput{pulumi.String("staging")}, Verify: verify},
				&zuplo.MtlsBindingStageArgs{Branches: []pulumi.StringInput{pulumi.String("main")}, Verify: verify},
			},
		})
		return err
	})
}
`;

describe("a program in Go, on a machine without Node", function () {
  this.timeout(1_200_000);
  let folder: string;
  let emulator: Emulator;

  before(async function () {
    if (`${process.platform}-${process.arch}` !== "linux-x64") this.skip();
    if (directoryOnPath("go", process.env.PATH) === undefined) {
      if (process.env.CI !== undefined) assert.fail("Go is not on PATH.");
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-go-"));
    emulator = await startEmulator({ branches: branches.map(name => ({ name })), deployMs: 100 });
  });
  after(async () => {
    await emulator?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it("compiles against the SDK that the plugin's schema gives, and rotates", async () => {
    // given
    const world = worldOf(new AbortController().signal);
    const packages = join(folder, "packages");
    await makePackages(packages, targets.slice(0, 1));
    const host = await findGoHost(world);
    const PATH = `${pathWith(folder, "pulumi", "go")}:${host}`;
    const project = await installPlugin(emulator, packages, PATH);
    const { stdout: schema } = await project.succeed("package", "get-schema", "zuplo");
    const sdk = join(project.folder, "sdk/go");
    mkdirSync(sdk, { recursive: true });
    writeFileSync(join(folder, "schema.json"), schema);
    await run(await findGenerator(world), ["go", join(folder, "schema.json"), sdk]);
    const requires = `require github.com/pulumi/pulumi/sdk/v3 v${engineVersion}\n`;
    writeFileSync(
      join(project.folder, "go.mod"),
      `module example.com/pulumi-zuplo\n\ngo 1.25\n\n${requires}`,
    );
    writeFileSync(join(project.folder, "main.go"), program);
    await run("go", ["mod", "tidy"], { cwd: project.folder, env: { ...process.env, GOWORK: "off" } });
    // then
    await rotateAndDestroy(emulator, branches, project, () =>
      writeFileSync(join(project.folder, "Pulumi.yaml"), "name: shop\nruntime: go\n"),
    );
    await project.remove();
  });
});
