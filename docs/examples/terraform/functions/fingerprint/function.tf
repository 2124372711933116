output "client_fingerprint" {
  value = provider::zuplo::fingerprint(file("client.pem"))
}
