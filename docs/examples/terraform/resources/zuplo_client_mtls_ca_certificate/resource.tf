resource "zuplo_client_mtls_ca_certificate" "partners" {
  name        = "partners"
  certificate = file("partners-ca.pem")
}
