package main

import (
	"os"

	"example.com/pulumi-zuplo/sdk/go/zuplo"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		text, err := os.ReadFile("client.pem")
		if err != nil {
			return err
		}
		certificate, err := zuplo.NewMtlsCertificate(ctx, "orders", &zuplo.MtlsCertificateArgs{
			Certificate:      pulumi.String(string(text)),
			PrivateKeySource: &zuplo.PrivateKeySourceArgs{File: pulumi.String("client-key.pem")},
			Environments:     pulumi.StringArray{pulumi.String("production")},
		})
		if err != nil {
			return err
		}
		variable, err := zuplo.NewEnvironmentVariable(ctx, "orders-certificate", &zuplo.EnvironmentVariableArgs{
			Branch: pulumi.String("main"),
			Name:   pulumi.String("BACKEND_MTLS_CERT"),
			Value:  certificate.Name,
		})
		if err != nil {
			return err
		}
		production, err := zuplo.NewRedeployment(ctx, "production", &zuplo.RedeploymentArgs{
			Branch:       pulumi.String("main"),
			Certificates: pulumi.StringArray{certificate.Name},
			Variables: zuplo.RedeploymentVariableArray{
				&zuplo.RedeploymentVariableArgs{
					Branch: variable.Branch,
					Name:   variable.Name,
					Value:  variable.Value,
				},
			},
			Verify: &zuplo.VerifyArgs{Path: pulumi.String("/health")},
		})
		if err != nil {
			return err
		}
		ctx.Export("productionUrl", production.Url)
		return nil
	})
}
