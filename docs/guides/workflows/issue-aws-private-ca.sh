#!/bin/sh
# Another key, made here, and its certificate, from AWS Private CA: the authority CA_ARN. For one with an RSA key, the
# signing algorithm is SHA256WITHRSA.
set -eu
umask 077
trap 'rm -f client.csr client.pem.new client-key.pem.new' EXIT

openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=gateway \
  -keyout client-key.pem.new -out client.csr
arn=$(aws acm-pca issue-certificate --certificate-authority-arn "$CA_ARN" --csr fileb://client.csr \
  --signing-algorithm SHA256WITHECDSA --validity Value=7,Type=DAYS \
  --template-arn arn:aws:acm-pca:::template/EndEntityClientAuthCertificate/V1 \
  --query CertificateArn --output text)
aws acm-pca wait certificate-issued --certificate-authority-arn "$CA_ARN" --certificate-arn "$arn"
# The two texts, each on lines of its own.
aws acm-pca get-certificate --certificate-authority-arn "$CA_ARN" --certificate-arn "$arn" \
  --query 'join(`"\n"`, [Certificate, CertificateChain])' --output text > client.pem.new

# The certificate last: as long as the old one is there, it is due.
mv client-key.pem.new client-key.pem
mv client.pem.new client.pem
