"""A client certificate for two environments: upload it, name it in a variable of each, redeploy both."""

from pathlib import Path

import pulumi
import pulumi_zuplo as zuplo

certs = Path(pulumi.Config().require("certs"))

certificate = zuplo.MtlsCertificate(
    "backend",
    certificate=(certs / "client.pem").read_text(),
    # The key is read when the certificate is uploaded, and at no other time: it does not enter the state.
    private_key_source={"file": str(certs / "client-key.pem")},
    environments=["preview", "production"],
)

before: list[pulumi.Resource] = []
for branch in ["staging", "main"]:
    # The gateway's code finds the certificate by this variable. Another certificate has another name.
    variable = zuplo.EnvironmentVariable(
        f"variable-{branch}",
        branch=branch,
        name="BACKEND_MTLS_CERT",
        value=certificate.name,
        # Production is not touched before staging was seen to work with the certificate.
        opts=pulumi.ResourceOptions(depends_on=before),
    )
    # One redeploy whenever the certificate or the variable changes. It ends well only if the request of `verify`
    # gets through the new build to the backend.
    redeployment = zuplo.Redeployment(
        branch,
        branch=branch,
        certificates=[certificate.name],
        variables=[{"branch": variable.branch, "name": variable.name, "value": variable.value}],
        verify={"path": "/health"},
    )
    before = [redeployment]
    pulumi.export("url" if branch == "main" else f"{branch}Url", redeployment.url)

pulumi.export("certificateName", certificate.name)
pulumi.export("validTo", certificate.valid_to)
