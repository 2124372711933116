# A client certificate in two environments: staging first, and production when staging was seen to work with it.
terraform {
  required_providers {
    zuplo = { source = "pulumi-zuplo/zuplo" }
  }
}

# API key, account and project come from the environment: ZUPLO_API_KEY, ZUPLO_ACCOUNT, ZUPLO_PROJECT.
provider "zuplo" {}

variable "certs" {
  description = "Folder with client.pem (leaf first, its issuer after it) and client-key.pem."
  type        = string
  default     = "certs"
}

resource "zuplo_mtls_binding" "backend" {
  # What tells it from every other certificate of the Zuplo project.
  name_prefix = "backend"
  certificate = file("${var.certs}/client.pem")
  # The key is read when the certificate is uploaded, and at no other time: it is in no plan and in no state.
  private_key_source = { file = "${var.certs}/client-key.pem" }
  # The gateway's code finds the certificate by this variable. Another certificate has another name, so the code stays
  # as it is when the certificate is rotated.
  variable = "BACKEND_MTLS_CERT"
  # What a destroy leaves in the variables: the gateway calls the backend without a certificate then.
  value_on_delete = ""

  stages = [
    { branches = ["staging"], verify = { path = "/health" } },
    # Begins when staging is verified.
    { branches = ["main"], verify = { path = "/health" } },
  ]
}

output "certificate_name" {
  value = zuplo_mtls_binding.backend.certificate_name
}

output "fingerprint" {
  value = zuplo_mtls_binding.backend.fingerprint
}

output "valid_to" {
  value = zuplo_mtls_binding.backend.valid_to
}
