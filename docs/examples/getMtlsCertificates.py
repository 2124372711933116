import pulumi
import pulumi_zuplo as zuplo

expiring = zuplo.get_mtls_certificates_output(expires_within="30d")

pulumi.export("expiringSoon", expiring.certificates.apply(lambda all: [each.name for each in all]))
