package main

import (
	"example.com/pulumi-zuplo/sdk/go/zuplo"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		found := zuplo.GetEnvironmentsOutput(ctx, zuplo.GetEnvironmentsOutputArgs{})
		ctx.Export("environments", found.Environments())
		return nil
	})
}
