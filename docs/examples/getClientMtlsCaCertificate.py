import pulumi
import pulumi_zuplo as zuplo

legacy_partners = zuplo.get_client_mtls_ca_certificate_output(name="legacy_partners")

pulumi.export("legacyPartnersSince", legacy_partners.created_on)
