package main

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
		warehouse, err := zuplo.NewMtlsCertificate(ctx, "warehouse", &zuplo.MtlsCertificateArgs{
			Certificate:      pulumi.String(string(certificate)),
			PrivateKeySource: &zuplo.PrivateKeySourceArgs{File: pulumi.String("client-key.pem")},
			Environments:     pulumi.StringArray{pulumi.String("preview"), pulumi.String("production")},
		})
		if err != nil {
			return err
		}
		ctx.Export("warehouseCertificate", warehouse.Name)
		return nil
	})
}
