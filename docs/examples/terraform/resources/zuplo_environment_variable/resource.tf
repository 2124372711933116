resource "zuplo_environment_variable" "backend_url" {
  branch = "main"
  name   = "BACKEND_URL"
  value  = "https://backend.example.com"
}

# A secret value enters neither the state nor a plan: a new version number says that the value has changed.
variable "partner_token" {
  type      = string
  ephemeral = true
}

resource "zuplo_environment_variable" "partner_token" {
  branch           = "main"
  name             = "PARTNER_TOKEN"
  is_secret        = true
  value_wo         = var.partner_token
  value_wo_version = 1
}
