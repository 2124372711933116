data "zuplo_mtls_certificates" "expiring" {
  expires_within = "30d"
}

output "expiring_soon" {
  value = data.zuplo_mtls_certificates.expiring.certificates[*].name
}
