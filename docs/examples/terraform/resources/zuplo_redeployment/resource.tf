resource "zuplo_mtls_certificate" "orders" {
  name_prefix        = "orders"
  certificate        = file("client.pem")
  private_key_source = { file = "client-key.pem" }
  environments       = ["production"]

  lifecycle {
    create_before_destroy = true
  }
}

resource "zuplo_environment_variable" "orders" {
  branch = "main"
  name   = "BACKEND_MTLS_CERT"
  value  = zuplo_mtls_certificate.orders.name
}

resource "zuplo_redeployment" "main" {
  branch       = "main"
  certificates = [zuplo_mtls_certificate.orders.name]
  variables = [{
    branch = zuplo_environment_variable.orders.branch
    name   = zuplo_environment_variable.orders.name
    value  = zuplo_environment_variable.orders.value
  }]
  verify = { path = "/health" }
}

output "main_url" {
  value = zuplo_redeployment.main.url
}
