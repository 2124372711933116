data "zuplo_client_mtls_ca_certificate" "legacy_partners" {
  name = "legacy_partners"
}

output "legacy_partners_since" {
  value = data.zuplo_client_mtls_ca_certificate.legacy_partners.created_on
}
