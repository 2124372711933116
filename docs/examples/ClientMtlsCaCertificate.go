package main

import (
	"os"

	"example.com/pulumi-zuplo/sdk/go/zuplo"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		certificate, err := os.ReadFile("partners-ca.pem")
		if err != nil {
			return err
		}
		partners, err := zuplo.NewClientMtlsCaCertificate(ctx, "partners", &zuplo.ClientMtlsCaCertificateArgs{
			Certificate: pulumi.String(string(certificate)),
		})
		if err != nil {
			return err
		}
		ctx.Export("partnersValidTo", partners.ValidTo)
		return nil
	})
}
