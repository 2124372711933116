import pulumi
import pulumi_zuplo as zuplo

partners = zuplo.get_client_mtls_ca_certificate_output(name="partners")

pulumi.export("partnersSince", partners.created_on)
