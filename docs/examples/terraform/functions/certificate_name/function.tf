output "client_name" {
  value = provider::zuplo::certificate_name("orders", file("client.pem"))
}
