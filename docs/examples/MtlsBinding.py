from pathlib import Path

import pulumi
import pulumi_zuplo as zuplo

payments = zuplo.MtlsBinding(
    "payments",
    certificate=Path("client.pem").read_text(),
    private_key_source={"file": "client-key.pem"},
    variable="BACKEND_MTLS_CERT",
    stages=[
        {"branches": ["staging"], "verify": {"path": "/health"}},
        {"branches": ["main"], "verify": {"path": "/health"}},
    ],
)

pulumi.export("paymentsCertificate", payments.certificate_name)
