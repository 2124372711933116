import pulumi
import pulumi_zuplo as zuplo

result = zuplo.get_client_mtls_ca_certificates_output()

pulumi.export("authorities", result.certificates.apply(lambda all: [each.name for each in all]))
