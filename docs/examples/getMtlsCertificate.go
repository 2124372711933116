package main

import (
	"example.com/pulumi-zuplo/sdk/go/zuplo"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		legacy := zuplo.LookupMtlsCertificateOutput(ctx, zuplo.LookupMtlsCertificateOutputArgs{
			Name: pulumi.String("legacy_backend"),
		})
		ctx.Export("legacyValidTo", legacy.ValidTo())
		return nil
	})
}
