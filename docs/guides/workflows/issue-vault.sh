#!/bin/sh
# Another key and its certificate, from Vault's PKI engine: its mount `pki`, its role `gateway`. VAULT_ADDR and
# VAULT_TOKEN say where it is and who asks.
set -eu
umask 077
trap 'rm -f client.pem.new client-key.pem.new' EXIT

issued=$(vault write -format=json pki/issue/gateway common_name=gateway ttl=72h)
printf '%s\n' "$issued" | jq -er '.data.private_key' > client-key.pem.new
printf '%s\n' "$issued" | jq -er '.data | .certificate, (.ca_chain // [])[]' > client.pem.new

# The certificate last: as long as the old one is there, it is due.
mv client-key.pem.new client-key.pem
mv client.pem.new client.pem
