output "client_valid_to" {
  value = provider::zuplo::parse_certificate(file("client.pem")).valid_to
}
