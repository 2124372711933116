from pathlib import Path

import pulumi
import pulumi_zuplo as zuplo

partners = zuplo.ClientMtlsCaCertificate(
    "partners",
    certificate=Path("partners-ca.pem").read_text(),
)

pulumi.export("partnersValidTo", partners.valid_to)
