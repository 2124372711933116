import pulumi
import pulumi_zuplo as zuplo

result = zuplo.get_deployments_output()

pulumi.export("urls", result.deployments.apply(lambda all: [each.url for each in all]))
