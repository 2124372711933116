resource "zuplo_mtls_binding" "backend" {
  name_prefix        = "backend_prod"
  certificate        = file("client.pem")
  private_key_source = { file = "client-key.pem" }
  variable           = "BACKEND_MTLS_CERT"
  value_on_delete    = ""

  stages = [
    { branches = ["staging"], verify = { path = "/health" } },
    { branches = ["main"], verify = { path = "/health" } },
  ]
}

output "backend_rotation" {
  value = zuplo_mtls_binding.backend.rotation
}
