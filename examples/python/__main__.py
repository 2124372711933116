"""A client certificate in two environments: staging first, then production."""

from pathlib import Path

import pulumi
import pulumi_zuplo as zuplo

certs = Path(pulumi.Config().require("certs"))

binding = zuplo.MtlsBinding(
    "backend",
    certificate=(certs / "client.pem").read_text(),
    # The key is read when the certificate is uploaded, and at no other time: it does not enter the state.
    private_key_source={"file": str(certs / "client-key.pem")},
    # The gateway's code finds the certificate by this variable. Another certificate has another name.
    variable="BACKEND_MTLS_CERT",
    # One redeploy of each whenever the certificate changes. The next stage begins when the request of `verify` got
    # through the new build to the backend.
    stages=[
        {"branches": ["staging"], "verify": {"path": "/health"}},
        {"branches": ["main"], "verify": {"path": "/health"}},
    ],
)

pulumi.export("certificateName", binding.certificate_name)
