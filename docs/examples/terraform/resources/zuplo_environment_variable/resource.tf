resource "zuplo_environment_variable" "backend_url" {
  branch = "main"
  name   = "BACKEND_URL"
  value  = "https://backend.example.com"
}

# A secret value is handed over, and enters neither the state nor a plan: another version tells that it is another.
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
