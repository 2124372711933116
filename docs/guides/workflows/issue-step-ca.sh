#!/bin/sh
# Another key and its certificate, from step-ca. `step ca bootstrap` has told where it is.
set -eu
umask 077
trap 'rm -f client.pem.new client-key.pem.new' EXIT

step ca certificate gateway client.pem.new client-key.pem.new --force \
  --provisioner ci --provisioner-password-file "$STEP_PASSWORD_FILE"

# The certificate last: as long as the old one is there, it is due.
mv client-key.pem.new client-key.pem
mv client.pem.new client.pem
