# Puts one certificate into service and then another, and destroys what it has made. It runs against the project that
# the environment names: give it one of its own, or the local Zuplo.

run "puts_the_first_certificate_into_service" {
  assert {
    condition     = output.fingerprint == provider::zuplo::fingerprint(file("certs/client.pem"))
    error_message = "The certificate in service is not the one in certs/client.pem."
  }

  assert {
    condition     = startswith(output.certificate_name, "backend_")
    error_message = "The name does not begin with the prefix: ${output.certificate_name}"
  }
}

run "has_nothing_to_do_a_second_time" {
  command = plan

  assert {
    condition     = endswith(output.certificate_name, substr(output.fingerprint, 0, 8))
    error_message = "The same certificate would get another name."
  }
}

run "rotates_in_place" {
  variables {
    certs = "certs/next"
  }

  assert {
    condition     = output.fingerprint == provider::zuplo::fingerprint(file("certs/next/client.pem"))
    error_message = "The certificate in service is not the one in certs/next/client.pem."
  }

  assert {
    # A name ends with the first digits of the fingerprint.
    condition     = endswith(output.certificate_name, substr(output.fingerprint, 0, 8))
    error_message = "Another certificate has the name of the old one."
  }
}
