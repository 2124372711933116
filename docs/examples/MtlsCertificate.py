from pathlib import Path

import pulumi
import pulumi_zuplo as zuplo

warehouse = zuplo.MtlsCertificate(
    "warehouse",
    certificate=Path("client.pem").read_text(),
    private_key_source={"file": "client-key.pem"},
    environments=["preview", "production"],
)

pulumi.export("warehouseCertificate", warehouse.name)
