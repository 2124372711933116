# One configuration, a workspace for each environment: each has a state, a certificate and a rotation of its own.
terraform {
  required_providers {
    zuplo = { source = "pulumi-zuplo/zuplo" }
  }
}

provider "zuplo" {}

variable "certs" {
  description = "Folder with ENVIRONMENT.pem and ENVIRONMENT-key.pem for each environment."
  type        = string
  default     = "certs"
}

locals {
  branches = {
    staging    = ["staging"]
    production = ["main"]
  }
  environment = terraform.workspace
}

resource "zuplo_mtls_binding" "backend" {
  # Two environments of one Zuplo project never have the same prefix: each would take the other's certificate for its
  # own old one.
  name_prefix        = "backend_${local.environment}"
  certificate        = file("${var.certs}/${local.environment}.pem")
  private_key_source = { file = "${var.certs}/${local.environment}-key.pem" }
  variable           = "BACKEND_MTLS_CERT"
  value_on_delete    = ""

  stages = [{ branches = local.branches[local.environment], verify = { path = "/health" } }]

  lifecycle {
    precondition {
      condition     = contains(keys(local.branches), local.environment)
      error_message = "Select a workspace: ${join(" or ", keys(local.branches))}."
    }
  }
}

output "certificate_name" {
  value = zuplo_mtls_binding.backend.certificate_name
}
