package main

import (
	"example.com/pulumi-zuplo/sdk/go/zuplo"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		known := zuplo.GetClientMtlsCaCertificatesOutput(ctx, zuplo.GetClientMtlsCaCertificatesOutputArgs{})
		ctx.Export("authorities", known.Certificates())
		return nil
	})
}
