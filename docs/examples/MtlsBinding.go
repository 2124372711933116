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
		payments, err := zuplo.NewMtlsBinding(ctx, "payments", &zuplo.MtlsBindingArgs{
			Certificate:      pulumi.String(string(certificate)),
			PrivateKeySource: &zuplo.PrivateKeySourceArgs{File: pulumi.String("client-key.pem")},
			Variable:         pulumi.String("BACKEND_MTLS_CERT"),
			Stages: []zuplo.MtlsBindingStageInput{
				&zuplo.MtlsBindingStageArgs{
					Branches: []pulumi.StringInput{pulumi.String("staging")},
					Verify:   &zuplo.VerifyArgs{Path: pulumi.String("/health")},
				},
				&zuplo.MtlsBindingStageArgs{
					Branches: []pulumi.StringInput{pulumi.String("main")},
					Verify:   &zuplo.VerifyArgs{Path: pulumi.String("/health")},
				},
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("paymentsCertificate", payments.CertificateName)
		return nil
	})
}
