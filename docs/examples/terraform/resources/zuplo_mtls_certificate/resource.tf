resource "zuplo_mtls_certificate" "orders" {
  name_prefix        = "orders"
  certificate        = file("client.pem")
  private_key_source = { file = "client-key.pem" }
  environments       = ["production"]

  # Without it, Terraform would delete the old certificate before the new one is in use.
  lifecycle {
    create_before_destroy = true
  }
}
