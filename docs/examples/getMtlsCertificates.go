package main

import (
	"example.com/pulumi-zuplo/sdk/go/zuplo"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		expiring := zuplo.GetMtlsCertificatesOutput(ctx, zuplo.GetMtlsCertificatesOutputArgs{
			ExpiresWithin: pulumi.String("30d"),
		})
		ctx.Export("expiringSoon", expiring.Certificates())
		return nil
	})
}
