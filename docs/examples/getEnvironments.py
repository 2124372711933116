import pulumi
import pulumi_zuplo as zuplo

result = zuplo.get_environments_output()

pulumi.export("branches", result.environments.apply(lambda all: [each.branch for each in all]))
