data "zuplo_client_mtls_ca_certificates" "all" {}

output "authorities" {
  value = data.zuplo_client_mtls_ca_certificates.all.certificates[*].name
}
