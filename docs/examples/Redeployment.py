from pathlib import Path

import pulumi
import pulumi_zuplo as zuplo

certificate = zuplo.MtlsCertificate(
    "orders",
    certificate=Path("client.pem").read_text(),
    private_key_source={"file": "client-key.pem"},
    environments=["production"],
)

variable = zuplo.EnvironmentVariable(
    "orders-certificate",
    branch="main",
    name="BACKEND_MTLS_CERT",
    value=certificate.name,
)

production = zuplo.Redeployment(
    "production",
    branch="main",
    certificates=[certificate.name],
    variables=[{"branch": variable.branch, "name": variable.name, "value": variable.value}],
    verify={"path": "/health"},
)

pulumi.export("productionUrl", production.url)
