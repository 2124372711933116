# The same by its parts: a certificate, the variables that name it, the redeployments that take it up. The binding does
# all of this by itself; the parts are for what it has no argument for, such as variables of your own.
terraform {
  required_providers {
    zuplo = { source = "pulumi-zuplo/zuplo" }
  }
}

provider "zuplo" {}

variable "certs" {
  description = "Folder with client.pem and client-key.pem."
  type        = string
  default     = "certs"
}

resource "zuplo_mtls_certificate" "backend" {
  name_prefix        = "backend"
  certificate        = file("${var.certs}/client.pem")
  private_key_source = { file = "${var.certs}/client-key.pem" }
  environments       = ["preview", "production"]

  # Another certificate is another object at Zuplo: without this line, Terraform would delete the old one first, which
  # Zuplo refuses while a deployment uses it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "zuplo_environment_variable" "staging" {
  branch          = "staging"
  name            = "BACKEND_MTLS_CERT"
  value           = zuplo_mtls_certificate.backend.name
  value_on_delete = ""
}

resource "zuplo_redeployment" "staging" {
  branch       = "staging"
  certificates = [zuplo_mtls_certificate.backend.name]
  variables = [{
    branch = zuplo_environment_variable.staging.branch
    name   = zuplo_environment_variable.staging.name
    value  = zuplo_environment_variable.staging.value
  }]
  verify = { path = "/health" }
}

resource "zuplo_environment_variable" "production" {
  branch          = "main"
  name            = "BACKEND_MTLS_CERT"
  value           = zuplo_mtls_certificate.backend.name
  value_on_delete = ""

  # Production is not touched before staging was seen to work with the certificate.
  depends_on = [zuplo_redeployment.staging]
}

resource "zuplo_redeployment" "production" {
  branch       = "main"
  certificates = [zuplo_mtls_certificate.backend.name]
  variables = [{
    branch = zuplo_environment_variable.production.branch
    name   = zuplo_environment_variable.production.name
    value  = zuplo_environment_variable.production.value
  }]
  verify = { path = "/health" }
}

output "certificate_name" {
  value = zuplo_mtls_certificate.backend.name
}
