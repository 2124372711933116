package main

import (
	"example.com/pulumi-zuplo/sdk/go/zuplo"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		legacyPartners := zuplo.LookupClientMtlsCaCertificateOutput(ctx, zuplo.LookupClientMtlsCaCertificateOutputArgs{
			Name: pulumi.String("legacy_partners"),
		})
		ctx.Export("legacyPartnersSince", legacyPartners.CreatedOn())
		return nil
	})
}
