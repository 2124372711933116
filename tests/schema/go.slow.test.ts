// The Go SDK of Pulumi is fetched and compiled.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { directoryOnPath } from "../../scripts/engine/files";
import { runner } from "../../scripts/engine/run";
import { findGenerator } from "../../scripts/sdk/generator";
import { programs } from "../docs/programs";

const root = join(__dirname, "../..");
const run = promisify(execFile);
const { version } = JSON.parse(readFileSync(require.resolve("@pulumi/pulumi/package.json"), "utf8")) as {
  version: string;
};

/** Every resource, the component and a data source, as a program in Go writes them. */
const program = `package main

import (
	"example.com/pulumi-zuplo/sdk/go/zuplo"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		certificate, err := zuplo.NewMtlsCertificate(ctx, "certificate", &zuplo.MtlsCertificateArgs{
			Certificate:      pulumi.String("PEM"),
			PrivateKeySource: &zuplo.PrivateKeySourceArgs{File: pulumi.String("client-key.pem")},
			Environments:     pulumi.StringArray{pulumi.String("preview"), pulumi.String("production")},
			OnDelete:         pulumi.String("retain"),
		})
		if err != nil {
			return err
		}
		variable, err := zuplo.NewEnvironmentVariable(ctx, "variable", &zuplo.EnvironmentVariableArgs{
			Branch: pulumi.String("main"),
			Name:   pulumi.String("BACKEND_MTLS_CERT"),
			Value:  certificate.Name,
		})
		if err != nil {
			return err
		}
		if _, err := zuplo.NewRedeployment(ctx, "redeployment", &zuplo.RedeploymentArgs{
			Branch:       pulumi.String("main"),
			Certificates: pulumi.StringArray{certificate.Name},
			Variables: zuplo.RedeploymentVariableArray{&zuplo.RedeploymentVariableArgs{
				Branch: variable.Branch, Name: variable.Name, Value: variable.Value,
			}},
			Verify: &zuplo.VerifyArgs{Path: pulumi.String("/health")},
		}); err != nil {
			return err
		}
		if _, err := zuplo.NewClientMtlsCaCertificate(ctx, "authority", &zuplo.ClientMtlsCaCertificateArgs{
			Certificate: pulumi.String("PEM"),
		}); err != nil {
			return err
		}
		binding, err := zuplo.NewMtlsBinding(ctx, "binding", &zuplo.MtlsBindingArgs{
			Certificate:      pulumi.String("PEM"),
			PrivateKeySource: &zuplo.PrivateKeySourceArgs{Env: pulumi.String("KEY")},
			Variable:         pulumi.String("BACKEND_MTLS_CERT"),
			Stages: []zuplo.MtlsBindingStageInput{
				&zuplo.MtlsBindingStageArgs{Branches: []pulumi.StringInput{pulumi.String("staging")}},
				&zuplo.MtlsBindingStageArgs{
					Branches: []pulumi.StringInput{pulumi.String("main")},
					Verify:   &zuplo.VerifyArgs{Path: pulumi.String("/health")},
				},
			},
		})
		if err != nil {
			return err
		}
		found, err := zuplo.GetDeployments(ctx, &zuplo.GetDeploymentsArgs{})
		if err != nil {
			return err
		}
		ctx.Export("deployments", pulumi.Int(len(found.Deployments)))
		ctx.Export("certificate", binding.CertificateName)
		ctx.Export("validTo", binding.ValidTo)
		ctx.Export("urls", binding.Deployments.Index(pulumi.Int(0)).Url())
		return nil
	})
}
`;

describe("the Go SDK that Pulumi's generator makes", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-go-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("compiles, and so does every program of README and docs/ that uses it", async function () {
    this.timeout(1_200_000);
    if (directoryOnPath("go", process.env.PATH) === undefined) {
      if (process.env.CI !== undefined) assert.fail("Go is not on PATH.");
      this.skip();
    }
    // given
    const { signal } = new AbortController();
    const progress = { step: () => undefined, say: () => undefined, end: () => undefined };
    const generator = await findGenerator({ env: process.env, run: runner(signal), progress, signal });
    const sdk = join(folder, "sdk/go");
    mkdirSync(sdk, { recursive: true });
    await run(generator, ["go", join(root, "schema.json"), sdk]);
    const requires = `require github.com/pulumi/pulumi/sdk/v3 v${version}\n`;
    writeFileSync(join(folder, "go.mod"), `module example.com/pulumi-zuplo\n\ngo 1.25\n\n${requires}`);
    writeFileSync(join(folder, "main.go"), program);
    const shown = programs("go");
    assert.ok(shown.size > 10);
    for (const [name, text] of shown) {
      mkdirSync(join(folder, "shown", name), { recursive: true });
      writeFileSync(join(folder, "shown", name, "main.go"), text);
    }
    // when
    const go = (...args: string[]) =>
      run("go", args, { cwd: folder, env: { ...process.env, GOWORK: "off" } });
    await go("mod", "tidy");
    // then
    await go("build", "-o", join(folder, "program"), ".");
    await go("vet", ".", "./shown/...");
    const { stdout: misformatted } = await run("gofmt", ["-l", "shown"], { cwd: folder });
    assert.equal(misformatted, "");
  });
});
