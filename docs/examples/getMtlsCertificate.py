import pulumi
import pulumi_zuplo as zuplo

legacy = zuplo.get_mtls_certificate_output(name="legacy_backend")

pulumi.export("legacyValidTo", legacy.valid_to)
