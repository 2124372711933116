# A client certificate in three environments. Whenever client.pem holds another one, `terraform apply` rotates it:
# staging first, production last, and each only when the one before it was seen to work.
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

locals {
  # The gateway's route to the backend that asks for the certificate: it answers 200 only if the certificate is good.
  verify = { path = "/health" }
}

resource "zuplo_mtls_binding" "backend" {
  name_prefix        = "backend"
  certificate        = file("${var.certs}/client.pem")
  private_key_source = { file = "${var.certs}/client-key.pem" }
  # What the gateway's code reads the certificate's name from.
  variable = "BACKEND_MTLS_CERT"

  stages = [
    { branches = ["staging"], verify = local.verify },
    { branches = ["canary"], verify = local.verify },
    { branches = ["main"], verify = local.verify },
  ]
}

output "certificate_name" {
  value = zuplo_mtls_binding.backend.certificate_name
}

output "valid_to" {
  value = zuplo_mtls_binding.backend.valid_to
}
