package main

import (
	"example.com/pulumi-zuplo/sdk/go/zuplo"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		if _, err := zuplo.NewEnvironmentVariable(ctx, "backend-url", &zuplo.EnvironmentVariableArgs{
			Branch: pulumi.String("main"),
			Name:   pulumi.String("BACKEND_URL"),
			Value:  pulumi.String("https://backend.example.com"),
		}); err != nil {
			return err
		}
		return nil
	})
}
