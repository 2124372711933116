data "zuplo_mtls_certificate" "legacy" {
  name = "legacy_backend"
}

output "legacy_valid_to" {
  value = data.zuplo_mtls_certificate.legacy.valid_to
}
